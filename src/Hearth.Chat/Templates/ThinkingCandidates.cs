namespace Hearth.Chat.Templates;

/// <summary>
/// What templates are known to read about thinking. A new template's way is a line here; which of them a template has is found out by
/// rendering, in this order.
/// </summary>
internal static class ThinkingCandidates
{
    /// <summary>Switches. Those in the system prompt come last, because a variable leaves the conversation as it is.</summary>
    public static IReadOnlyList<ThinkingSwitch> Switches { get; } =
    [
        new("enable_thinking", true, false),
        new("thinking", true, false),
        new("enable_reasoning", true, false),
        new("reasoning", true, false),
        new("thinking_option", "on", "off"),
        new("thinking_mode", "thinking", "chat"),
        new("thinking_mode", "on", "off"),
        new("thinking_budget", -1L, 0L),
        new("add_thoughts", true, false),
        new(null, "/think", "/no_think"),
        new(null, "detailed thinking on", "detailed thinking off"),
    ];

    /// <summary>Variables that take an effort in words.</summary>
    public static IReadOnlyList<string> EffortVariables { get; } = ["reasoning_effort", "thinking_effort", "effort"];

    /// <summary>Variables that make a template keep the thinking of all answers.</summary>
    public static IReadOnlyList<TemplateVariable> KeepSwitches { get; } =
    [
        new("preserve_thinking", true),
        new("clear_thinking", false),
        new("keep_past_thinking", true),
        new("truncate_history_thinking", false),
        new("drop_thinking", false),
        new("think_render_option", "all"),
    ];

    /// <summary>Where thinking is looked for.</summary>
    public static IReadOnlyList<ThinkingPlace> Places { get; } =
    [
        new(ThinkingPlaceKind.Key, "reasoning_content"),
        new(ThinkingPlaceKind.Key, "reasoning"),
        new(ThinkingPlaceKind.Key, "thinking"),
        new(ThinkingPlaceKind.Key, "thought"),
        new(ThinkingPlaceKind.Key, "tool_plan"),
        new(ThinkingPlaceKind.Part, "thinking"),
        new(ThinkingPlaceKind.Content, "think"),
    ];

    /// <summary>How thinking stands in tags at the beginning of a text.</summary>
    public static ThinkingText InTags(string tag) => new($"<{tag}>\n", $"\n</{tag}>\n\n", $"\n</{tag}>\n\n");
}
