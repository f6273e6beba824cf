using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace Hearth.Chat.Jinja;

/// <summary>What a token is.</summary>
internal enum TokenKind
{
    Data,
    VariableBegin,
    VariableEnd,
    BlockBegin,
    BlockEnd,
    Name,
    Text,
    Integer,
    Float,
    Operator,
    End,
}

/// <summary>Where something stands in a template: its line, from 1, and its offset in the source as the lexer reads it.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Place(int Line, int Offset);

/// <summary>One token; <paramref name="Value"/> is the data, name, operator or decoded literal.</summary>
internal readonly record struct Token(TokenKind Kind, string Value, Place Place)
{
    public bool Is(string op) => Kind == TokenKind.Operator && Value == op;

    public bool IsName(string name) => Kind == TokenKind.Name && Value == name;
}

/// <summary>
/// Cuts a template into tokens as Jinja2's lexer does with trim_blocks and lstrip_blocks on, and drops one newline at the end of the
/// source.
/// </summary>
internal sealed class Lexer
{
    private static readonly string[] Operators =
        ["//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";"];

    private readonly string _source;
    private readonly string _name;
    private readonly List<Token> _tokens = [];
    private int _position;
    private int _line = 1;
    private bool _lineStarting = true;

    private Lexer(string source, string name)
    {
        _source = Normalize(source);
        _name = name;
    }

    /// <summary>The source as it is read: every line end is one character, and one at the very end is dropped.</summary>
    public static string Normalize(string source)
    {
        string text = source.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        return text.EndsWith('\n') ? text[..^1] : text;
    }

    public static List<Token> Tokenize(string source, string name)
    {
        Lexer lexer = new(source, name);
        while (lexer.ReadData())
        {
        }

        lexer.Add(TokenKind.End, "");
        return lexer._tokens;
    }

    private JinjaException Error(string message) => new("TemplateSyntaxError", message, Here, _name);

    private Place Here => new(_line, _position);

    private void Add(TokenKind kind, string value) => _tokens.Add(new Token(kind, value, Here));

    private char At(int index) => index < _source.Length ? _source[index] : '\0';

    private void Advance(int count)
    {
        for (int end = _position + count; _position < end; _position++)
        {
            if (_source[_position] == '\n')
                _line++;
        }
    }

    private bool ReadData()
    {
        int tag = FindTag(_position);
        if (tag < 0)
        {
            AddData(_source[_position..]);
            return false;
        }

        char kind = _source[tag + 1];
        char sign = At(tag + 2) is '-' or '+' ? At(tag + 2) : '\0';
        int dataStart = _position;
        Advance(tag - _position);
        AddDataBefore(_source[dataStart..tag], kind, sign);
        Advance(2 + (sign == '\0' ? 0 : 1));
        switch (kind)
        {
            case '#':
                SkipComment();
                break;
            case '%' when TryReadRaw():
                break;
            default:
                ReadTag(kind);
                break;
        }

        return true;
    }

    private int FindTag(int from)
    {
        for (int i = _source.IndexOf('{', from); i >= 0 && i + 1 < _source.Length; i = _source.IndexOf('{', i + 1))
        {
            if (_source[i + 1] is '{' or '%' or '#')
                return i;
        }

        return -1;
    }

    /// <summary>White space before a tag: gone with '-', and before blocks alone on their line (lstrip_blocks) unless '+'.</summary>
    private void AddDataBefore(string data, char kind, char sign)
    {
        if (sign == '-')
        {
            AddData(TrimmedEnd(data));
            return;
        }

        int lineStart = data.LastIndexOf('\n') + 1;
        bool strips = sign != '+' && kind != '{' && (lineStart > 0 || _lineStarting)
            && lineStart < data.Length && TrimmedEnd(data[lineStart..]).Length == 0;
        AddData(strips ? data[..lineStart] : data);
    }

    private static string TrimmedEnd(string data)
    {
        int end = data.Length;
        while (end > 0 && StringMethods.IsSpace(data[end - 1]))
            end--;
        return data[..end];
    }

    private void AddData(string data)
    {
        if (data.Length > 0)
            Add(TokenKind.Data, data);
    }

    private void SkipComment()
    {
        // Nothing at all after the opening mark is no error in Jinja2, for comments and for raw.
        if (_position == _source.Length)
            return;
        int end = _source.IndexOf("#}", _position, StringComparison.Ordinal);
        if (end < 0)
            throw Error("Missing end of comment tag");
        char sign = end > _position && _source[end - 1] is '-' or '+' ? _source[end - 1] : '\0';
        Advance(end + 2 - _position);
        AfterTag(sign, trimsNewline: true);
    }

    /// <summary>White space after a tag: all of it with '-', one newline after blocks and comments (trim_blocks) unless '+'.</summary>
    private void AfterTag(char sign, bool trimsNewline)
    {
        int start = _position;
        if (sign == '-')
        {
            Advance(SkipSpace(_position) - _position);
        }
        else if (trimsNewline && sign != '+' && At(_position) == '\n')
        {
            Advance(1);
        }

        _lineStarting = _position > start && _source[_position - 1] == '\n';
    }

    private bool TryReadRaw()
    {
        int i = SkipSpace(_position);
        if (string.CompareOrdinal(_source, i, "raw", 0, 3) != 0)
            return false;
        i = SkipSpace(i + 3);
        char sign = At(i) == '-' ? '-' : '\0';
        i += sign == '\0' ? 0 : 1;
        if (At(i) != '%' || At(i + 1) != '}')
            return false;
        Advance(i + 2 - _position);
        AfterTag(sign, trimsNewline: false);
        if (_position < _source.Length)
            ReadRawBody();
        return true;
    }

    private void ReadRawBody()
    {
        for (int tag = _source.IndexOf("{%", _position, StringComparison.Ordinal); tag >= 0; tag = _source.IndexOf("{%", tag + 2, StringComparison.Ordinal))
        {
            char open = At(tag + 2) is '-' or '+' ? At(tag + 2) : '\0';
            int i = SkipSpace(tag + 2 + (open == '\0' ? 0 : 1));
            if (string.CompareOrdinal(_source, i, "endraw", 0, 6) != 0)
                continue;
            i = SkipSpace(i + 6);
            char close = At(i) is '-' or '+' ? At(i) : '\0';
            i += close == '\0' ? 0 : 1;
            if (At(i) != '%' || At(i + 1) != '}')
                continue;
            AddDataBefore(_source[_position..tag], '%', open);
            Advance(i + 2 - _position);
            AfterTag(close, trimsNewline: true);
            return;
        }

        throw Error("Missing end of raw directive");
    }

    private int SkipSpace(int index)
    {
        while (index < _source.Length && StringMethods.IsSpace(_source[index]))
            index++;
        return index;
    }

    private void ReadTag(char kind)
    {
        bool isVariable = kind == '{';
        char closing = isVariable ? '}' : '%';
        Add(isVariable ? TokenKind.VariableBegin : TokenKind.BlockBegin, "");
        Stack<char> open = new();
        while (true)
        {
            Advance(SkipSpace(_position) - _position);
            if (_position >= _source.Length)
                throw Error("unexpected end of template");
            int sign = At(_position) == '-' || (!isVariable && At(_position) == '+') ? 1 : 0;
            if (open.Count == 0 && At(_position + sign) == closing && At(_position + sign + 1) == '}')
            {
                char signChar = sign == 1 ? At(_position) : '\0';
                Add(isVariable ? TokenKind.VariableEnd : TokenKind.BlockEnd, "");
                Advance(sign + 2);
                AfterTag(signChar, trimsNewline: !isVariable);
                return;
            }

            ReadToken(open);
        }
    }

    private void ReadToken(Stack<char> open)
    {
        char c = _source[_position];
        if (char.IsLetter(c) || c == '_')
            ReadName();
        else if (char.IsAsciiDigit(c))
            ReadNumber();
        else if (c is '"' or '\'')
            ReadText(c);
        else
            ReadOperator(open);
    }

    private void ReadName()
    {
        int end = _position;
        while (char.IsLetterOrDigit(At(end)) || At(end) == '_')
            end++;
        Add(TokenKind.Name, _source[_position..end]);
        Advance(end - _position);
    }

    private void ReadNumber()
    {
        if (At(_position) == '0' && char.ToLowerInvariant(At(_position + 1)) is 'x' or 'o' or 'b' && TryReadBase())
            return;
        int end = Digits(_position);
        bool isFloat = false;
        bool afterDot = At(_position - 1) == '.';
        if (!afterDot && At(end) == '.' && char.IsAsciiDigit(At(end + 1)))
        {
            isFloat = true;
            end = Digits(end + 1);
        }

        int exponent = end + (At(end + 1) is '+' or '-' ? 2 : 1);
        if (!afterDot && At(end) is 'e' or 'E' && char.IsAsciiDigit(At(exponent)))
        {
            isFloat = true;
            end = Digits(exponent);
        }

        if (!isFloat && At(_position) == '0')
            end = Zeros(_position);
        string digits = _source[_position..end].Replace("_", "", StringComparison.Ordinal);
        if (digits.Length > JinjaLimits.IntegerDigits)
            throw Error($"a number has more than {JinjaLimits.IntegerDigits} digits");
        Add(isFloat ? TokenKind.Float : TokenKind.Integer, digits);
        Advance(end - _position);
    }

    /// <summary>Zeros only: Python has no other integer that begins with one, and what follows is another token.</summary>
    private int Zeros(int index)
    {
        while (At(index) == '0' || (At(index) == '_' && At(index + 1) == '0'))
            index++;
        return index;
    }

    /// <summary><c>0x1f</c>, <c>0o17</c>, <c>0b101</c>.</summary>
    private bool TryReadBase()
    {
        int bits = char.ToLowerInvariant(At(_position + 1)) switch { 'x' => 4, 'o' => 3, _ => 1 };
        int end = _position + 2;
        BigInteger value = 0;
        while (true)
        {
            int at = At(end) == '_' ? end + 1 : end;
            if (!char.IsAsciiHexDigit(At(at)) || Convert.ToInt32(At(at).ToString(), 16) is var digit && digit >= 1 << bits)
                break;
            value = (value << bits) + digit;
            end = at + 1;
            if (value.GetBitLength() > JinjaLimits.IntegerBits)
                throw Error($"an integer is longer than {JinjaLimits.IntegerBits} bits");
        }

        if (end == _position + 2)
            return false;
        Add(TokenKind.Integer, value.ToString(CultureInfo.InvariantCulture));
        Advance(end - _position);
        return true;
    }

    private int Digits(int index)
    {
        while (char.IsAsciiDigit(At(index)) || (At(index) == '_' && char.IsAsciiDigit(At(index + 1))))
            index++;
        return index;
    }

    private void ReadText(char quote)
    {
        int end = _position + 1;
        while (end < _source.Length && _source[end] != quote)
            end += _source[end] == '\\' ? 2 : 1;
        if (end >= _source.Length)
            throw Error($"unexpected char {quote} at {_position}");
        Add(TokenKind.Text, Unescape(_source[(_position + 1)..end]) ?? throw Error("a text has an escape that is cut off or stands for no character"));
        Advance(end + 1 - _position);
    }

    private void ReadOperator(Stack<char> open)
    {
        string op = Operators.FirstOrDefault(o => string.CompareOrdinal(_source, _position, o, 0, o.Length) == 0)
            ?? throw Error($"unexpected char '{_source[_position]}' at {_position}");
        if (op is "(" or "[" or "{")
        {
            open.Push(op[0]);
        }
        else if (op is ")" or "]" or "}")
        {
            if (open.Count == 0)
                throw Error($"unexpected '{op}'");
            char expected = open.Pop() switch { '(' => ')', '[' => ']', _ => '}' };
            if (op[0] != expected)
                throw Error($"unexpected '{op}', expected '{expected}'");
        }

        Add(TokenKind.Operator, op);
        Advance(op.Length);
    }

    /// <summary>The text that a literal stands for; null where one of its escapes stands for none.</summary>
    private static string? Unescape(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal))
            return text;
        StringBuilder result = new();
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length)
            {
                int used = AppendEscape(result, text, i + 1);
                if (used < 0)
                    return null;
                i += used;
            }
            else
            {
                result.Append(text[i]);
            }
        }

        return result.ToString();
    }

    /// <summary>Appends what the escape at <paramref name="i"/> stands for; returns the characters used after the backslash, or -1.</summary>
    private static int AppendEscape(StringBuilder result, string text, int i)
    {
        const string letters = "abfnrtv\\'\"\n";
        string?[] meanings = ["\a", "\b", "\f", "\n", "\r", "\t", "\v", "\\", "'", "\"", ""];
        int letter = letters.IndexOf(text[i], StringComparison.Ordinal);
        if (letter >= 0)
        {
            result.Append(meanings[letter]);
            return 1;
        }

        int digits = text[i] switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        if (digits > 0 && i + digits < text.Length
            && int.TryParse(text.AsSpan(i + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int code)
            && (Rune.IsValid(code) || code < 0x10000))
        {
            result.Append(code < 0x10000 ? ((char)code).ToString() : char.ConvertFromUtf32(code));
            return 1 + digits;
        }

        if (digits > 0)
            return -1;
        if (text[i] is >= '0' and <= '7')
        {
            int end = i;
            int value = 0;
            while (end < text.Length && end < i + 3 && text[end] is >= '0' and <= '7')
                value = (value * 8) + text[end++] - '0';
            result.Append((char)value);
            return end - i;
        }

        result.Append('\\').Append(text[i]);
        return 1;
    }
}
