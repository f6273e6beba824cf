namespace Hearth.Chat.Formats.Reading;

/// <summary>
/// Follows one JSON value, character by character, strictly. A value that is a number or a word ends only when something else follows.
/// </summary>
/// <param name="mostDepth">Nesting beyond this is no value that anybody means.</param>
internal sealed class JsonScanner(int mostDepth = JsonDepth.Most)
{
    private readonly List<bool> _objects = [];
    private State _state = State.Value;
    private string _word = "";
    private int _wordAt;
    private int _hexDigits;
    private bool _isKey;

    private enum State
    {
        Value,
        FirstElement,
        FirstKey,
        Key,
        Colon,
        AfterValue,
        String,
        Escape,
        Hex,
        Word,
        Minus,
        Zero,
        Integer,
        Point,
        Fraction,
        Exponent,
        ExponentSign,
        ExponentDigits,
        Done,
    }

    /// <summary>The value is complete.</summary>
    public bool IsDone => _state == State.Done;

    /// <summary>The next character belongs to a string.</summary>
    public bool IsInString => _state is State.String or State.Escape or State.Hex;

    /// <summary>The value would be complete if it ended here.</summary>
    public bool CanEnd => IsDone || (_objects.Count == 0 && IsNumberEnd);

    private bool IsNumberEnd => _state is State.Zero or State.Integer or State.Fraction or State.ExponentDigits;

    /// <summary>Reads the next character; false where no JSON value goes on so. White space after the value is not part of it.</summary>
    public bool Read(char c)
    {
        if (IsNumberEnd && !IsNumberPart(c))
        {
            EndValue();
            if (IsDone)
                return c is ' ' or '\t' or '\n' or '\r';
        }

        return _state switch
        {
            State.String => ReadString(c),
            State.Escape => ReadEscape(c),
            State.Hex => ReadHex(c),
            State.Word => ReadWord(c),
            >= State.Minus and <= State.ExponentDigits => ReadNumber(c),
            _ => c is ' ' or '\t' or '\n' or '\r' || ReadStructure(c),
        };
    }

    private bool ReadStructure(char c) => (_state, c) switch
    {
        (State.FirstElement, ']') => Close(isObject: false),
        (State.FirstKey, '}') => Close(isObject: true),
        (State.AfterValue, ']') => _objects is [.., false] && Close(isObject: false),
        (State.AfterValue, '}') => _objects is [.., true] && Close(isObject: true),
        (State.AfterValue, ',') => Go(_objects[^1] ? State.Key : State.Value),
        (State.Colon, ':') => Go(State.Value),
        (State.FirstKey or State.Key, '"') => BeginString(isKey: true),
        (State.Value or State.FirstElement, _) => BeginValue(c),
        _ => false,
    };

    private bool BeginValue(char c) => c switch
    {
        '{' => Open(isObject: true),
        '[' => Open(isObject: false),
        '"' => BeginString(isKey: false),
        't' => BeginWord("true"),
        'f' => BeginWord("false"),
        'n' => BeginWord("null"),
        '-' => Go(State.Minus),
        '0' => Go(State.Zero),
        >= '1' and <= '9' => Go(State.Integer),
        _ => false,
    };

    private bool Open(bool isObject)
    {
        _objects.Add(isObject);
        return _objects.Count <= mostDepth && Go(isObject ? State.FirstKey : State.FirstElement);
    }

    private bool Close(bool isObject)
    {
        if (_objects[^1] != isObject)
            return false;
        _objects.RemoveAt(_objects.Count - 1);
        EndValue();
        return true;
    }

    private void EndValue() => _state = _objects.Count == 0 ? State.Done : State.AfterValue;

    private bool BeginString(bool isKey)
    {
        _isKey = isKey;
        return Go(State.String);
    }

    /// <summary>A control character is let through: models write line ends into strings, and who passes the text on escapes them.</summary>
    private bool ReadString(char c)
    {
        if (c == '\\')
            return Go(State.Escape);
        if (c != '"')
            return true;
        if (_isKey)
            return Go(State.Colon);
        EndValue();
        return true;
    }

    private bool ReadEscape(char c)
    {
        _hexDigits = 0;
        return c == 'u' ? Go(State.Hex) : "\"\\/bfnrt".Contains(c, StringComparison.Ordinal) && Go(State.String);
    }

    private bool ReadHex(char c) => char.IsAsciiHexDigit(c) && (++_hexDigits < 4 || Go(State.String));

    private bool BeginWord(string word)
    {
        (_word, _wordAt) = (word, 1);
        return Go(State.Word);
    }

    private bool ReadWord(char c)
    {
        if (c != _word[_wordAt])
            return false;
        if (++_wordAt == _word.Length)
            EndValue();
        return true;
    }

    private static bool IsNumberPart(char c) => char.IsAsciiDigit(c) || c is '.' or 'e' or 'E';

    private bool ReadNumber(char c) => (_state, c) switch
    {
        (State.Minus, '0') => Go(State.Zero),
        (State.Minus, >= '1' and <= '9') => Go(State.Integer),
        (State.Integer, >= '0' and <= '9') => true,
        (State.Zero or State.Integer, '.') => Go(State.Point),
        (State.Point or State.Fraction, >= '0' and <= '9') => Go(State.Fraction),
        (State.Zero or State.Integer or State.Fraction, 'e' or 'E') => Go(State.Exponent),
        (State.Exponent, '+' or '-') => Go(State.ExponentSign),
        (State.Exponent or State.ExponentSign or State.ExponentDigits, >= '0' and <= '9') => Go(State.ExponentDigits),
        _ => false,
    };

    private bool Go(State state)
    {
        _state = state;
        return true;
    }
}
