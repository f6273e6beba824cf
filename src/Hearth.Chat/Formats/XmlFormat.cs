using Hearth.Chat.Formats.Reading;

namespace Hearth.Chat.Formats;

/// <summary>A format of <see cref="XmlDialect"/>.</summary>
internal sealed class XmlFormat(string name, XmlDialect dialect, ThinkingMarkers thinking, string? inlineToken = null) : IOutputFormat
{
    private readonly HashSet<string> _inlineTokens = inlineToken is null ? [] : [inlineToken];

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public IReadOnlyList<string> Markers { get; } = [.. dialect.Markers, .. thinking.All, .. inlineToken is null ? Array.Empty<string>() : [inlineToken]];

    /// <inheritdoc/>
    public bool OpensThinking(ReadOnlySpan<char> prompt) => thinking.AreOpenAfter(prompt);

    /// <inheritdoc/>
    public IOutputParser CreateParser(OutputParserSettings settings) => new XmlParser(settings, dialect, thinking, _inlineTokens);
}
