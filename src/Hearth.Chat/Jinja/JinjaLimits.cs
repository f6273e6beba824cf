namespace Hearth.Chat.Jinja;

/// <summary>What keeps a hostile template harmless. The defaults are far above what templates of real models need.</summary>
public sealed record JinjaLimits
{
    /// <summary>Deepest nesting of lists and mappings that is read, printed or compared; clients may nest less, see <see cref="JsonDepth"/>.</summary>
    internal const int ValueDepth = 200;

    /// <summary>Longest integer, in bits: somewhat less than the 4300 digits that Python prints.</summary>
    internal const int IntegerBits = 14_000;

    /// <summary>Most digits of an integer that is read, which <see cref="IntegerBits"/> can hold.</summary>
    internal const int IntegerDigits = 4_200;

    /// <summary>Longest text that any operation makes, whatever the output may be: twice the bytes of it in memory.</summary>
    internal const int TextChars = 8 * 1024 * 1024;

    /// <summary>Longest source of a template: some twenty times the longest that a model has. It is parsed in a fraction of a second.</summary>
    internal const int SourceChars = 2 * 1024 * 1024;

    /// <summary>Longest output, with all that macros are still writing, in characters: twice the largest context window.</summary>
    public int OutputChars { get; init; } = TextChars;

    /// <summary>
    /// Most steps: evaluated nodes, and work on long texts, lists and numbers by what it touches, so this bounds time and memory too. A
    /// conversation of thousands of messages needs some hundred thousand.
    /// </summary>
    public long Steps { get; init; } = 20_000_000;

    /// <summary>Most bytes that the values of the template hold alive. With the output that is 48 MB.</summary>
    public long MemoryBytes { get; init; } = 32L * 1024 * 1024;

    /// <summary>Deepest nesting of macro calls and recursive loops.</summary>
    public int CallDepth { get; init; } = 100;

    /// <summary>Longest list or string that <c>range</c>, <c>*</c> or a filter makes out of nothing.</summary>
    public int MadeItems { get; init; } = 1_000_000;

    /// <summary>The defaults.</summary>
    public static JinjaLimits Default { get; } = new();
}
