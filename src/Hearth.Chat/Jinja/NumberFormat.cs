using System.Globalization;
using System.Numerics;

namespace Hearth.Chat.Jinja;

/// <summary>Numbers laid out by Python's format characters, for <c>%</c> and <c>format</c>: digits without sign, padding or grouping.</summary>
internal static class NumberFormat
{
    /// <summary>Most decimal places; the digits of every double end before.</summary>
    public const int MostDecimals = 1100;

    /// <summary>The digits of an integer's absolute value in the base of <paramref name="type"/>: d, b, o, x or X.</summary>
    public static string Digits(BigInteger value, char type)
    {
        BigInteger number = BigInteger.Abs(value);
        return type switch
        {
            'x' => InBase(number, 4),
            'X' => InBase(number, 4).ToUpperInvariant(),
            'o' => InBase(number, 3),
            'b' => InBase(number, 1),
            _ => number.ToString(CultureInfo.InvariantCulture),
        };
    }

    /// <summary>The absolute value of a floating-point number for e, f, g or % in either case; exact, ties to even.</summary>
    public static string Digits(double value, char type, int precision, bool isAlternate = false)
    {
        if (precision > MostDecimals)
            throw JinjaException.Limit($"a number has more than {MostDecimals} decimal places");
        bool isUpper = char.IsAsciiLetterUpper(type);
        string text = double.IsNaN(value) ? "nan" : double.IsInfinity(value) ? "inf" : char.ToLowerInvariant(type) switch
        {
            'f' or '%' => Fixed(Math.Abs(value), precision, isAlternate),
            'e' => Exponent(Math.Abs(value), precision, isAlternate),
            _ => General(Math.Abs(value), Math.Max(1, precision), isAlternate, isTypeless: false),
        };
        return isUpper ? text.ToUpperInvariant() : text;
    }

    /// <summary>A precision without a type: as g, but always with a digit after the point.</summary>
    public static string Typeless(double value, int precision) => double.IsFinite(value)
        ? General(Math.Abs(value), Math.Clamp(precision, 1, MostDecimals), isAlternate: false, isTypeless: true)
        : Digits(value, 'f', 0);

    /// <summary>The number scaled by a power of ten and rounded, ties to even; exact.</summary>
    public static BigInteger Scaled(double value, int power)
    {
        long bits = BitConverter.DoubleToInt64Bits(Math.Abs(value));
        int exponent = Math.Max(1, (int)(bits >> 52)) - 1075;
        BigInteger mantissa = (bits & ((1L << 52) - 1)) | (bits >> 52 == 0 ? 0 : 1L << 52);
        BigInteger numerator = mantissa * BigInteger.Pow(2, Math.Max(0, exponent)) * BigInteger.Pow(10, Math.Max(0, power));
        return DivideHalfEven(numerator, BigInteger.Pow(2, Math.Max(0, -exponent)) * BigInteger.Pow(10, Math.Max(0, -power)));
    }

    public static BigInteger DivideHalfEven(BigInteger numerator, BigInteger denominator)
    {
        (BigInteger quotient, BigInteger rest) = BigInteger.DivRem(numerator, denominator);
        int half = (BigInteger.Abs(rest) * 2).CompareTo(denominator);
        return half > 0 || (half == 0 && !quotient.IsEven) ? quotient + numerator.Sign : quotient;
    }

    private static string InBase(BigInteger value, int bitsPerDigit)
    {
        string bits = value.ToString("b", CultureInfo.InvariantCulture).TrimStart('0');
        if (bits.Length == 0)
            return "0";
        char[] digits = new char[(bits.Length + bitsPerDigit - 1) / bitsPerDigit];
        int end = bits.Length;
        for (int i = digits.Length - 1; i >= 0; i--)
        {
            int start = Math.Max(0, end - bitsPerDigit);
            int digit = 0;
            foreach (char bit in bits.AsSpan(start, end - start))
                digit = (digit << 1) + (bit - '0');
            digits[i] = "0123456789abcdef"[digit];
            end = start;
        }

        return new string(digits);
    }

    private static string Fixed(double value, int precision, bool isAlternate)
    {
        string digits = Scaled(value, precision).ToString(CultureInfo.InvariantCulture).PadLeft(precision + 1, '0');
        return WithPoint(digits, digits.Length - precision, isAlternate);
    }

    private static string Exponent(double value, int precision, bool isAlternate)
    {
        (string digits, int exponent) = Significant(value, precision + 1);
        return $"{WithPoint(digits, 1, isAlternate)}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
    }

    private static string General(double value, int precision, bool isAlternate, bool isTypeless)
    {
        (string digits, int exponent) = Significant(value, precision);
        if (!isAlternate)
            digits = digits.TrimEnd('0') is { Length: > 0 } kept ? kept : "0";
        if (exponent < -4 || exponent >= precision - (isTypeless ? 1 : 0))
            return $"{WithPoint(digits, 1, isAlternate)}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        if (exponent < 0)
            return "0." + new string('0', -exponent - 1) + digits;
        digits = digits.PadRight(exponent + 1, '0');
        return WithPoint(digits, exponent + 1, isAlternate) + (isTypeless && digits.Length == exponent + 1 ? ".0" : "");
    }

    /// <summary>That many digits from the first one that is not zero, and the power of ten that it counts.</summary>
    private static (string Digits, int Exponent) Significant(double value, int count)
    {
        if (value == 0)
            return (new string('0', count), 0);
        int exponent = (int)Math.Floor(Math.Log10(value));
        string digits = Scaled(value, count - 1 - exponent).ToString(CultureInfo.InvariantCulture);
        if (digits.Length < count)
            digits = Scaled(value, count - 1 - --exponent).ToString(CultureInfo.InvariantCulture);
        return digits.Length > count ? (digits[..count], exponent + 1) : (digits, exponent);
    }

    private static string WithPoint(string digits, int at, bool isAlternate) =>
        digits.Length > at ? $"{digits[..at]}.{digits[at..]}" : isAlternate ? digits + "." : digits;
}
