using System.Text;

namespace Hearth.Chat.Formats;

/// <summary>
/// The streaming parser of <see cref="HermesFormat"/>. A call is held back until it is complete, so a call that was announced is
/// always valid JSON; white space between blocks belongs to the format, not to the answer.
/// </summary>
internal sealed class HermesParser(OutputParserSettings settings, IReadOnlyList<string> textMarkers) : IOutputParser
{
    private enum Mode
    {
        Text,
        Thinking,
        Call,
    }

    private readonly MarkerSplitter _splitter = new(textMarkers);
    private readonly List<SplitPiece> _pieces = [];
    private readonly StringBuilder _space = new();
    private readonly StringBuilder _call = new();
    private JsonStringTracker _callJson;
    private Mode _mode = settings.StartsInThinking ? Mode.Thinking : Mode.Text;
    private bool _dropLeadingSpace = settings.StartsInThinking;

    public bool IsThinking => _mode == Mode.Thinking;

    public void Text(string text, ICollection<ChatEvent> events)
    {
        _splitter.Push(text, _pieces);
        ReadPieces(events);
    }

    public void Special(string token, ICollection<ChatEvent> events)
    {
        _splitter.Flush(_pieces);
        ReadPieces(events);
        Marker(token, events);
    }

    public void Finish(bool truncated, ICollection<ChatEvent> events)
    {
        _splitter.Flush(_pieces);
        ReadPieces(events);
        if (_mode == Mode.Call)
            CloseCall(truncated, HermesFormat.CallOpen + _call, events);
        else if (_mode == Mode.Text && !_dropLeadingSpace && _space.Length > 0)
            events.Add(new TextDelta(TakeSpace()));
    }

    private void ReadPieces(ICollection<ChatEvent> events)
    {
        foreach (SplitPiece piece in _pieces)
        {
            if (piece.IsMarker)
                Marker(piece.Text, events);
            else
                Content(piece.Text, events);
        }

        _pieces.Clear();
    }

    private void Marker(string marker, ICollection<ChatEvent> events)
    {
        switch (_mode, marker)
        {
            case (Mode.Text, HermesFormat.ThinkOpen):
                Switch(Mode.Thinking);
                break;
            case (Mode.Thinking, HermesFormat.ThinkClose):
                Switch(Mode.Text);
                break;
            case (Mode.Text, HermesFormat.CallOpen) when settings.ToolsOffered:
                OpenCall();
                break;
            case (Mode.Call, HermesFormat.CallClose) when !_callJson.InString:
                CloseCall(truncated: false, HermesFormat.CallOpen + _call + HermesFormat.CallClose, events);
                break;
            case (Mode.Call, HermesFormat.CallOpen) when !_callJson.InString:
                CloseCall(truncated: false, HermesFormat.CallOpen + _call, events);
                OpenCall();
                break;
            default:
                Content(marker, events);
                break;
        }
    }

    private void Content(string text, ICollection<ChatEvent> events)
    {
        if (_mode == Mode.Call)
        {
            _call.Append(text);
            _callJson.Read(text);
            return;
        }

        ReadOnlySpan<char> visible = _dropLeadingSpace ? text.AsSpan().TrimStart() : text;
        if (visible.IsEmpty)
            return;
        _dropLeadingSpace = false;
        ReadOnlySpan<char> body = visible.TrimEnd();
        if (!body.IsEmpty)
            Emit(string.Concat(TakeSpace(), body), events);
        _space.Append(visible[body.Length..]);
    }

    private void Emit(string text, ICollection<ChatEvent> events) =>
        events.Add(_mode == Mode.Thinking ? new ThinkingDelta(text) : new TextDelta(text));

    private string TakeSpace()
    {
        string space = _space.ToString();
        _space.Clear();
        return space;
    }

    private void Switch(Mode mode)
    {
        _mode = mode;
        _space.Clear();
        _dropLeadingSpace = true;
    }

    private void OpenCall()
    {
        Switch(Mode.Call);
        _call.Clear();
        _callJson = default;
    }

    private void CloseCall(bool truncated, string raw, ICollection<ChatEvent> events)
    {
        Switch(Mode.Text);
        if (truncated)
            return;
        if (ToolCallJson.TryParse(_call.ToString(), out string name, out string arguments))
        {
            events.Add(new ToolCallStarted(settings.NewCallId(), name));
            events.Add(new ToolCallArguments(arguments));
            events.Add(new ToolCallFinished());
            return;
        }

        _dropLeadingSpace = false;
        Content(raw, events);
    }
}
