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
            _ => new JinjaGenerator(Failing("Can only get item pairs from a mapping."), s),
        },
        ["string"] = (v, _, s) => Python.ToText(v, s),
        ["safe"] = (v, _, s) => Python.ToText(v, s).AsMarkup(),
        ["pprint"] = (v, _, s) => Python.Repr(v, s),
    };

    /// <summary>A generator that fails when it is asked for its first item, as Python's do.</summary>
    private static IEnumerable<object?> Failing(string message) => Enumerable.Repeat(message, 1).Select<string, object?>(m => throw JinjaException.Type(m));

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
        if (arguments.Get(2, "separators") is { } separators)
        {
            (item, key) = Operators.Iterate(separators, state, "cannot unpack non-iterable {0} object").ToArray() is [OriginString first, OriginString second]
                ? (first.Text, second.Text)
                : throw JinjaException.Type("separators must be two texts");
        }

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
                state.ReadSlowly(text);
                return ParseInteger(text.Text, arguments.Int(1, "base", 10), state) ?? Truncated(ParseFloat(text, state)) ?? fallback;
            case Undefined undefined:
                throw undefined.Error();
            default:
                return fallback;
        }
    }

    private static object? Truncated(double? number) =>
        number is { } real && double.IsFinite(real) ? Arithmetic.Normal(new BigInteger(real)) : null;

    private const int SignAndPrefix = 3;

    /// <summary>Python's <c>int(text, radix)</c>; null where that fails. Texts longer than any integer may be are not numbers.</summary>
    private static object? ParseInteger(string text, int radix, RenderState state)
    {
        if ((radix != 0 && radix is < 2 or > 36) || Trimmed(text).Length > JinjaLimits.IntegerDigits + SignAndPrefix)
            return null;
        string digits = Ascii(text).ToLowerInvariant();
        bool isNegative = digits.StartsWith('-');
        digits = digits is ['+' or '-', ..] ? digits[1..] : digits;
        int prefix = digits is ['0', var mark, ..] ? mark switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 0 } : 0;
        if (prefix != 0 && digits.Length > 2 && (radix == 0 || radix == prefix))
            (digits, radix) = (digits[2] == '_' ? digits[3..] : digits[2..], prefix);
        if (radix == 0)
            radix = digits is ['0', ..] && digits.Trim('0', '_').Length > 0 ? 1 : 10;
        if (digits.Length is 0 or > JinjaLimits.IntegerDigits || !HasGoodUnderscores(digits))
            return null;
        state.Step(digits.Length);
        BigInteger value = 0;
        foreach (char c in digits.Where(c => c != '_'))
        {
            int digit = char.IsAsciiDigit(c) ? c - '0' : char.IsAsciiLetterLower(c) ? c - 'a' + 10 : int.MaxValue;
            if (digit >= radix)
                return null;
            value = (value * radix) + digit;
        }

        return Arithmetic.Normal(isNegative ? -value : value);
    }

    /// <summary>Without white space around, and with the digits of other scripts as ASCII's.</summary>
    private static string Ascii(string text) => string.Concat(Trimmed(text)
        .Select(c => !char.IsAscii(c) && CharUnicodeInfo.GetDecimalDigitValue(c) is var digit and >= 0 ? (char)('0' + digit) : c));

    private static string Trimmed(string text)
    {
        int start = 0;
        int end = text.Length;
        while (start < end && StringMethods.IsSpace(text[start]))
            start++;
        while (end > start && StringMethods.IsSpace(text[end - 1]))
            end--;
        return text[start..end];
    }

    /// <summary>Underscores stand between digits, one at a time.</summary>
    private static bool HasGoodUnderscores(string digits) =>
        digits[0] != '_' && digits[^1] != '_' && !digits.Contains("__", StringComparison.Ordinal);

    private static object? ToFloat(object? value, Arguments arguments, RenderState state) => value switch
    {
        long or double or bool or BigInteger => Operators.ToDouble(value),
        OriginString text when ParseFloat(text, state) is { } number => number,
        Undefined undefined => throw undefined.Error(),
        _ => arguments.Get(0, "default", 0.0),
    };

    /// <summary>Python's <c>float(value)</c>.</summary>
    public static double ParseNumber(object? value, RenderState state) => value switch
    {
        long or double or bool or BigInteger => Operators.ToDouble(value),
        Undefined undefined => throw undefined.Error(),
        OriginString text => ParseFloat(text, state) ?? throw JinjaException.Value($"could not convert string to float: {Python.Repr(text)}"),
        _ => throw JinjaException.Type($"float() argument must be a string or a real number, not '{Python.TypeName(value)}'"),
    };

    private static double? ParseFloat(OriginString text, RenderState state)
    {
        state.ReadSlowly(text);
        string number = Ascii(text.Text).ToLowerInvariant();
        string digits = number is ['+' or '-', ..] ? number[1..] : number;
        double sign = number.StartsWith('-') ? -1 : 1;
        if (digits is "inf" or "infinity")
            return sign * double.PositiveInfinity;
        if (digits == "nan")
            return double.NaN;
        for (int i = 0; i < digits.Length; i++)
        {
            if (digits[i] == '_' && !(i > 0 && char.IsAsciiDigit(digits[i - 1]) && i + 1 < digits.Length && char.IsAsciiDigit(digits[i + 1])))
                return null;
        }

        bool isNumber = digits is [(>= '0' and <= '9') or '.', ..]
            & double.TryParse(digits.Replace("_", "", StringComparison.Ordinal), NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out double value);
        return isNumber ? sign * value : null;
    }

    private static object Round(object? value, Arguments arguments, RenderState state)
    {
        int precision = arguments.Int(0, "precision", 0);
        string method = (arguments.Get(1, "method", OriginString.Trusted("common")) as OriginString)?.Text ?? "";
        if (method is not ("common" or "ceil" or "floor"))
            throw new JinjaException("FilterArgumentError", "method must be common, ceil or floor");
        if (!Operators.IsNumber(value))
            throw JinjaException.Type($"type {Python.TypeName(value)} doesn't define __round__ method");
        if (method == "common")
            return value is double real ? RoundHalfEven(real, precision) : RoundHalfEven(Arithmetic.Integer(value!), precision);
        double scaled = Operators.ToDouble(value) * Math.Pow(10, precision);
        if (!double.IsFinite(scaled))
            throw new JinjaException(double.IsNaN(scaled) ? "ValueError" : "OverflowError", $"cannot convert float {(double.IsNaN(scaled) ? "NaN" : "infinity")} to integer");
        return (method == "ceil" ? Math.Ceiling(scaled) : Math.Floor(scaled)) / Math.Pow(10, precision);
    }

    /// <summary>Exact, as Python rounds: what decides is the binary number's own value, not how it prints.</summary>
    private static double RoundHalfEven(double number, int precision)
    {
        if (!double.IsFinite(number) || precision > MostDecimals)
            return number;
        BigInteger scaled = NumberFormat.Scaled(number, Math.Max(precision, -MostDecimals));
        return double.CopySign(double.Parse($"{scaled}e{-Math.Max(precision, -MostDecimals)}", CultureInfo.InvariantCulture), number);
    }

    private static object RoundHalfEven(BigInteger number, int precision)
    {
        BigInteger unit = BigInteger.Pow(10, Math.Clamp(-precision, 0, MostDecimals));
        return Arithmetic.Normal(NumberFormat.DivideHalfEven(number, unit) * unit);
    }
}
