using System.Text;

namespace Hearth.Chat.Formats.Reading;

/// <summary>
/// The frame of every family's parser: cuts the answer at the family's markers and runs the family's reader, a coroutine that looks at
/// one symbol at a time and waits where there is none yet. Whatever the pieces are that the answer comes in, the reader sees the same
/// symbols, so it gives the same events.
/// </summary>
internal abstract class FamilyParser : IOutputParser
{
    /// <summary>Stands for the inline token while the answer is cut at markers: no character, so text is not allowed to have it.</summary>
    private const char InlineMark = '\uFFFF';

    /// <summary>What several families were trained to write before a tool's name.</summary>
    protected const string NameSpace = "functions.";

    private readonly MarkerSplitter _splitter;
    private readonly string? _inlineToken;
    private readonly List<SplitPiece> _pieces = [];
    private IEnumerator<Wait>? _reader;

    /// <summary>A parser of one answer.</summary>
    /// <param name="settings">What is known of the answer.</param>
    /// <param name="markers">The family's markers.</param>
    /// <param name="keepsSpaceBesideCalls">White space beside calls is the answer's own.</param>
    /// <param name="inlineToken">A part of markers that is one only as a token, where the vocabulary has it.</param>
    protected FamilyParser(
        OutputParserSettings settings, IEnumerable<string> markers, bool keepsSpaceBesideCalls = false, string? inlineToken = null)
    {
        Settings = settings;
        _inlineToken = inlineToken is not null && settings.TokenMarkers.Contains(inlineToken) ? inlineToken : null;
        IEnumerable<string> written = markers.Where(m => !settings.TokenMarkers.Contains(m));
        if (_inlineToken is not null)
            written = written.Select(m => m.Replace(_inlineToken, $"{InlineMark}", StringComparison.Ordinal));
        _splitter = new MarkerSplitter([.. written]);
        Output = new AnswerWriter(settings.NewCallId, name => Tool(name)?.Name ?? name, keepsSpaceBesideCalls);
        if (settings.StartsInThinking)
            Output.BeginThinking();
    }

    /// <inheritdoc/>
    public bool IsThinking => Output.IsThinking;

    protected OutputParserSettings Settings { get; }

    protected AnswerInput Input { get; } = new();

    protected AnswerWriter Output { get; }

    /// <inheritdoc/>
    public void Text(string text, ICollection<ChatEvent> events)
    {
        _splitter.Push(_inlineToken is null ? text : text.Replace(InlineMark, '\uFFFD'), _pieces);
        Run(events);
    }

    /// <inheritdoc/>
    public void Special(string token, ICollection<ChatEvent> events)
    {
        if (token == _inlineToken)
        {
            _splitter.Push($"{InlineMark}", _pieces);
            Run(events);
            return;
        }

        _splitter.Flush(_pieces);
        _pieces.Add(new SplitPiece(token, IsMarker: true));
        Run(events);
    }

    /// <inheritdoc/>
    public void Finish(bool truncated, ICollection<ChatEvent> events)
    {
        _splitter.Flush(_pieces);
        GiveToInput();
        Input.End(truncated);
        (_reader ??= Read().GetEnumerator()).MoveNext();
        Output.End();
        Output.Flush(events);
    }

    /// <summary>Reads the whole answer.</summary>
    protected abstract IEnumerable<Wait> Read();

    /// <summary>The model ended its answer here; no limit cut it.</summary>
    protected bool IsOver => Input is { IsAtEnd: true, IsTruncated: false };

    /// <summary>There may be calls.</summary>
    protected bool HasTools => Settings.Tools is not { Count: 0 };

    /// <summary>True for a tool that was offered, or may have been.</summary>
    protected bool Offers(string name) => Settings.Tools is null || Tool(name) is not null;

    /// <summary>The definition of an offered tool, which the model may call by a name space that no client knows; or null.</summary>
    protected ToolDefinition? Tool(string name) => Settings.Tools?.FirstOrDefault(t => t.Name == name)
        ?? (name.StartsWith(NameSpace, StringComparison.Ordinal) ? Tool(name[NameSpace.Length..]) : null);

    /// <summary>Reads text up to the next marker or the end into <paramref name="into"/>, which is cleared first.</summary>
    protected IEnumerable<Wait> ReadText(StringBuilder into)
    {
        into.Clear();
        while (true)
        {
            if (Input.NeedsMore)
                yield return Wait.Input;
            if (Input.Marker is not null || Input.IsAtEnd)
                yield break;
            into.Append(Input.TakeText());
        }
    }

    /// <summary>Passes text up to the next marker or the end on to a parameter's value.</summary>
    protected IEnumerable<Wait> ReadText(ParameterWriter into)
    {
        while (true)
        {
            if (Input.NeedsMore)
                yield return Wait.Input;
            if (Input.Marker is not null || Input.IsAtEnd)
                yield break;
            into.Write(Input.TakeText());
        }
    }

    /// <summary>What was read turns out to be no call: all of it is text, or nothing where the answer was cut off in it.</summary>
    protected void GiveUp(string raw)
    {
        if (Output.IsInCall)
            Output.DropCall();
        if (Input.IsCutOff)
            Output.DropSpace();
        else
            Output.Write(raw);
    }

    private void Run(ICollection<ChatEvent> events)
    {
        GiveToInput();
        if (!Input.NeedsMore)
            (_reader ??= Read().GetEnumerator()).MoveNext();
        Output.Flush(events);
    }

    private void GiveToInput()
    {
        foreach (SplitPiece piece in _pieces)
            Input.Add(_inlineToken is null ? piece : piece with { Text = piece.Text.Replace($"{InlineMark}", _inlineToken, StringComparison.Ordinal) });
        _pieces.Clear();
    }
}
