using System.Text.Json.Serialization;
using Hearth.Chat;
using Hearth.Providers;

namespace Hearth.Http;

/// <summary><c>GET /api/engine</c>: what the local engine holds and does now. Numbers only.</summary>
internal sealed class EngineStatus(ProviderCatalog catalog)
{
    public Task HandleAsync(HttpContext context) => catalog.Providers[0].Status is { } status
        ? JsonReply.WriteAsync(context, EngineWire.Of(status), EngineJson.Default.EngineWire)
        : Errors.WriteAsync(context, new ChatError(ChatErrorKind.NotFound, "There is no local engine."));
}

/// <summary>Each number is true on its own; they are read without waiting for the engine.</summary>
internal sealed record EngineWire(
    int Waiting, int Running, int LeasedCells, int CachedCells, int Cells, long Steps, long SavedBytes, long DiskBytes, int DiskFiles, MemoryWire Memory)
{
    public static EngineWire Of(ProviderStatus status) => new(
        status.Waiting, status.Running, status.LeasedCells, status.CachedCells, status.Cells, status.Steps, status.SavedBytes,
        status.DiskBytes, status.DiskFiles,
        new MemoryWire(
            status.Memory.Budget, status.Memory.Weights, status.Memory.Cells, status.Memory.States, status.Memory.Buffers, status.Memory.Saved));
}

/// <summary>The memory by its use.</summary>
internal sealed record MemoryWire(long BudgetBytes, long WeightBytes, long CellBytes, long StateBytes, long BufferBytes, long MostSavedBytes);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(EngineWire))]
internal sealed partial class EngineJson : JsonSerializerContext;
