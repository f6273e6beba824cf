using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hearth.Commands.Bench.Servers;

// What a benchmark writes to and reads from a server of the Messages API: only the fields it uses, in the order of the vendor's reference.

/// <summary>The body of a request.</summary>
internal sealed record AskWire(
    string Model, int MaxTokens, string? System, IReadOnlyList<TurnWire> Messages, bool Stream, double Temperature);

/// <summary>One message.</summary>
internal sealed record TurnWire(string Role, string Content);

/// <summary>One event of the answer's stream.</summary>
internal sealed record EventWire
{
    public string? Type { get; init; }

    public StartWire? Message { get; init; }

    public PartWire? Delta { get; init; }

    public TokensWire? Usage { get; init; }

    public FailureWire? Error { get; init; }
}

/// <summary>The message as it starts.</summary>
internal sealed record StartWire(TokensWire? Usage);

/// <summary>A piece of the answer, or its end.</summary>
internal sealed record PartWire(string? Text, string? Thinking, string? StopReason);

/// <summary>Token counts; null where the server is silent.</summary>
internal sealed record TokensWire(int? InputTokens, int? CacheCreationInputTokens, int? CacheReadInputTokens, int? OutputTokens);

/// <summary>What went wrong.</summary>
internal sealed record FailureWire(string? Message);

/// <summary>The body of a refusal.</summary>
internal sealed record RefusalWire(FailureWire? Error);

/// <summary>What the model is fed, as Hearth's <c>/api/render</c> says.</summary>
internal sealed record RenderedWire(IReadOnlyList<int>? Tokens, IReadOnlyDictionary<string, string>? Special);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AskWire))]
[JsonSerializable(typeof(EventWire))]
[JsonSerializable(typeof(RefusalWire))]
[JsonSerializable(typeof(RenderedWire))]
[JsonSerializable(typeof(TokensWire))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class BenchJson : JsonSerializerContext;
