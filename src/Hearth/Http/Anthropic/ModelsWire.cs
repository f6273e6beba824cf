using System.Text.Json.Serialization;

namespace Hearth.Http.Anthropic;

/// <summary>The list of models: Anthropic's shape, with the fields that OpenAI clients look for.</summary>
internal sealed record ModelListWire(IReadOnlyList<ModelWire> Data, bool HasMore, string? FirstId, string? LastId)
{
    public string Object { get; } = "list";
}

/// <summary>One model.</summary>
internal sealed record ModelWire
{
    public string Type { get; } = "model";

    public required string Id { get; init; }

    public required string DisplayName { get; init; }

    public required string CreatedAt { get; init; }

    public required int MaxInputTokens { get; init; }

    public required int MaxTokens { get; init; }

    public string Lifecycle { get; } = "active";

    public ModelCapabilitiesWire Capabilities { get; } = new();

    public string Object { get; } = "model";

    public required long Created { get; init; }

    public string OwnedBy { get; } = "hearth";
}

/// <summary>What a model can do here.</summary>
internal sealed record ModelCapabilitiesWire
{
    public SupportWire Batch { get; } = new(false);

    public SupportWire Citations { get; } = new(false);

    public SupportWire CodeExecution { get; } = new(false);

    public SupportWire ImageInput { get; } = new(false);

    public SupportWire PdfInput { get; } = new(false);

    public SupportWire StructuredOutputs { get; } = new(false);
}

/// <summary>Whether something is supported.</summary>
internal sealed record SupportWire(bool Supported);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ModelListWire))]
internal sealed partial class ModelsJson : JsonSerializerContext;
