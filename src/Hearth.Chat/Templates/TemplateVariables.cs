using Hearth.Chat.Jinja;

namespace Hearth.Chat.Templates;

/// <summary>The variables that chat templates read, as transformers names them.</summary>
internal static class TemplateVariables
{
    public static JinjaDict Make(
        IReadOnlyList<TemplateMessage> messages,
        IReadOnlyList<ToolDefinition> tools,
        TemplateCapabilities capabilities,
        bool addGenerationPrompt,
        TemplateTokens tokens,
        ToolValues toolValues)
    {
        JinjaDict variables = new JinjaDict()
            .Set("messages", new JinjaList(messages.Select(m => (object?)Message(m, capabilities))))
            .Set("add_generation_prompt", addGenerationPrompt)
            .Set("bos_token", OriginString.Trusted(tokens.Bos))
            .Set("eos_token", OriginString.Trusted(tokens.Eos));
        if (capabilities.Tools && tools.Count > 0)
            variables.Set("tools", new JinjaList(tools.Select(toolValues.Get)));
        return variables;
    }

    private static JinjaDict Message(TemplateMessage message, TemplateCapabilities capabilities)
    {
        JinjaDict dict = new JinjaDict()
            .Set("role", OriginString.Trusted(message.Role))
            .Set("content", OriginString.Untrusted(message.Content));
        if (message.Reasoning is { } reasoning)
            dict.Set("reasoning_content", OriginString.Untrusted(reasoning));
        if (message.ToolCalls.Count > 0)
            dict.Set("tool_calls", new JinjaList(message.ToolCalls.Select(c => (object?)Call(c, capabilities))));
        if (message.Answers is { } call)
            dict.Set("tool_call_id", OriginString.Untrusted(call.Id)).Set("name", OriginString.Untrusted(call.Name));
        return dict;
    }

    private static JinjaDict Call(ToolCallContent call, TemplateCapabilities capabilities) => new JinjaDict()
        .Set("id", OriginString.Untrusted(call.Id))
        .Set("type", OriginString.Trusted("function"))
        .Set("function", new JinjaDict()
            .Set("name", OriginString.Untrusted(call.Name))
            .Set("arguments", capabilities.ArgumentsAsText ? OriginString.Untrusted(call.Arguments.GetRawText()) : JsonText.Read(call.Arguments)));
}
