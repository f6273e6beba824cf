using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Hearth.Chat.Jinja;

/// <summary>Python's <c>'...' % values</c>.</summary>
internal static partial class PercentFormat
{
    public static OriginString Apply(OriginString format, object? values, RenderState state)
    {
        state.ReadFromEach('%', format);
        OriginBuilder builder = new();
        List<object?> positional = values is JinjaList { IsTuple: true } tuple ? tuple.Items : [values];
        int next = 0;
        int start = 0;
        foreach (Match match in Directives().Matches(format.Text))
        {
            builder.Append(format, start, match.Index - start);
            start = match.Index + match.Length;
            if (match.Groups["type"].Value == "%")
            {
                builder.Append("%");
                continue;
            }

            object? value = match.Groups["key"].Success ? Named(values, match.Groups["key"].Value)
                : next < positional.Count ? positional[next++]
                : throw JinjaException.Type("not enough arguments for format string");
            Append(builder, value, match);
        }

        if (values is not JinjaDict && next < positional.Count)
            throw JinjaException.Type("not all arguments converted during string formatting");
        return builder.Append(format, start, format.Length - start).ToOriginString();
    }

    private static object? Named(object? values, string key) => values is JinjaDict dict
        ? dict.TryGet(key, out object? value) ? value : throw new JinjaException("KeyError", $"'{key}'")
        : throw JinjaException.Type("format requires a mapping");

    private static void Append(OriginBuilder builder, object? value, Match match)
    {
        string flags = match.Groups["flags"].Value;
        int width = match.Groups["width"].Length == 0 ? 0 : int.Parse(match.Groups["width"].Value, CultureInfo.InvariantCulture);
        int? precision = match.Groups["precision"].Success ? int.Parse("0" + match.Groups["precision"].Value, CultureInfo.InvariantCulture) : null;
        char type = match.Groups["type"].Value is [char c, ..] ? c : throw Unsupported(match.Groups["type"]);
        OriginString text = type switch
        {
            's' => Python.ToText(value),
            'r' or 'a' => Python.Repr(value),
            'c' => value is OriginString single ? single : Character(value),
            _ => OriginString.Trusted(NumberFormat.Write(value, type, precision) ?? throw Unsupported(match.Groups["type"])),
        };
        if (type is 's' or 'r' && precision is { } longest && text.CodePoints > longest)
            text = text.SliceCodePoints(0, longest);
        bool isNumber = type is not ('s' or 'r' or 'a' or 'c');
        if (isNumber && flags.AsSpan().ContainsAny('+', ' ') && !text.Text.StartsWith('-'))
            text = OriginString.Trusted((flags.Contains('+', StringComparison.Ordinal) ? "+" : " ") + text.Text);
        Pad(builder, text, width, flags.Contains('-', StringComparison.Ordinal), isNumber && flags.Contains('0', StringComparison.Ordinal));
    }

    private static JinjaException Unsupported(Group type) => type.Length == 0
        ? JinjaException.Value("incomplete format")
        : JinjaException.Value($"unsupported format character '{type.Value}' (0x{(int)type.Value[0]:x}) at index {type.Index}");

    private static OriginString Character(object? value)
    {
        int code = Operators.ToIndex(value);
        return Rune.IsValid(code)
            ? OriginString.Trusted(char.ConvertFromUtf32(code))
            : throw new JinjaException("OverflowError", "%c arg not in range(0x110000)");
    }

    private static void Pad(OriginBuilder builder, OriginString text, int width, bool isLeft, bool hasZeros)
    {
        string fill = new(hasZeros && !isLeft ? '0' : ' ', Math.Max(0, width - text.CodePoints));
        bool hasSign = hasZeros && !isLeft && text.Text is ['-' or '+', ..];
        if (hasSign)
            builder.Append(text, 0, 1);
        if (!isLeft)
            builder.Append(fill);
        builder.Append(text, hasSign ? 1 : 0, text.Length - (hasSign ? 1 : 0));
        if (isLeft)
            builder.Append(fill);
    }

    /// <summary>Widths have four digits at most, which keeps the padding small.</summary>
    [GeneratedRegex(@"%(?:\((?<key>[^)]*)\))?(?<flags>[-+ #0]*)(?<width>\d{0,4})(?:\.(?<precision>\d{0,3}))?[hlL]?(?<type>.?)", RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Directives();
}
