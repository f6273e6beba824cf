namespace Hearth.Chat.Templates;

/// <summary>
/// What stands in a prompt for contents that are not turns of their own: texts, tools that come and go, and contents in places where
/// they mean nothing to a template. It is asked in the order of the prompt, because a tool is defined once.
/// </summary>
internal sealed class ContentText
{
    private const string Separator = "\n\n";

    private readonly HashSet<string> _defined;
    private readonly Dictionary<string, string> _callNames = [];

    /// <summary>The model knows from elsewhere how calls are written.</summary>
    private bool _knowsFormat;

    /// <summary>For a prompt that begins with <paramref name="tools"/>, and a template that may know tools itself.</summary>
    public ContentText(IReadOnlyList<ToolDefinition> tools, bool templateKnowsTools)
    {
        _defined = [.. tools.Select(t => t.Name)];
        _knowsFormat = templateKnowsTools || tools.Count > 0;
    }

    /// <summary>Texts apart from each other, without empty ones.</summary>
    public static string Join(IEnumerable<string> texts) => string.Join(Separator, texts.Where(t => t.Length > 0));

    /// <summary>Remembers the names of calls, for results that come too late.</summary>
    public void Note(IEnumerable<ToolCallContent> calls)
    {
        foreach (ToolCallContent call in calls)
            _callNames[call.Id] = call.Name;
    }

    /// <summary>All contents in order.</summary>
    public string Of(IEnumerable<ChatContent> contents)
    {
        List<string> texts = [];
        List<ToolDefinition> added = [];
        foreach (ChatContent content in contents)
        {
            if (content is ToolAddedContent { Tool: var tool } && _defined.Add(tool.Name))
            {
                added.Add(tool);
                continue;
            }

            Define(added, texts);
            texts.Add(Of(content));
        }

        Define(added, texts);
        return Join(texts);
    }

    /// <summary>What a tool said, and whether it failed.</summary>
    public string Of(ToolResultContent result)
    {
        string text = Of(result.Content);
        return !result.IsError || text.StartsWith("error", StringComparison.OrdinalIgnoreCase) ? text : "Error: " + text;
    }

    /// <summary>A result that answers no open call, with the name of the tool as far as the conversation knows it.</summary>
    public string OfStray(ToolResultContent result)
    {
        string source = _callNames.TryGetValue(result.CallId, out string? name) ? $"an earlier call of {name}" : "a call that is not in this conversation";
        return $"[result of {source}]\n{Of(result)}";
    }

    private string Of(ChatContent content)
    {
        switch (content)
        {
            case TextContent text:
                return text.Text;
            case ThinkingContent thinking:
                return thinking.Text;
            case ToolCallContent call:
                return ToolPrompt.SpellCall(call);
            case ToolResultContent result:
                return OfStray(result);
            case ToolAddedContent { Tool.Name: var name }:
                return $"[tool available: {name}]";
            case ToolRemovedContent { Name: var name }:
                _defined.Remove(name);
                return $"[tool no longer available: {name}]";
            default:
                throw new InvalidOperationException($"Unknown content {content.GetType().Name}.");
        }
    }

    private void Define(List<ToolDefinition> added, List<string> texts)
    {
        if (added.Count == 0)
            return;
        texts.Add(_knowsFormat ? ToolPrompt.DescribeMore(added) : ToolPrompt.Describe(added));
        _knowsFormat = true;
        added.Clear();
    }
}
