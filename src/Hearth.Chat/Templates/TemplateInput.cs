namespace Hearth.Chat.Templates;

/// <summary>What a template is rendered with.</summary>
/// <param name="Messages">The conversation, as the template accepts it.</param>
/// <param name="Tools">Tool definitions.</param>
/// <param name="Capabilities">What the template does, or what a probe assumes of it.</param>
internal sealed record TemplateInput(
    IReadOnlyList<TemplateMessage> Messages, IReadOnlyList<ToolDefinition> Tools, TemplateCapabilities Capabilities)
{
    /// <summary>Whether the prompt ends with the beginning of an answer.</summary>
    public bool AddGenerationPrompt { get; init; } = true;

    /// <summary>Variables that only some templates read.</summary>
    public IReadOnlyList<TemplateVariable> Extra { get; init; } = [];

    /// <summary>The time that the template can write.</summary>
    public DateTimeOffset Now { get; init; } = DateTimeOffset.UnixEpoch;
}
