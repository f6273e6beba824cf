namespace Hearth.Chat.Formats;

/// <summary>Knows, while JSON text streams by, whether the next character lies inside a string.</summary>
internal struct JsonStringTracker
{
    private bool _escaped;

    /// <summary>True when the next character belongs to a string.</summary>
    public bool InString { get; private set; }

    /// <summary>Reads the next characters.</summary>
    public void Read(ReadOnlySpan<char> text)
    {
        foreach (char c in text)
        {
            if (_escaped)
                _escaped = false;
            else if (InString && c == '\\')
                _escaped = true;
            else if (c == '"')
                InString = !InString;
        }
    }
}
