using System.Globalization;
using System.Numerics;

namespace Hearth.Chat.Jinja;

/// <summary>Filters over any value: defaults, numbers, JSON, attributes.</summary>
internal static class ValueFilters
{
    /// <summary>No double has more decimal places before or after its point than this.</summary>
    private const int MostDecimals = 330;

    public static readonly Dictionary<string, FilterFunction> All = new()
    {
        ["default"] = Default,
        ["d"] = Default,
        ["tojson"] = ToJson,
        ["abs"] = (v, _, _) => v switch
        {
            long or BigInteger => Arithmetic.Normal(BigInteger.Abs(Arithmetic.Integer(v))),
            double n => Math.Abs(n),
            bool b => Operators.ToLong(b),
            _ => throw JinjaException.Type($"bad operand type for abs(): '{Python.TypeName(v)}'"),
        },
        ["int"] = ToInt,
        ["float"] = ToFloat,
        ["round"] = Round,
        ["attr"] = (v, a, _) => Access.Attribute(v, a.Text(0, "name", "attr").Text, orItem: false),
        ["items"] = (v, _, s) => v switch
        {
            Undefined => new JinjaGenerator([], s),
            JinjaDict dict => new JinjaGenerator(SequenceFilters.Pairs(dict), s),
            _ => throw JinjaException.Type("Can only get item pairs from a mapping."),
        },
        ["string"] = (v, _, _) => Python.ToText(v),
        ["safe"] = (v, _, _) => Python.ToText(v).AsMarkup(),
        ["pprint"] = (v, _, _) => Python.Repr(v),
    };

    private static object? Default(object? value, Arguments arguments, RenderState state) =>
        value is Undefined || (arguments.Flag(1, "boolean") && !Operators.IsTrue(value))
            ? arguments.Get(0, "default_value", OriginString.Empty)
            : value;

    private static OriginString ToJson(object? value, Arguments arguments, RenderState state)
    {
        // transformers' signature: tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False).
        object? indent = arguments.Get(1, "indent");
        string item = indent is null ? ", " : ",";
        string key = ": ";
        if (arguments.Get(2, "separators") is JinjaList { Items: [OriginString first, OriginString second] })
            (item, key) = (first.Text, second.Text);
        return JsonText.Write(
            value,
            new JsonLayout(IndentText(indent, state), item, key, arguments.Flag(3, "sort_keys"), arguments.Flag(0, "ensure_ascii")),
            state);
    }

    private static string? IndentText(object? indent, RenderState state)
    {
        if (indent is null or OriginString)
            return (indent as OriginString)?.Text;
        int width = Math.Max(0, Operators.ToIndex(indent));
        state.CheckMade(width);
        return new string(' ', width);
    }

    private static object? ToInt(object? value, Arguments arguments, RenderState state)
    {
        object? fallback = arguments.Get(0, "default", 0L);
        switch (value)
        {
            case long or bool or BigInteger:
                return Arithmetic.Normal(Arithmetic.Integer(value));
            case double number:
                return Truncated(number) ?? fallback;
            case OriginString text:
                return ParseInteger(text.Text, arguments.Int(1, "base", 10), state) ?? Truncated(ParseFloat(text.Text)) ?? fallback;
            case Undefined undefined:
                throw undefined.Error();
            default:
                return fallback;
        }
    }

    private static object? Truncated(double? number) =>
        number is { } real && double.IsFinite(real) ? Arithmetic.Normal(new BigInteger(real)) : null;

    /// <summary>Python's <c>int(text, radix)</c>; null where that fails. Texts longer than any integer may be are not numbers.</summary>
    private static object? ParseInteger(string text, int radix, RenderState state)
    {
        string digits = text.Trim().Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();
        bool isNegative = digits.StartsWith('-');
        digits = digits.TrimStart('+', '-');
        if (digits.Length > 2 && digits[..2] == radix switch { 16 => "0x", 8 => "0o", 2 => "0b", _ => null })
            digits = digits[2..];
        if (digits.Length is 0 or > JinjaLimits.IntegerDigits)
            return null;
        state.Step(digits.Length);
        BigInteger value = 0;
        foreach (char c in digits)
        {
            int digit = char.IsAsciiDigit(c) ? c - '0' : char.IsAsciiLetterLower(c) ? c - 'a' + 10 : int.MaxValue;
            if (digit >= radix)
                return null;
            value = (value * radix) + digit;
        }

        return Arithmetic.Normal(isNegative ? -value : value);
    }

    private static object? ToFloat(object? value, Arguments arguments, RenderState state) => value switch
    {
        long or double or bool or BigInteger => Operators.ToDouble(value),
        OriginString text when ParseFloat(text.Text) is { } number => number,
        Undefined undefined => throw undefined.Error(),
        _ => arguments.Get(0, "default", 0.0),
    };

    private static double? ParseFloat(string text)
    {
        string digits = text.Trim().Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();
        return digits.TrimStart('+', '-') switch
        {
            "inf" or "infinity" => digits[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity,
            "nan" => double.NaN,
            _ => double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : null,
        };
    }

    private static object Round(object? value, Arguments arguments, RenderState state)
    {
        int precision = arguments.Int(0, "precision", 0);
        string method = (arguments.Get(1, "method") as OriginString)?.Text ?? "common";
        double number = Operators.ToDouble(value);
        double scale = Math.Pow(10, precision);
        return method switch
        {
            "common" => value is double ? RoundHalfEven(number, precision) : RoundHalfEven(Arithmetic.Integer(value!), precision),
            "ceil" => Math.Ceiling(number * scale) / scale,
            "floor" => Math.Floor(number * scale) / scale,
            _ => throw new JinjaException("FilterArgumentError", "method must be common, ceil or floor"),
        };
    }

    /// <summary>Exact, as Python rounds: what decides is the binary number's own value, not how it prints.</summary>
    private static double RoundHalfEven(double number, int precision)
    {
        if (!double.IsFinite(number) || precision > MostDecimals)
            return number;
        long bits = BitConverter.DoubleToInt64Bits(Math.Abs(number));
        int exponent = Math.Max(1, (int)(bits >> 52)) - 1075;
        BigInteger mantissa = (bits & ((1L << 52) - 1)) | (bits >> 52 == 0 ? 0 : 1L << 52);
        BigInteger numerator = mantissa * BigInteger.Pow(2, Math.Max(0, exponent)) * BigInteger.Pow(10, Math.Max(0, precision));
        BigInteger denominator = BigInteger.Pow(2, Math.Max(0, -exponent)) * BigInteger.Pow(10, Math.Clamp(-precision, 0, MostDecimals));
        double rounded = double.Parse($"{DivideHalfEven(numerator, denominator)}e{-precision}", CultureInfo.InvariantCulture);
        return double.CopySign(rounded, number);
    }

    private static object RoundHalfEven(BigInteger number, int precision)
    {
        BigInteger unit = BigInteger.Pow(10, Math.Clamp(-precision, 0, MostDecimals));
        return Arithmetic.Normal(DivideHalfEven(number, unit) * unit);
    }

    private static BigInteger DivideHalfEven(BigInteger numerator, BigInteger denominator)
    {
        BigInteger rest = BigInteger.Remainder(numerator, denominator);
        BigInteger quotient = numerator / denominator;
        int half = (BigInteger.Abs(rest) * 2).CompareTo(denominator);
        return half > 0 || (half == 0 && !quotient.IsEven) ? quotient + numerator.Sign : quotient;
    }
}
