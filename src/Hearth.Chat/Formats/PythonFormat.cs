using Hearth.Chat.Formats.Reading;

namespace Hearth.Chat.Formats;

/// <summary>Llama 4 and LFM2: a list of calls as Python writes them, <c>[name(key=value), ...]</c>.</summary>
internal sealed class PythonFormat(string name, string open, string close, bool allowsBare) : IOutputFormat
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public IReadOnlyList<string> Markers { get; } = [open, close, .. ThinkingMarkers.Think.All];

    /// <inheritdoc/>
    public bool OpensThinking(ReadOnlySpan<char> prompt) => ThinkingMarkers.Think.AreOpenAfter(prompt);

    /// <inheritdoc/>
    public IOutputParser CreateParser(OutputParserSettings settings) => new PythonParser(settings, Markers, open, close, allowsBare);
}
