using System.Globalization;

namespace Hearth.Chat.Jinja;

/// <summary>Filters over any value: defaults, numbers, JSON, attributes.</summary>
internal static class ValueFilters
{
    public static readonly Dictionary<string, FilterFunction> All = new()
    {
        ["default"] = Default,
        ["d"] = Default,
        ["tojson"] = ToJson,
        ["abs"] = (v, _, _) => v switch
        {
            long n => (object)Math.Abs(n),
            double n => Math.Abs(n),
            bool b => Operators.ToLong(b),
            _ => throw JinjaException.Type($"bad operand type for abs(): '{Python.TypeName(v)}'"),
        },
        ["int"] = ToInt,
        ["float"] = ToFloat,
        ["round"] = Round,
        ["attr"] = (v, a, _) => Access.Attribute(v, a.Text(0, "name", "attr").Text),
        ["items"] = (v, _, _) => v switch
        {
            Undefined => new JinjaGenerator([]),
            JinjaDict dict => new JinjaGenerator(SequenceFilters.Pairs(dict)),
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
            case long or bool:
                return Operators.ToLong(value);
            case double number:
                return double.IsFinite(number) && Math.Abs(number) < long.MaxValue ? (object)(long)number : fallback;
            case OriginString text:
                string digits = text.Text.Trim().Replace("_", "", StringComparison.Ordinal);
                if (long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long parsed))
                    return parsed;
                return ParseFloat(digits) is { } real && double.IsFinite(real) && Math.Abs(real) < long.MaxValue ? (object)(long)real : fallback;
            default:
                return fallback;
        }
    }

    private static object? ToFloat(object? value, Arguments arguments, RenderState state) => value switch
    {
        long or double or bool => Operators.ToDouble(value),
        OriginString text when ParseFloat(text.Text.Trim()) is { } number => number,
        _ => arguments.Get(0, "default", 0.0),
    };

    private static double? ParseFloat(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : null;

    private static object Round(object? value, Arguments arguments, RenderState state)
    {
        int precision = arguments.Int(0, "precision", 0);
        string method = (arguments.Get(1, "method") as OriginString)?.Text ?? "common";
        double number = Operators.ToDouble(value);
        double scale = Math.Pow(10, precision);
        return method switch
        {
            "common" => value is long or bool ? Operators.ToDouble(value) : RoundHalfEven(number, precision, scale),
            "ceil" => Math.Ceiling(number * scale) / scale,
            "floor" => Math.Floor(number * scale) / scale,
            _ => throw new JinjaException("FilterArgumentError", "method must be common, ceil or floor"),
        };
    }

    private static double RoundHalfEven(double number, int precision, double scale) => precision is >= 0 and <= 15
        ? Math.Round(number, precision, MidpointRounding.ToEven)
        : Math.Round(number * scale, MidpointRounding.ToEven) / scale;
}
