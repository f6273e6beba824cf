using System.Text.Json;
using Hearth.Chat;

namespace Hearth.Http.Anthropic;

/// <summary>
/// Turns a request body into a <see cref="ChatRequest"/>: in order, nothing lost, nothing hoisted. Only what the user must change is an
/// error; what is unknown is tolerated.
/// </summary>
internal static class MessagesReader
{
    private const string DefaultModel = "default";

    /// <summary>The API's own limits.</summary>
    private const int LongestModel = 256;
    private const int MostMessages = 100_000;

    /// <summary>Far more than anybody asks for. Each is looked for in every piece of an answer, and holds back as much of it as it is long.</summary>
    private const int MostStopSequences = 1024;
    private const int LongestStopSequence = 1024;

    private const string NextUserMessage = "next_user_message";

    /// <summary>The request behind a body; <paramref name="needsMaxTokens"/> is false for counting.</summary>
    /// <exception cref="OperationCanceledException">Cancelled between two blocks.</exception>
    public static WireResult<ChatRequest> Read(
        MessagesRequestWire wire, bool needsMaxTokens, RequestDocuments documents, CancellationToken cancellation = default)
    {
        if (wire.Messages is not { Count: > 0 } messages)
            return wire.Messages is null ? WireErrors.Required("messages") : WireErrors.Invalid("messages", "at least one message is required");
        if (messages.Count > MostMessages)
            return WireErrors.Invalid("messages", $"List should have at most {MostMessages} items, not {messages.Count}");
        if (Check(wire, needsMaxTokens) is { } error)
            return error;

        WireResult<ToolSet> tools = ToolReader.Read(wire.Tools ?? []);
        if (tools.Error is not null)
            return tools.Error;
        WireResult<IReadOnlyList<ChatMessage>> conversation = ReadConversation(wire.System, messages, new ContentReader(tools.Value!, documents, cancellation));
        if (conversation.Error is not null)
            return conversation.Error;
        ChatRequest request = new(wire.Model ?? DefaultModel, conversation.Value!, wire.MaxTokens ?? 0)
        {
            Tools = tools.Value!.InPrompt,
            Thinking = ReadThinking(wire.Thinking),
            ThinkingBudget = wire.Thinking?.BudgetTokens,
            Effort = ReadEffort(wire.OutputConfig?.Effort),
            StopSequences = wire.StopSequences ?? [],
            Sampling = new SamplingWishes(wire.Temperature, wire.TopP, wire.TopK),
        };
        WireResult<ToolChoice> choice = ToolReader.ReadChoice(wire.ToolChoice, request.CallableTools());
        return choice.Error is not null ? choice.Error : request with { ToolChoice = choice.Value! };
    }

    private static WireResult<IReadOnlyList<ChatMessage>> ReadConversation(
        JsonElement system, IReadOnlyList<MessageParamWire> messages, ContentReader reader)
    {
        MergedMessages conversation = new();
        WireResult<ChatMessage> prompt = ReadSystem(system, reader);
        if (prompt.Error is not null)
            return prompt.Error;
        conversation.Append(prompt.Value!);
        int start = conversation.Count;
        int lastUser = messages.ToList().FindLastIndex(m => m?.Role == "user");
        for (int i = 0; i < messages.Count; i++)
        {
            WireResult<ChatMessage> read = ReadMessage(messages[i], $"messages.{i}", reader);
            if (read.Error is not null)
                return read.Error;
            ChatMessage message = read.Value!;
            if (messages[i].ClearAt == NextUserMessage && message.Role == ChatRole.System && i < lastUser)
                message = message with { Content = [.. message.Content.Where(c => c is ToolAddedContent or ToolRemovedContent)] };
            AppendCompacted(conversation, start, message);
        }

        return conversation.ToMessages();
    }

    private static ChatError? Check(MessagesRequestWire wire, bool needsMaxTokens)
    {
        if (needsMaxTokens && wire.MaxTokens is null)
            return WireErrors.Required("max_tokens");
        if (wire.MaxTokens < 0)
            return WireErrors.Invalid("max_tokens", "Input should be greater than or equal to 0");
        if (wire is { MaxTokens: 0, Stream: true })
            return WireErrors.Invalid("max_tokens", "0 prepares the cache and cannot be streamed");
        if (wire.Model is { Length: 0 or > LongestModel })
            return WireErrors.Invalid("model", $"Input should have 1 to {LongestModel} characters");
        if (CheckStops(wire.StopSequences ?? []) is { } error)
            return error;
        if (wire.Temperature is { } temperature && temperature is not (>= 0 and <= 2))
            return WireErrors.Invalid("temperature", "Input should be between 0 and 2");
        if (wire.TopP is { } topP && topP is not (> 0 and <= 1))
            return WireErrors.Invalid("top_p", "Input should be greater than 0 and at most 1");
        return wire.TopK < 0 ? WireErrors.Invalid("top_k", "Input should be greater than or equal to 0") : null;
    }

    private static ChatError? CheckStops(IReadOnlyList<string?> stops)
    {
        if (stops.Count > MostStopSequences)
            return WireErrors.Invalid("stop_sequences", $"List should have at most {MostStopSequences} items, not {stops.Count}");
        for (int i = 0; i < stops.Count; i++)
        {
            if (stops[i] is null)
                return WireErrors.Invalid($"stop_sequences.{i}", "Input should be a valid string");
            if (stops[i]!.Length > LongestStopSequence)
                return WireErrors.Invalid($"stop_sequences.{i}", $"Input should have at most {LongestStopSequence} characters");
        }

        return null;
    }

    /// <summary>Without the attribution line, which differs between conversations and would part their prompts.</summary>
    private static WireResult<ChatMessage> ReadSystem(JsonElement system, ContentReader reader)
    {
        WireResult<IReadOnlyList<ChatContent>> content = reader.Read(system, "system");
        if (content.Error is not null)
            return content.Error;
        IEnumerable<ChatContent> kept = content.Value!
            .Select(c => c is TextContent text ? new TextContent(AttributionLine.Drop(text.Text)) : CompactionContent.AsText(c))
            .Where(c => c is not TextContent { Text: "" });
        return new ChatMessage(ChatRole.System, [.. kept]);
    }

    private static WireResult<ChatMessage> ReadMessage(MessageParamWire? message, string path, ContentReader reader)
    {
        if (message?.Role is null)
            return WireErrors.Required(path + ".role");
        ChatRole? role = message.Role switch
        {
            "user" => ChatRole.User,
            "assistant" => ChatRole.Assistant,
            "system" => ChatRole.System,
            _ => null,
        };
        if (role is null)
            return WireErrors.Invalid(path + ".role", $"Input should be 'user', 'assistant' or 'system', not '{message.Role}'");
        if (message.Content.ValueKind == JsonValueKind.Undefined && role != ChatRole.System)
            return WireErrors.Required(path + ".content");
        WireResult<IReadOnlyList<ChatContent>> content = reader.Read(message.Content, path + ".content");
        return content.Error is not null ? content.Error : new ChatMessage(role.Value, content.Value!);
    }

    /// <summary>
    /// A summary stands for every message before it, from <paramref name="start"/> on. It is something that the model is told, so it is
    /// a text of the user whoever sent it.
    /// </summary>
    private static void AppendCompacted(MergedMessages conversation, int start, ChatMessage message)
    {
        int index = message.Content.ToList().FindLastIndex(c => c is CompactionContent);
        if (index < 0)
        {
            conversation.Append(message);
            return;
        }

        CompactionContent compaction = (CompactionContent)message.Content[index];
        conversation.RemoveFrom(start);
        TextContent summary = new($"[summary of the conversation so far]\n{compaction.Summary}");
        conversation.Append(new ChatMessage(ChatRole.User, [summary, .. compaction.ToolChanges]));
        if (index + 1 < message.Content.Count)
            conversation.Append(message with { Content = [.. message.Content.Skip(index + 1)] });
    }

    private static ThinkingMode ReadThinking(ThinkingWire? thinking) => thinking?.Type switch
    {
        "enabled" or "adaptive" => ThinkingMode.On,
        "disabled" or "between_tools" => ThinkingMode.Off,
        _ => ThinkingMode.ModelDefault,
    };

    /// <summary>Templates know three efforts; what is above the highest is the highest.</summary>
    private static ThinkingEffort ReadEffort(string? effort) => effort switch
    {
        "low" => ThinkingEffort.Low,
        "medium" => ThinkingEffort.Medium,
        "high" or "xhigh" or "max" => ThinkingEffort.High,
        _ => ThinkingEffort.ModelDefault,
    };
}
