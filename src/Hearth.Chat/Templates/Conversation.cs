namespace Hearth.Chat.Templates;

/// <summary>
/// Turns a request's messages into what a template accepts, in order and with nothing lost. How a message is turned depends only on
/// what stands before it, so a growing conversation keeps its prefix.
/// </summary>
internal sealed class Conversation(TemplateCapabilities capabilities)
{
    private const string BlockSeparator = "\n\n";

    private readonly List<TemplateMessage> _messages = [];
    private readonly Dictionary<string, ToolCallContent> _calls = [];
    private readonly List<string> _callOrder = [];

    /// <summary><paramref name="messages"/> for a template with <paramref name="capabilities"/>.</summary>
    public static IReadOnlyList<TemplateMessage> Build(
        IReadOnlyList<ChatMessage> messages, IReadOnlyList<ToolDefinition> tools, TemplateCapabilities capabilities)
    {
        Conversation conversation = new(capabilities);
        string? toolPrompt = tools.Count > 0 && !capabilities.Tools ? ToolPrompt.Describe(tools) : null;
        if (toolPrompt is not null && messages is not [{ Role: ChatRole.System }, ..])
            conversation.AddSystem(toolPrompt);
        for (int i = 0; i < messages.Count; i++)
            conversation.Add(messages[i], i == 0 ? toolPrompt : null);
        return conversation._messages;
    }

    private void Add(ChatMessage message, string? toolPrompt)
    {
        switch (message.Role)
        {
            case ChatRole.System:
                AddSystem(Join([TextOf(message), toolPrompt ?? ""]));
                break;
            case ChatRole.User:
                AddToolResults(message.Content.OfType<ToolResultContent>());
                if (message.Content.Any(c => c is TextContent) || !message.Content.Any(c => c is ToolResultContent))
                    AddUser(TextOf(message));
                break;
            default:
                AddAssistant(message);
                break;
        }
    }

    private void AddSystem(string text)
    {
        bool accepted = _messages.Count == 0 ? capabilities.SystemRole : capabilities.SystemAnywhere;
        if (accepted)
            _messages.Add(new TemplateMessage("system", text));
        else if (text.Length > 0)
            AddUser($"<system-reminder>\n{text}\n</system-reminder>");
    }

    /// <summary>Strict templates want alternating roles, so neighbouring user texts become one message.</summary>
    private void AddUser(string text)
    {
        if (_messages is [.., { Role: "user" } last])
            _messages[^1] = last with { Content = Join([last.Content, text]) };
        else
            _messages.Add(new TemplateMessage("user", text));
    }

    /// <summary>Results come in the order of the calls, whatever order the client finished them in.</summary>
    private void AddToolResults(IEnumerable<ToolResultContent> results)
    {
        foreach (ToolResultContent result in results.OrderBy(r => Position(r.CallId)))
        {
            string text = ResultText(result);
            if (capabilities.Tools)
                _messages.Add(new TemplateMessage("tool", text) { Answers = _calls.GetValueOrDefault(result.CallId) });
            else
                AddUser(ToolPrompt.WriteResult(text));
        }
    }

    private int Position(string callId)
    {
        int index = _callOrder.LastIndexOf(callId);
        return index < 0 ? int.MaxValue : index;
    }

    private static string ResultText(ToolResultContent result)
    {
        string text = Join(result.Content.Select(c => c.Text));
        return !result.IsError || text.StartsWith("error", StringComparison.OrdinalIgnoreCase) ? text : "Error: " + text;
    }

    private void AddAssistant(ChatMessage message)
    {
        ToolCallContent[] calls = [.. message.Content.OfType<ToolCallContent>()];
        foreach (ToolCallContent call in calls)
        {
            _calls[call.Id] = call;
            _callOrder.Add(call.Id);
        }

        string text = TextOf(message);
        string reasoning = Join(message.Content.OfType<ThinkingContent>().Select(t => t.Text));
        _messages.Add(new TemplateMessage("assistant", capabilities.Tools ? text : Join([text, .. calls.Select(ToolPrompt.WriteCall)]))
        {
            Reasoning = reasoning.Length == 0 ? null : reasoning,
            ToolCalls = capabilities.Tools ? calls : [],
        });
    }

    private static string TextOf(ChatMessage message) => Join(message.Content.OfType<TextContent>().Select(t => t.Text));

    private static string Join(IEnumerable<string> texts) => string.Join(BlockSeparator, texts.Where(t => t.Length > 0));
}
