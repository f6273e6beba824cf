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

    /// <summary>The request behind a body; <paramref name="needsMaxTokens"/> is false for counting.</summary>
    public static WireResult<ChatRequest> Read(MessagesRequestWire wire, bool needsMaxTokens)
    {
        if (wire.Messages is not { Count: > 0 } messages)
            return wire.Messages is null ? WireErrors.Required("messages") : WireErrors.Invalid("messages", "at least one message is required");
        if (Check(wire, needsMaxTokens) is { } error)
            return error;

        List<ChatMessage> conversation = [];
        WireResult<ChatMessage> system = ReadSystem(wire.System);
        if (system.Error is not null)
            return system.Error;
        if (system.Value is { Content.Count: > 0 })
            conversation.Add(system.Value);
        for (int i = 0; i < messages.Count; i++)
        {
            WireResult<ChatMessage> message = ReadMessage(messages[i], $"messages.{i}");
            if (message.Error is not null)
                return message.Error;
            Append(conversation, message.Value!);
        }

        WireResult<IReadOnlyList<ToolDefinition>> tools = ToolReader.Read(wire.Tools ?? []);
        if (tools.Error is not null)
            return tools.Error;
        WireResult<ToolChoice> choice = ToolReader.ReadChoice(wire.ToolChoice, tools.Value!);
        if (choice.Error is not null)
            return choice.Error;
        return new ChatRequest(wire.Model ?? DefaultModel, conversation, wire.MaxTokens ?? 0)
        {
            Tools = tools.Value!,
            ToolChoice = choice.Value!,
            Thinking = ReadThinking(wire.Thinking),
            ThinkingBudget = wire.Thinking?.BudgetTokens,
            Effort = ReadEffort(wire.OutputConfig?.Effort),
            StopSequences = wire.StopSequences ?? [],
            Sampling = new SamplingWishes(wire.Temperature, wire.TopP, wire.TopK),
        };
    }

    private static ChatError? Check(MessagesRequestWire wire, bool needsMaxTokens)
    {
        if (needsMaxTokens && wire.MaxTokens is null)
            return WireErrors.Required("max_tokens");
        if (wire.MaxTokens < 0)
            return WireErrors.Invalid("max_tokens", "Input should be greater than or equal to 0");
        if (wire is { MaxTokens: 0, Stream: true })
            return WireErrors.Invalid("max_tokens", "0 prepares the cache and cannot be streamed");
        if (wire.Temperature is { } temperature && temperature is not (>= 0 and <= 2))
            return WireErrors.Invalid("temperature", "Input should be between 0 and 2");
        if (wire.TopP is { } topP && topP is not (> 0 and <= 1))
            return WireErrors.Invalid("top_p", "Input should be greater than 0 and at most 1");
        return wire.TopK < 0 ? WireErrors.Invalid("top_k", "Input should be greater than or equal to 0") : null;
    }

    /// <summary>Without the attribution line, which differs between conversations and would part their prompts.</summary>
    private static WireResult<ChatMessage> ReadSystem(JsonElement system)
    {
        WireResult<IReadOnlyList<ChatContent>> content = ContentReader.Read(system, "system");
        if (content.Error is not null)
            return content.Error;
        IEnumerable<ChatContent> kept = content.Value!
            .Select(c => c is TextContent text ? new TextContent(AttributionLine.Drop(text.Text)) : c)
            .Where(c => c is not TextContent { Text: "" });
        return new ChatMessage(ChatRole.System, [.. kept]);
    }

    private static WireResult<ChatMessage> ReadMessage(MessageParamWire? message, string path)
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
        WireResult<IReadOnlyList<ChatContent>> content = ContentReader.Read(message.Content, path + ".content");
        return content.Error is not null ? content.Error : new ChatMessage(role.Value, content.Value!);
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
