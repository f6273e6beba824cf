using Hearth.Chat.Jinja;

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

    /// <summary>
    /// For conversations of a few words. A template that needs more than this for them is no template, and is told so at once instead of
    /// after a hundred probes.
    /// </summary>
    public static RenderSettings ProbeSettings { get; } =
        new(DateTimeOffset.UnixEpoch, new JinjaLimits { Steps = 1_000_000, OutputChars = 1_000_000, MemoryBytes = 16 * 1024 * 1024 });

    /// <summary>The time that the template can write, and its limits.</summary>
    public RenderSettings Settings { get; init; } = ProbeSettings;
}
