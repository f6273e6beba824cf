namespace Hearth.Chat.Formats;

/// <summary>A model family's way to write tool calls and thinking.</summary>
public interface IOutputFormat
{
    /// <summary>The format's name in logs and settings, for example <c>hermes</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Texts that steer the parser. Where the vocabulary has one of them as a single special token, only that token counts, and the
    /// same characters written as ordinary text are text.
    /// </summary>
    IReadOnlyList<string> Markers { get; }

    /// <summary>True where <paramref name="prompt"/> ends inside a thinking block, so that the answer begins with thinking.</summary>
    bool OpensThinking(ReadOnlySpan<char> prompt);

    /// <summary>A fresh parser for one answer.</summary>
    IOutputParser CreateParser(OutputParserSettings settings);
}

/// <summary>What a parser has to know about the answer it reads.</summary>
/// <param name="Tools">
/// The tools that may be called; where there are none, what looks like a call is text. Null where nobody knows them: then everything that
/// looks like a call is one.
/// </param>
/// <param name="StartsInThinking">The prompt already opened the thinking block.</param>
/// <param name="TokenMarkers">Those of <see cref="IOutputFormat.Markers"/> that are single special tokens of the vocabulary.</param>
/// <param name="NewCallId">Makes the id of a tool call.</param>
public sealed record OutputParserSettings(
    IReadOnlyList<ToolDefinition>? Tools, bool StartsInThinking, IReadOnlySet<string> TokenMarkers, Func<string> NewCallId);

/// <summary>
/// Reads one answer as it is generated. Any chunking of the same pieces gives the same events after merging equal neighbours. What
/// cannot be parsed becomes text, never nothing. Not thread-safe.
/// </summary>
public interface IOutputParser
{
    /// <summary>Reads whole UTF-8 text and appends what is certain to <paramref name="events"/>.</summary>
    void Text(string text, ICollection<ChatEvent> events);

    /// <summary>Reads one special token by its text, for example <c>&lt;tool_call&gt;</c>.</summary>
    void Special(string token, ICollection<ChatEvent> events);

    /// <summary>
    /// The answer ended. Releases what was held back. <paramref name="truncated"/> says that it was cut by a limit: an unfinished
    /// call is then dropped rather than completed.
    /// </summary>
    void Finish(bool truncated, ICollection<ChatEvent> events);

    /// <summary>True while the last piece read belongs to thinking.</summary>
    bool IsThinking { get; }
}
