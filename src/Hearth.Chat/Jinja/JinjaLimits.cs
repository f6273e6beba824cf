namespace Hearth.Chat.Jinja;

/// <summary>What keeps a hostile template harmless. The defaults are far above what templates of real models need.</summary>
public sealed record JinjaLimits
{
    /// <summary>Longest output, in characters: several times the largest context window.</summary>
    public int OutputChars { get; init; } = 16 * 1024 * 1024;

    /// <summary>Most evaluated nodes; a conversation of thousands of messages needs some hundred thousand.</summary>
    public long Steps { get; init; } = 20_000_000;

    /// <summary>Deepest nesting of macro calls and recursive loops.</summary>
    public int CallDepth { get; init; } = 100;

    /// <summary>Longest list or string that <c>range</c>, <c>*</c> or a filter makes out of nothing.</summary>
    public int MadeItems { get; init; } = 1_000_000;

    /// <summary>The defaults.</summary>
    public static JinjaLimits Default { get; } = new();
}
