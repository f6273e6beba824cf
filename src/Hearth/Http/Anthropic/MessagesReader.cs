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

    private const string NextUserMessage = "next_user_message";

    /// <summary>The request behind a body; <paramref name="needsMaxTokens"/> is false for counting.</summary>
    public static WireResult<ChatRequest> Read(MessagesRequestWire wire, bool needsMaxTokens, RequestDocuments documents)
    {
        if (wire.Messages is not { Count: > 0 } messages)
            return wire.Messages is null ? WireErrors.Required("messages") : WireErrors.Invalid("messages", "at least one message is required");
        if (Check(wire, needsMaxTokens) is { } error)
            return error;

        WireResult<ToolSet> tools = ToolReader.Read(wire.Tools ?? []);
        if (tools.Error is not null)
            return tools.Error;
        WireResult<IReadOnlyList<ChatMessage>> conversation = ReadConversation(wire.System, messages, new ContentReader(tools.Value!, documents));
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
        List<ChatMessage> conversation = [];
        WireResult<ChatMessage> prompt = ReadSystem(system, reader);
        if (prompt.Error is not null)
            return prompt.Error;
        Append(conversation, prompt.Value!);
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

        return conversation;
    }

    private static ChatError? Check(MessagesRequestWire wire, bool needsMaxTokens)
    {
        if (needsMaxTokens && wire.MaxTokens is null)
            return WireErrors.Required("max_tokens");
        if (wire.MaxTokens < 0)
            return WireErrors.Invalid("max_tokens", "Input should be greater than or equal to 0");
        if (wire is { MaxTokens: 0, Stream: true })
            return WireErrors.Invalid("max_tokens", "0 prepares the cache and cannot be streamed");
        for (int i = 0; i < (wire.StopSequences?.Count ?? 0); i++)
        {
            if (wire.StopSequences![i] is null)
                return WireErrors.Invalid($"stop_sequences.{i}", "Input should be a valid string");
        }

        if (wire.Temperature is { } temperature && temperature is not (>= 0 and <= 2))
            return WireErrors.Invalid("temperature", "Input should be between 0 and 2");
        if (wire.TopP is { } topP && topP is not (> 0 and <= 1))
            return WireErrors.Invalid("top_p", "Input should be greater than 0 and at most 1");
        return wire.TopK < 0 ? WireErrors.Invalid("top_k", "Input should be greater than or equal to 0") : null;
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
    private static void AppendCompacted(List<ChatMessage> conversation, int start, ChatMessage message)
    {
        int index = message.Content.ToList().FindLastIndex(c => c is CompactionContent);
        if (index < 0)
        {
            Append(conversation, message);
            return;
        }

        CompactionContent compaction = (CompactionContent)message.Content[index];
        conversation.RemoveRange(start, conversation.Count - start);
        TextContent summary = new($"[summary of the conversation so far]\n{compaction.Summary}");
        Append(conversation, new ChatMessage(ChatRole.User, [summary, .. compaction.ToolChanges]));
        if (index + 1 < message.Content.Count)
            Append(conversation, message with { Content = [.. message.Content.Skip(index + 1)] });
    }

    /// <summary>Neighbours of one role are one message, as the API merges them; system messages keep their own places.</summary>
    private static void Append(List<ChatMessage> conversation, ChatMessage message)
    {
        if (message.Role == ChatRole.System && message.Content.Count == 0)
            return;
        if (message.Role != ChatRole.System && conversation is [.., var last] && last.Role == message.Role)
            conversation[^1] = last with { Content = [.. last.Content, .. message.Content] };
        else
            conversation.Add(message);
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
