using Hearth.Chat.Formats.Reading;

namespace Hearth.Chat.Formats;

/// <summary>The spellings of a format that writes a call's name in a header and its arguments as a JSON object behind it.</summary>
/// <param name="SectionOpens">Around all calls; empty where the format has no section.</param>
/// <param name="SectionCloses">Its end; empty where it ends with its last call.</param>
/// <param name="CallOpen">Begins a call.</param>
/// <param name="CallClose">Ends it; null where it ends with its arguments.</param>
/// <param name="Separators">Between the parts of the header.</param>
/// <param name="NameOf">The tool's name in the parts of a header; null where it has none.</param>
internal sealed record HeaderDialect(
    IReadOnlyList<string> SectionOpens,
    IReadOnlyList<string> SectionCloses,
    string CallOpen,
    string? CallClose,
    IReadOnlyList<string> Separators,
    Func<IReadOnlyList<string>, string?> NameOf)
{
    /// <summary>Around thinking.</summary>
    public ThinkingMarkers Thinking { get; init; } = ThinkingMarkers.Think;

    /// <summary>White space beside calls is the answer's own.</summary>
    public bool KeepsSpace { get; init; }

    /// <summary>Arguments may be a list of whole calls instead, right behind <see cref="CallOpen"/>.</summary>
    public bool AllowsList { get; init; }

    /// <summary>Every marker.</summary>
    public IReadOnlyList<string> Markers =>
        [.. SectionOpens, .. SectionCloses, CallOpen, .. CallClose is null ? Array.Empty<string>() : [CallClose], .. Separators, .. Thinking.All];
}
