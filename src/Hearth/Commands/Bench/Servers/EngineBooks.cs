using System.Text.Json;

namespace Hearth.Commands.Bench.Servers;

/// <summary>The numbers that a server's <c>GET /api/engine</c> gives, by name.</summary>
internal sealed record EngineBooks(IReadOnlyDictionary<string, double> Numbers)
{
    /// <summary>What must be zero when nobody asks anything.</summary>
    private static readonly string[] WorkNames = ["waiting", "running", "leased_cells"];

    /// <summary>Steps computed so far, where the server counts them.</summary>
    public double? Steps => Numbers.TryGetValue("steps", out var steps) ? steps : null;

    /// <summary>Whether no request holds anything.</summary>
    public bool IsIdle => WorkNames.All(name => Numbers.GetValueOrDefault(name) == 0);

    public static EngineBooks Of(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object)
            return new EngineBooks(new Dictionary<string, double>());
        return new EngineBooks(body.EnumerateObject()
            .Where(p => p.Value.ValueKind == JsonValueKind.Number)
            .ToDictionary(p => p.Name, p => p.Value.GetDouble()));
    }

    /// <summary>What may have leaked, for people.</summary>
    public override string ToString() =>
        string.Join(", ", WorkNames.Where(Numbers.ContainsKey).Select(name => $"{name.Replace('_', ' ')} {Numbers[name]:0}"));
}
