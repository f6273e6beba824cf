using System.Globalization;
using System.Text.RegularExpressions;

namespace Hearth.Chat.Jinja;

/// <summary>Python's <c>'...'.format(...)</c> with positions, names, attributes, conversions and the common format specifications.</summary>
internal static partial class BraceFormat
{
    public static OriginString Apply(OriginString format, Arguments arguments, RenderState state)
    {
        OriginBuilder builder = new(state.Limits.OutputChars);
        int automatic = 0;
        int start = 0;
        foreach (Match match in Fields().Matches(format.Text))
        {
            builder.Append(format, start, match.Index - start);
            start = match.Index + match.Length;
            if (match.Value is "{{" or "}}")
                builder.Append(match.Value[..1]);
            else if (match.Value is "{" or "}")
                throw JinjaException.Value($"Single '{match.Value}' encountered in format string");
            else
                Append(builder, Field(match.Groups["field"].Value, arguments, ref automatic), match);
        }

        return builder.Append(format, start, format.Length - start).ToOriginString();
    }

    private static object? Field(string field, Arguments arguments, ref int automatic)
    {
        Match first = FirstPart().Match(field);
        string name = first.Value;
        object? value;
        if (name.Length == 0 || int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            int index = name.Length == 0 ? automatic++ : int.Parse(name, CultureInfo.InvariantCulture);
            value = index < arguments.Positional.Count
                ? arguments.Positional[index]
                : throw new JinjaException("IndexError", "tuple index out of range");
        }
        else if (!arguments.Named.TryGetValue(name, out value))
        {
            throw new JinjaException("KeyError", $"'{name}'");
        }

        foreach (Match part in Parts().Matches(field[name.Length..]))
        {
            string key = part.Groups["key"].Value;
            value = part.Value[0] == '.' ? Access.Attribute(value, key)
                : Access.Item(value, long.TryParse(key, out long index) ? index : OriginString.Trusted(key));
        }

        return value is Undefined undefined ? throw undefined.Error() : value;
    }

    private static void Append(OriginBuilder builder, object? value, Match field)
    {
        Match layout = Layout().Match(field.Groups["layout"].Value);
        if (!layout.Success)
            throw JinjaException.Value("Invalid format specifier");
        char type = layout.Groups["type"].Value is [var c] ? c : '\0';
        int? precision = layout.Groups["precision"].Success ? int.Parse(layout.Groups["precision"].Value, CultureInfo.InvariantCulture) : null;
        if (value is bool && layout.Length > 0)
            value = Operators.ToLong(value);
        if (value is OriginString && type is not ('\0' or 's'))
            throw JinjaException.Value($"Unknown format code '{type}' for object of type 'str'");
        OriginString text = field.Groups["conversion"].Value is "r" or "a" ? Python.Repr(value) : Text(value, type, precision);
        if (layout.Groups["comma"].Success)
            text = OriginString.Trusted(Grouped(text.Text));
        if (layout.Groups["sign"].Value == "+" && Operators.IsNumber(value) && !text.Text.StartsWith('-'))
            text = OriginString.Trusted("+" + text.Text);
        Pad(builder, text, layout, Operators.IsNumber(value));
    }

    private static OriginString Text(object? value, char type, int? precision)
    {
        if (type is '\0' or 's')
        {
            if (value is double number && precision is { } digits)
                return OriginString.Trusted(NumberFormat.Write(number, 'g', digits)!);
            OriginString text = Python.ToText(value);
            return precision is { } longest && text.CodePoints > longest ? text.SliceCodePoints(0, longest) : text;
        }

        return OriginString.Trusted(NumberFormat.Write(value, type, precision)
            ?? throw JinjaException.Value($"Unknown format code '{type}' for object of type '{Python.TypeName(value)}'"));
    }

    private static string Grouped(string number)
    {
        int end = number.IndexOf('.', StringComparison.Ordinal) is var dot && dot >= 0 ? dot : number.Length;
        int first = number.StartsWith('-') ? 1 : 0;
        for (int i = end - 3; i > first; i -= 3)
            number = number.Insert(i, ",");
        return number;
    }

    private static void Pad(OriginBuilder builder, OriginString text, Match layout, bool isNumber)
    {
        int width = layout.Groups["width"].Length == 0 ? 0 : int.Parse(layout.Groups["width"].Value, CultureInfo.InvariantCulture);
        int missing = Math.Max(0, width - text.CodePoints);
        bool hasZeros = layout.Groups["zero"].Success && isNumber;
        string fill = layout.Groups["fill"].Success ? layout.Groups["fill"].Value : hasZeros ? "0" : " ";
        string align = layout.Groups["align"].Success ? layout.Groups["align"].Value : isNumber ? ">" : "<";
        int left = align switch { "<" => 0, "^" => missing / 2, _ => missing };
        int sign = (hasZeros || align == "=") && text.Text is ['-' or '+', ..] ? 1 : 0;
        builder.Append(text, 0, sign).Append(string.Concat(Enumerable.Repeat(fill, left)));
        builder.Append(text, sign, text.Length - sign).Append(string.Concat(Enumerable.Repeat(fill, missing - left)));
    }

    [GeneratedRegex(@"\{\{|\}\}|\{(?<field>[^{}!:]*)(?:!(?<conversion>[rsa]))?(?::(?<layout>[^{}]*))?\}|[{}]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Fields();

    [GeneratedRegex(@"^[^.\[]*", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FirstPart();

    [GeneratedRegex(@"\.(?<key>[^.\[]+)|\[(?<key>[^\]]*)\]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Parts();

    /// <summary>Widths have four digits at most, which keeps the padding small.</summary>
    [GeneratedRegex(@"^(?:(?<fill>.)?(?<align>[<>=^]))?(?<sign>[-+ ])?#?(?<zero>0)?(?<width>\d{0,4})(?<comma>,)?(?:\.(?<precision>\d{1,3}))?(?<type>[a-zA-Z%])?$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Layout();
}
