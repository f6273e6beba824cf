namespace Hearth.Chat.Templates;

/// <summary>A message as chat templates expect it: one role, one text.</summary>
internal sealed record TemplateMessage(string Role, string Content)
{
    /// <summary>What the model thought before this answer, or null.</summary>
    public string? Reasoning { get; init; }

    /// <summary>Calls of an assistant message.</summary>
    public IReadOnlyList<ToolCallContent> ToolCalls { get; init; } = [];

    /// <summary>For role <c>tool</c>: the call this is the result of.</summary>
    public ToolCallContent? Answers { get; init; }
}
