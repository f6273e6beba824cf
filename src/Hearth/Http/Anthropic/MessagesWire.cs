using System.Text.Json;
using System.Text.Json.Serialization;
using Hearth.Chat;

namespace Hearth.Http.Anthropic;

// The wire records of /v1/messages and /v1/messages/count_tokens, in the order of the vendor's reference. What has several shapes, or
// shapes that appear with every client release, stays a JsonElement.

/// <summary>The request body. Fields not named here are tolerated.</summary>
internal sealed record MessagesRequestWire
{
    public string? Model { get; init; }

    public int? MaxTokens { get; init; }

    public IReadOnlyList<MessageParamWire>? Messages { get; init; }

    public JsonElement System { get; init; }

    public JsonElement Metadata { get; init; }

    public JsonElement CacheControl { get; init; }

    public bool? Stream { get; init; }

    public IReadOnlyList<string>? StopSequences { get; init; }

    public float? Temperature { get; init; }

    public float? TopP { get; init; }

    public int? TopK { get; init; }

    public IReadOnlyList<ToolWire>? Tools { get; init; }

    public ToolChoiceWire? ToolChoice { get; init; }

    public ThinkingWire? Thinking { get; init; }

    public OutputConfigWire? OutputConfig { get; init; }

    public JsonElement ContextManagement { get; init; }
}

/// <summary>One message of the request.</summary>
internal sealed record MessageParamWire(string? Role, JsonElement Content, string? ClearAt);

/// <summary>One content block of the request: the fields of all kinds that Hearth reads.</summary>
internal sealed record BlockParamWire
{
    public string? Type { get; init; }

    public string? Text { get; init; }

    public JsonElement Source { get; init; }

    public string? Title { get; init; }

    public string? Context { get; init; }

    public string? Thinking { get; init; }

    public string? Signature { get; init; }

    public string? Id { get; init; }

    public string? Name { get; init; }

    public JsonElement Input { get; init; }

    public string? ToolUseId { get; init; }

    public JsonElement Content { get; init; }

    public bool? IsError { get; init; }

    public string? ToolName { get; init; }

    public string? ServerName { get; init; }

    public JsonElement Tool { get; init; }

    public JsonElement ToolChanges { get; init; }
}

/// <summary>The tool of a <c>tool_addition</c> or <c>tool_removal</c>: by its name, or with its definition.</summary>
internal sealed record ToolChangeWire(string? Type, string? Name, string? ServerName, ToolWire? Definition);

/// <summary>One tool.</summary>
internal sealed record ToolWire
{
    public string? Type { get; init; }

    public string? Name { get; init; }

    public string? Description { get; init; }

    public JsonElement InputSchema { get; init; }

    public bool? DeferLoading { get; init; }

    public JsonElement CacheControl { get; init; }
}

/// <summary>Which tool must be called.</summary>
internal sealed record ToolChoiceWire(string? Type, string? Name, bool? DisableParallelToolUse);

/// <summary>Whether and how to think.</summary>
internal sealed record ThinkingWire(string? Type, string? Display, int? BudgetTokens = null);

/// <summary>How the answer is made.</summary>
internal sealed record OutputConfigWire(string? Effort);

/// <summary>A message as the answer gives it, whole or in <c>message_start</c>.</summary>
internal sealed record MessageWire
{
    public required string Id { get; init; }

    public string Type { get; } = "message";

    public string Role { get; } = "assistant";

    public required string Model { get; init; }

    public required IReadOnlyList<BlockWire> Content { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? StopReason { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? StopSequence { get; init; }

    public required UsageWire Usage { get; init; }

    public ContextManagementWire? ContextManagement { get; init; }
}

/// <summary>A block of the answer.</summary>
internal sealed record BlockWire(string Type)
{
    public string? Text { get; init; }

    public string? Thinking { get; init; }

    public string? Signature { get; init; }

    public string? Id { get; init; }

    public string? Name { get; init; }

    public JsonElement? Input { get; init; }
}

/// <summary>What context management did: nothing so far.</summary>
internal sealed record ContextManagementWire
{
    public IReadOnlyList<JsonElement> AppliedEdits { get; } = [];
}

/// <summary>Token counts.</summary>
internal sealed record UsageWire
{
    public required int InputTokens { get; init; }

    public required int CacheCreationInputTokens { get; init; }

    public required int CacheReadInputTokens { get; init; }

    public required CacheCreationWire CacheCreation { get; init; }

    public required int OutputTokens { get; init; }

    public OutputDetailsWire? OutputTokensDetails { get; init; }

    public string ServiceTier { get; } = "standard";
}

/// <summary>Cached tokens by lifetime.</summary>
internal sealed record CacheCreationWire(
    [property: JsonPropertyName("ephemeral_5m_input_tokens")] int Ephemeral5m,
    [property: JsonPropertyName("ephemeral_1h_input_tokens")] int Ephemeral1h);

/// <summary>What the output tokens were.</summary>
internal sealed record OutputDetailsWire(int ThinkingTokens);

/// <summary>One event of a stream; <see cref="Type"/> is its name.</summary>
internal sealed record StreamEventWire(string Type)
{
    /// <summary>For whoever folds the events: the block that ends here was no block after all.</summary>
    [JsonIgnore]
    public bool IsDropped { get; init; }

    public MessageWire? Message { get; init; }

    public int? Index { get; init; }

    public BlockWire? ContentBlock { get; init; }

    public DeltaWire? Delta { get; init; }

    public UsageWire? Usage { get; init; }

    public ContextManagementWire? ContextManagement { get; init; }

    public ErrorWire? Error { get; init; }
}

/// <summary>The delta of a block, or of the message when <see cref="Type"/> is null.</summary>
[JsonConverter(typeof(DeltaConverter))]
internal sealed record DeltaWire(string? Type)
{
    public string? Text { get; init; }

    public string? Thinking { get; init; }

    public string? Signature { get; init; }

    public string? PartialJson { get; init; }

    public string? StopReason { get; init; }

    public string? StopSequence { get; init; }
}

/// <summary>A message's delta always names its stop sequence, null or not; a block's delta never does.</summary>
internal sealed class DeltaConverter : JsonConverter<DeltaWire>
{
    public override DeltaWire Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("Deltas are only written.");

    public override void Write(Utf8JsonWriter writer, DeltaWire value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        if (value.Type is null)
        {
            writer.WriteString("stop_reason", value.StopReason);
            writer.WriteString("stop_sequence", value.StopSequence);
        }
        else
        {
            writer.WriteString("type", value.Type);
            WriteIfSet(writer, "text", value.Text);
            WriteIfSet(writer, "thinking", value.Thinking);
            WriteIfSet(writer, "signature", value.Signature);
            WriteIfSet(writer, "partial_json", value.PartialJson);
        }

        writer.WriteEndObject();
    }

    private static void WriteIfSet(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
            writer.WriteString(name, value);
    }
}

/// <summary>The answer of count_tokens.</summary>
internal sealed record CountWire(int InputTokens)
{
    public CountContextWire? ContextManagement { get; init; }
}

/// <summary>The count before any context edit.</summary>
internal sealed record CountContextWire(int OriginalInputTokens);

[JsonSourceGenerationOptions(MaxDepth = JsonDepth.MostOfBody, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(MessagesRequestWire))]
[JsonSerializable(typeof(IReadOnlyList<BlockParamWire>))]
[JsonSerializable(typeof(ToolChangeWire))]
[JsonSerializable(typeof(MessageWire))]
[JsonSerializable(typeof(StreamEventWire))]
[JsonSerializable(typeof(CountWire))]
internal sealed partial class MessagesJson : JsonSerializerContext;
