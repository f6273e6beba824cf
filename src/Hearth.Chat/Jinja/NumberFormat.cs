using System.Globalization;
using System.Numerics;

namespace Hearth.Chat.Jinja;

/// <summary>One value laid out by Python's format characters, for <c>%</c> and <c>format</c>.</summary>
internal static class NumberFormat
{
    /// <summary>Digits of a number for the format character; null when the character is not for numbers.</summary>
    public static string? Write(object? value, char type, int? precision)
    {
        switch (type)
        {
            case 'd' or 'i' or 'u':
                return Integer(value).ToString(CultureInfo.InvariantCulture);
            case 'x':
                return Signed(Integer(value), n => InBase(n, 4));
            case 'X':
                return Signed(Integer(value), n => InBase(n, 4).ToUpperInvariant());
            case 'o':
                return Signed(Integer(value), n => InBase(n, 3));
            case 'b':
                return Signed(Integer(value), n => InBase(n, 1));
            case 'f' or 'F':
                return Number(value).ToString($"F{precision ?? 6}", CultureInfo.InvariantCulture);
            case '%':
                return (Number(value) * 100).ToString($"F{precision ?? 6}", CultureInfo.InvariantCulture) + "%";
            case 'e' or 'E':
                return Exponent(Number(value), precision ?? 6, type);
            case 'g' or 'G':
                return General(Number(value), Math.Max(1, precision ?? 6), type);
            default:
                return null;
        }
    }

    private static string Signed(BigInteger value, Func<BigInteger, string> write) => value < 0 ? "-" + write(-value) : write(value);

    private static string InBase(BigInteger value, int bitsPerDigit)
    {
        string bits = value.ToString("b", CultureInfo.InvariantCulture);
        bits = bits.PadLeft((bits.Length + bitsPerDigit - 1) / bitsPerDigit * bitsPerDigit, '0');
        IEnumerable<char> digits = bits.Chunk(bitsPerDigit).Select(chunk => "0123456789abcdef"[Convert.ToInt32(new string(chunk), 2)]);
        return string.Concat(digits).TrimStart('0') is { Length: > 0 } text ? text : "0";
    }

    private static BigInteger Integer(object? value) => value switch
    {
        long or bool or BigInteger => Arithmetic.Integer(value),
        double number when double.IsFinite(number) => new BigInteger(number),
        double number => throw new JinjaException(
            double.IsNaN(number) ? "ValueError" : "OverflowError",
            double.IsNaN(number) ? "cannot convert float NaN to integer" : "cannot convert float infinity to integer"),
        _ => throw JinjaException.Type($"%d format: a real number is required, not {Python.TypeName(value)}"),
    };

    private static double Number(object? value) => Operators.IsNumber(value)
        ? Operators.ToDouble(value)
        : throw JinjaException.Type($"must be real number, not {Python.TypeName(value)}");

    private static string Exponent(double value, int precision, char type)
    {
        string text = value.ToString($"{type}{precision}", CultureInfo.InvariantCulture);
        int mark = text.IndexOf(type, StringComparison.Ordinal);
        return mark < 0 ? text : $"{text[..(mark + 2)]}{text[(mark + 2)..].TrimStart('0').PadLeft(2, '0')}";
    }

    private static string General(double value, int precision, char type)
    {
        if (value == 0)
            return "0";
        int exponent = (int)Math.Floor(Math.Log10(Math.Abs(value)));
        string text = exponent < -4 || exponent >= precision
            ? Exponent(value, precision - 1, type == 'g' ? 'e' : 'E')
            : value.ToString($"F{Math.Max(0, precision - 1 - exponent)}", CultureInfo.InvariantCulture);
        if (!text.Contains('.', StringComparison.Ordinal))
            return text;
        int mark = text.IndexOfAny(['e', 'E']);
        string mantissa = (mark < 0 ? text : text[..mark]).TrimEnd('0').TrimEnd('.');
        return mark < 0 ? mantissa : mantissa + text[mark..];
    }
}
