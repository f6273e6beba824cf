using System.Text;

namespace Hearth.Chat.Formats.Reading;

/// <summary>What a reading coroutine yields: nothing can be looked at until more of the answer has come, or its end.</summary>
internal enum Wait
{
    /// <summary>More of the answer, or its end.</summary>
    Input,
}

/// <summary>
/// The answer as a sequence of symbols, characters and markers, of which one is looked at at a time. A reader asks
/// <see cref="NeedsMore"/> before it looks, and yields <see cref="Wait.Input"/> when that is so.
/// </summary>
internal sealed class AnswerInput
{
    private readonly Queue<SplitPiece> _pieces = new();
    private readonly StringBuilder _record = new();
    private SplitPiece _piece;
    private int _at;
    private bool _isRecording;

    /// <summary>Nothing to look at yet.</summary>
    public bool NeedsMore => !HasSymbol && !HasEnded;

    /// <summary>There is nothing left and nothing will come.</summary>
    public bool IsAtEnd => !HasSymbol && HasEnded;

    /// <summary>The answer was cut by a limit.</summary>
    public bool IsTruncated { get; private set; }

    /// <summary>The answer ends here because a limit cut it.</summary>
    public bool IsCutOff => IsAtEnd && IsTruncated;

    /// <summary>The marker that is looked at; null for a character and at the end.</summary>
    public string? Marker => HasSymbol && _piece.IsMarker ? _piece.Text : null;

    /// <summary>The character that is looked at; 0 for a marker and at the end.</summary>
    public char Character => HasSymbol && !_piece.IsMarker ? _piece.Text[_at] : '\0';

    /// <summary>The marker or the character that is looked at, as text; empty at the end.</summary>
    public ReadOnlySpan<char> Symbol => !HasSymbol ? [] : _piece.IsMarker ? _piece.Text : _piece.Text.AsSpan(_at, 1);

    /// <summary>A character of white space is looked at.</summary>
    public bool IsWhiteSpace => Marker is null && HasSymbol && char.IsWhiteSpace(Character);

    private bool HasEnded { get; set; }

    private bool HasSymbol => _at < _piece.Text?.Length || TryTakePiece();

    /// <summary>More of the answer.</summary>
    public void Add(SplitPiece piece) => _pieces.Enqueue(piece);

    /// <summary>No more will come.</summary>
    public void End(bool truncated) => (HasEnded, IsTruncated) = (true, truncated);

    /// <summary>Goes on to the next symbol.</summary>
    public void Advance()
    {
        if (_isRecording)
            _record.Append(Symbol);
        _at += _piece.IsMarker ? _piece.Text.Length : 1;
    }

    /// <summary>Takes all characters up to the next marker or the end of what has come.</summary>
    public ReadOnlySpan<char> TakeText() => TakeText(_piece.Text.Length - _at);

    /// <summary>Takes characters up to the next marker, the end of what has come, or one of <paramref name="stops"/>, which stays.</summary>
    public ReadOnlySpan<char> TakeUntil(ReadOnlySpan<char> stops)
    {
        int stop = _piece.Text.AsSpan(_at).IndexOfAny(stops);
        return TakeText(stop < 0 ? _piece.Text.Length - _at : stop);
    }

    /// <summary>Skips white space, and appends it to <paramref name="into"/>.</summary>
    public IEnumerable<Wait> SkipSpace(StringBuilder? into = null)
    {
        while (true)
        {
            if (NeedsMore)
                yield return Wait.Input;
            if (!IsWhiteSpace)
                yield break;
            into?.Append(Character);
            Advance();
        }
    }

    /// <summary>Remembers what is taken from here on.</summary>
    public void StartRecording()
    {
        _record.Clear();
        _isRecording = true;
    }

    /// <summary>What was taken since <see cref="StartRecording"/>; it ends with this.</summary>
    public string StopRecording()
    {
        _isRecording = false;
        return _record.ToString();
    }

    private ReadOnlySpan<char> TakeText(int length)
    {
        ReadOnlySpan<char> text = _piece.Text.AsSpan(_at, length);
        if (_isRecording)
            _record.Append(text);
        _at += length;
        return text;
    }

    private bool TryTakePiece()
    {
        if (!_pieces.TryDequeue(out SplitPiece piece))
            return false;
        (_piece, _at) = (piece, 0);
        return true;
    }
}
