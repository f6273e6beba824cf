using Hearth.Chat.Formats.Reading;

namespace Hearth.Chat.Formats;

/// <summary>The spellings of a format that writes calls as JSON objects, alone, one after the other or in an array.</summary>
/// <param name="Opens">Markers that announce calls.</param>
/// <param name="Closes">Markers that end them.</param>
internal sealed record JsonDialect(IReadOnlyList<string> Opens, IReadOnlyList<string> Closes)
{
    /// <summary>Around thinking.</summary>
    public ThinkingMarkers Thinking { get; init; } = ThinkingMarkers.Think;

    /// <summary>Markers that say what kind of text follows and show nothing themselves.</summary>
    public IReadOnlyList<string> Hidden { get; init; } = [];

    /// <summary>A call is an object whose only key is the tool's name.</summary>
    public bool NamesAreKeys { get; init; }

    /// <summary>An object, or a list of them, at the start of a line is a call where it names an offered tool.</summary>
    public bool AllowsBareCalls { get; init; }

    /// <summary>White space beside calls is the answer's own.</summary>
    public bool KeepsSpace { get; init; }

    /// <summary>Every marker.</summary>
    public IReadOnlyList<string> Markers => [.. Opens, .. Closes, .. Hidden, .. Thinking.All];
}
