using System.Globalization;
using System.Numerics;
using System.Text;

namespace Hearth.Chat.Jinja;

/// <summary>Python's <c>'...' % values</c>.</summary>
internal sealed class PercentFormat(OriginString format, object? values, RenderState state)
{
    private readonly List<object?> _positional = values is JinjaList { IsTuple: true } tuple ? tuple.Items : [values];
    private int _next;
    private int _at;

    public static OriginString Apply(OriginString format, object? values, RenderState state)
    {
        OriginString text = new PercentFormat(format, values, state).Expand();
        return format.IsMarkup ? text.AsMarkup() : text;
    }

    /// <summary>The character of a code point, or the one character that a text is.</summary>
    public static OriginString Character(object? value)
    {
        if (value is OriginString text)
            return text.CodePoints == 1 ? text : throw JinjaException.Type("%c requires int or char");
        if (value is not (long or bool or BigInteger))
            throw JinjaException.Type("%c requires int or char");
        int code = Operators.ToIndex(value);
        return Rune.IsValid(code)
            ? OriginString.Trusted(char.ConvertFromUtf32(code))
            : throw new JinjaException("OverflowError", "%c arg not in range(0x110000)");
    }

    private OriginString Expand()
    {
        OriginBuilder builder = new(state.Limits.OutputChars);
        while (_at < format.Length)
        {
            int percent = format.Text.IndexOf('%', _at) is var found && found >= 0 ? found : format.Length;
            builder.Append(format, _at, percent - _at);
            _at = percent + 1;
            if (percent < format.Length)
                Append(builder);
        }

        // Python takes whatever has items for a source of named values, which nobody has to use.
        if (values is not (JinjaDict or Undefined or JinjaList { IsTuple: false, IsIndexable: true }) && _next < _positional.Count)
            throw JinjaException.Type("not all arguments converted during string formatting");
        return builder.ToOriginString();
    }

    private void Append(OriginBuilder builder)
    {
        bool isKeyed = Current == '(';
        object? keyed = isKeyed ? Named(ReadKey()) : null;
        if (isKeyed)
            _next = _positional.Count;
        int flagsStart = _at;
        while (Current is '-' or '+' or ' ' or '#' or '0')
            _at++;
        string flags = format.Text[flagsStart.._at];
        int width = ReadNumber() ?? 0;
        bool isLeft = flags.Contains('-', StringComparison.Ordinal) || width < 0;
        int? precision = null;
        if (Current == '.')
        {
            _at++;
            precision = Math.Max(0, ReadNumber() ?? 0);
        }

        if (Current is 'h' or 'l' or 'L')
            _at++;
        char type = Current;
        _at++;
        state.CheckMade(Math.Abs((long)width));
        if (type == '%')
            builder.Append("%");
        else if (type == '\0')
            throw JinjaException.Value("incomplete format");
        else
            Pad(builder, Convert(isKeyed ? keyed : Take(), type, flags, precision), Math.Abs(width), isLeft, HasZeros(type, flags) && !isLeft);
    }

    private static bool HasZeros(char type, string flags) => type is not ('s' or 'r' or 'a' or 'c') && flags.Contains('0', StringComparison.Ordinal);

    private char Current => _at < format.Length ? format.Text[_at] : '\0';

    private object? Take() => _next < _positional.Count
        ? _positional[_next++]
        : throw JinjaException.Type("not enough arguments for format string");

    private string ReadKey()
    {
        int nesting = 0;
        for (int start = ++_at; _at < format.Length; _at++)
        {
            state.Step();
            nesting += Current == '(' ? 1 : Current == ')' ? -1 : 0;
            if (nesting < 0)
                return format.Text[start.._at++];
        }

        throw JinjaException.Value("incomplete format key");
    }

    private object? Named(string key) => values is JinjaDict dict
        ? dict.TryGet(key, out object? value) ? value : throw new JinjaException("KeyError", $"'{key}'")
        : throw JinjaException.Type("format requires a mapping");

    private int? ReadNumber()
    {
        if (Current == '*')
        {
            _at++;
            return Take() is var size && size is long or bool ? Operators.ToIndex(size) : throw JinjaException.Type("* wants int");
        }

        int start = _at;
        while (char.IsAsciiDigit(Current))
            _at++;
        if (_at == start)
            return null;
        return int.TryParse(format.Text.AsSpan(start, _at - start), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw JinjaException.Value("width too big");
    }

    /// <summary>The sign with a base's prefix, and the rest.</summary>
    private (OriginString Sign, OriginString Text) Convert(object? value, char type, string flags, int? precision)
    {
        if (type is 's' or 'r' or 'a' or 'c')
        {
            OriginString text = type switch { 's' => Python.ToText(value, state), 'r' => Python.Repr(value, state), 'a' => Python.Ascii(value, state), _ => Character(value) };
            if (type != 'c' && precision is { } longest && text.CodePoints > longest)
                text = text.SliceCodePoints(0, longest);
            return (OriginString.Empty, format.IsMarkup && value is not OriginString { IsMarkup: true } ? TextFilters.Escape(text, state) : text);
        }

        bool isAlternate = flags.Contains('#', StringComparison.Ordinal);
        (bool isNegative, string digits) = type switch
        {
            'd' or 'i' or 'u' or 'x' or 'X' or 'o' => Whole(value, type, isAlternate, precision ?? 0),
            'e' or 'E' or 'f' or 'F' or 'g' or 'G' => Real(value, type, precision ?? 6, isAlternate),
            _ => throw JinjaException.Value($"unsupported format character '{type}' (0x{(int)type:x}) at index {_at - 1}"),
        };
        string sign = isNegative ? "-" : flags.Contains('+', StringComparison.Ordinal) ? "+" : flags.Contains(' ', StringComparison.Ordinal) ? " " : "";
        int prefix = isAlternate && type is ('x' or 'X' or 'o') ? 2 : 0;
        return (OriginString.Trusted(sign + digits[..prefix]), OriginString.Trusted(digits[prefix..]));
    }

    private (bool IsNegative, string Digits) Whole(object? value, char type, bool isAlternate, int precision)
    {
        bool isDecimal = type is 'd' or 'i' or 'u';
        BigInteger number = value switch
        {
            Undefined undefined => throw undefined.Error(),
            long or bool or BigInteger => Arithmetic.Integer(value),
            double real when isDecimal => Truncated(real),
            _ => throw JinjaException.Type(isDecimal
                ? $"%{type} format: a real number is required, not {Python.TypeName(value)}"
                : $"%{type} format: an integer is required, not {Python.TypeName(value)}"),
        };
        state.CheckMade(precision);
        state.Multiply(value, value);
        string digits = NumberFormat.Digits(number, isDecimal ? 'd' : type).PadLeft(precision, '0');
        return (number.Sign < 0, isAlternate && !isDecimal ? "0" + type + digits : digits);
    }

    private static BigInteger Truncated(double number) => double.IsFinite(number)
        ? new BigInteger(number)
        : throw new JinjaException(
            double.IsNaN(number) ? "ValueError" : "OverflowError",
            double.IsNaN(number) ? "cannot convert float NaN to integer" : "cannot convert float infinity to integer");

    private static (bool IsNegative, string Digits) Real(object? value, char type, int precision, bool isAlternate)
    {
        double number = Operators.ToDouble(value);
        return (double.IsNegative(number) && !double.IsNaN(number), NumberFormat.Digits(number, type, precision, isAlternate));
    }

    private static void Pad(OriginBuilder builder, (OriginString Sign, OriginString Text) part, int width, bool isLeft, bool hasZeros)
    {
        string fill = new(hasZeros ? '0' : ' ', Math.Max(0, width - part.Sign.Length - part.Text.CodePoints));
        _ = (isLeft, hasZeros) switch
        {
            (true, _) => builder.Append(part.Sign).Append(part.Text).Append(fill),
            (_, true) => builder.Append(part.Sign).Append(fill).Append(part.Text),
            _ => builder.Append(fill).Append(part.Sign).Append(part.Text),
        };
    }
}
