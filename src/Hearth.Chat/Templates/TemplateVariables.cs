using System.Security.Cryptography;
using System.Text;
using Hearth.Chat.Jinja;

namespace Hearth.Chat.Templates;

/// <summary>The variables that chat templates read, as transformers names them.</summary>
internal static class TemplateVariables
{
    /// <summary>Said for a client that says nothing, to a template that insists on it.</summary>
    private static readonly TemplateMessage LeastSystem = new("system", "You are a helpful assistant.");

    public static JinjaDict Make(TemplateInput input, TemplateTokens tokens, ToolValues tools)
    {
        JinjaDict variables = new JinjaDict()
            .Set("messages", new JinjaList(Messages(input).Select(m => (object?)Message(m, input.Capabilities))))
            .Set("add_generation_prompt", input.AddGenerationPrompt)
            .Set("bos_token", OriginString.Trusted(tokens.Bos))
            .Set("eos_token", OriginString.Trusted(tokens.Eos));
        if (input.Capabilities.ToolDefinitions && input.Tools.Count > 0)
            variables.Set("tools", new JinjaList(input.Tools.Select(tools.Get)));
        foreach ((string name, object value) in input.Extra)
            variables.Set(name, value is string text ? OriginString.Trusted(text) : value);
        return variables;
    }

    private static IEnumerable<TemplateMessage> Messages(TemplateInput input) =>
        input.Capabilities.NeedsSystem && input.Messages is not [{ Role: "system" }, ..] ? input.Messages.Prepend(LeastSystem) : input.Messages;

    private static JinjaDict Message(TemplateMessage message, TemplateCapabilities capabilities)
    {
        JinjaDict dict = new JinjaDict()
            .Set("role", OriginString.Trusted(message.Role))
            .Set("content", Content(message, capabilities));
        if (message.Reasoning is { } reasoning && capabilities.Thinking.Place is { Kind: ThinkingPlaceKind.Key, Name: var key })
            dict.Set(key, OriginString.Untrusted(reasoning));
        if (message.ToolCalls.Count > 0)
            dict.Set("tool_calls", new JinjaList(message.ToolCalls.Select(c => (object?)Call(c, capabilities))));
        if (message.Answers is { } call)
            dict.Set("tool_call_id", CallId(call, capabilities)).Set("name", OriginString.Untrusted(call.Name));
        return dict;
    }

    private static object? Content(TemplateMessage message, TemplateCapabilities capabilities)
    {
        ThinkingPlace? place = message.Reasoning is null ? null : capabilities.Thinking.Place;
        if (place is { Kind: ThinkingPlaceKind.Content })
        {
            ThinkingText tags = ThinkingCandidates.InTags(place.Name);
            return OriginString.Untrusted(tags.Open + message.Reasoning + tags.Close + message.Content);
        }

        if (capabilities.NoContentBesideCalls && message is { Content.Length: 0, ToolCalls.Count: > 0 } && place is null)
            return null;
        bool thinks = place is { Kind: ThinkingPlaceKind.Part };
        if (!thinks && !capabilities.PartsOnly.HasFlag(RoleOf(message)))
            return OriginString.Untrusted(message.Content);
        List<object?> parts = [];
        if (thinks)
            parts.Add(Part(place!.Name, message.Reasoning!));
        if (message.Content.Length > 0 || !thinks)
            parts.Add(Part("text", message.Content));
        return new JinjaList(parts.AsEnumerable());
    }

    private static JinjaDict Part(string type, string text) =>
        new JinjaDict().Set("type", OriginString.Trusted(type)).Set(type, OriginString.Untrusted(text));

    private static PartRoles RoleOf(TemplateMessage message) => message.Role switch
    {
        "system" => PartRoles.System,
        "user" => PartRoles.User,
        "assistant" => PartRoles.Assistant,
        _ => PartRoles.Tool,
    };

    private static JinjaDict Call(ToolCallContent call, TemplateCapabilities capabilities) => new JinjaDict()
        .Set("id", CallId(call, capabilities))
        .Set("type", OriginString.Trusted("function"))
        .Set("function", new JinjaDict()
            .Set("name", OriginString.Untrusted(call.Name))
            .Set("arguments", capabilities.ArgumentsAsText ? OriginString.Untrusted(call.Arguments.GetRawText()) : JsonText.Read(call.Arguments)));

    /// <summary>Where only one length is accepted, other ids are replaced by letters and digits that depend on nothing but the id.</summary>
    private static OriginString CallId(ToolCallContent call, TemplateCapabilities capabilities) =>
        capabilities.ToolCallIdLength is not { } length || (call.Id.Length == length && call.Id.All(char.IsAsciiLetterOrDigit))
            ? OriginString.Untrusted(call.Id)
            : OriginString.Untrusted(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(call.Id)))[..length]);
}
