using Hearth.Chat.Formats.Reading;

namespace Hearth.Chat.Formats;

/// <summary>A format whose thinking stands between markers, and what makes its parsers.</summary>
internal sealed class MarkedFormat(
    string name, IReadOnlyList<string> markers, ThinkingMarkers thinking, Func<OutputParserSettings, IOutputParser> createParser) : IOutputFormat
{
    /// <summary>A format of <see cref="JsonDialect"/>.</summary>
    public MarkedFormat(string name, JsonDialect dialect)
        : this(name, dialect.Markers, dialect.Thinking, settings => new JsonParser(settings, dialect))
    {
    }

    /// <summary>A format of <see cref="HeaderDialect"/>.</summary>
    public MarkedFormat(string name, HeaderDialect dialect)
        : this(name, dialect.Markers, dialect.Thinking, settings => new HeaderParser(settings, dialect))
    {
    }

    /// <summary>A format of <see cref="XmlDialect"/>.</summary>
    public MarkedFormat(string name, XmlDialect dialect)
        : this(
            name,
            dialect.InlineToken is { } token ? [.. dialect.Markers, token] : dialect.Markers,
            dialect.Thinking,
            settings => new XmlParser(settings, dialect))
    {
    }

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public IReadOnlyList<string> Markers => markers;

    /// <inheritdoc/>
    public bool OpensThinking(ReadOnlySpan<char> prompt) => thinking.AreOpenAfter(prompt);

    /// <inheritdoc/>
    public IOutputParser CreateParser(OutputParserSettings settings) => createParser(settings);
}
