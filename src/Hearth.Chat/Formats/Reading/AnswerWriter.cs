using System.Text;

namespace Hearth.Chat.Formats.Reading;

/// <summary>
/// Turns what a reader understood into events. Neighbouring pieces become one event. White space beside thinking belongs to the format;
/// beside calls it does too, unless the family writes none there.
/// </summary>
/// <param name="newCallId">Makes the id of a call.</param>
/// <param name="nameOf">The name that the client knows a tool by, for the one that the model wrote.</param>
/// <param name="keepsSpaceBesideCalls">White space beside calls is the answer's own.</param>
internal sealed class AnswerWriter(Func<string> newCallId, Func<string, string> nameOf, bool keepsSpaceBesideCalls)
{
    private readonly StringBuilder _text = new();
    private readonly StringBuilder _space = new();
    private readonly List<ChatEvent> _events = [];
    private Mode _mode;
    private bool _dropsSpace;

    private enum Mode
    {
        Text,
        Thinking,
        Call,
    }

    /// <summary>What is written goes to thinking.</summary>
    public bool IsThinking => _mode == Mode.Thinking;

    /// <summary>A call has been announced and not ended.</summary>
    public bool IsInCall => _mode == Mode.Call;

    /// <summary>Nothing visible, and no thinking, has been written in the present line.</summary>
    public bool IsAtLineStart { get; private set; } = true;

    /// <summary>Visible text or thinking, as the present state has it.</summary>
    public void Write(ReadOnlySpan<char> text)
    {
        if (_dropsSpace)
            text = text.TrimStart();
        if (text.IsEmpty)
            return;
        _dropsSpace = false;
        int line = text.LastIndexOf('\n');
        IsAtLineStart = text[(line + 1)..].IsWhiteSpace() && (line >= 0 || IsAtLineStart);
        ReadOnlySpan<char> body = text.TrimEnd();
        if (!body.IsEmpty)
        {
            _text.Append(_space).Append(body);
            _space.Clear();
        }

        _space.Append(text[body.Length..]);
    }

    /// <summary>Thinking begins.</summary>
    public void BeginThinking() => Switch(Mode.Thinking);

    /// <summary>Thinking ends.</summary>
    public void EndThinking() => Switch(Mode.Text);

    /// <summary>Announces a call; thinking, if it was open, is over.</summary>
    public void OpenCall(string name)
    {
        if (_mode == Mode.Text && keepsSpaceBesideCalls)
            KeepSpace();
        Switch(Mode.Call);
        _events.Add(new ToolCallStarted(newCallId(), nameOf(name)));
    }

    /// <summary>The next piece of the open call's arguments.</summary>
    public void WriteArguments(ReadOnlySpan<char> json) => _text.Append(json);

    /// <summary>The next piece of a string in the open call's arguments, as text.</summary>
    public void WriteEscaped(ReadOnlySpan<char> text) => JsonString.AppendEscaped(_text, text);

    /// <summary>The open call is complete.</summary>
    public void CloseCall()
    {
        Switch(Mode.Text);
        _events.Add(new ToolCallFinished());
        _dropsSpace = !keepsSpaceBesideCalls;
    }

    /// <summary>The open call turned out to be none, or was cut off.</summary>
    public void DropCall()
    {
        Switch(Mode.Text);
        _events.Add(new ToolCallDropped());
        _dropsSpace = false;
    }

    /// <summary>White space that the format has between its parts is not written.</summary>
    public void DropSpace()
    {
        if (keepsSpaceBesideCalls)
            return;
        _space.Clear();
        _dropsSpace = true;
    }

    /// <summary>The answer is over: white space at the end of visible text is the answer's own.</summary>
    public void End()
    {
        if (_mode == Mode.Text && !_dropsSpace)
            KeepSpace();
    }

    /// <summary>Gives away what is certain.</summary>
    public void Flush(ICollection<ChatEvent> events)
    {
        Pack();
        foreach (ChatEvent item in _events)
            events.Add(item);
        _events.Clear();
    }

    private void KeepSpace()
    {
        _text.Append(_space);
        _space.Clear();
    }

    private void Switch(Mode mode)
    {
        Pack();
        _space.Clear();
        _mode = mode;
        _dropsSpace = mode != Mode.Call;
        IsAtLineStart = true;
    }

    private void Pack()
    {
        if (_text.Length == 0)
            return;
        string text = _text.ToString();
        _text.Clear();
        _events.Add(_mode switch
        {
            Mode.Text => new TextDelta(text),
            Mode.Thinking => new ThinkingDelta(text),
            _ => new ToolCallArguments(text),
        });
    }
}
