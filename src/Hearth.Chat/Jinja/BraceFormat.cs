using System.Globalization;

namespace Hearth.Chat.Jinja;

/// <summary>Python's <c>'...'.format(...)</c>: positions, names, attributes, items, conversions and nested specifications.</summary>
internal sealed class BraceFormat(OriginString format, Arguments arguments, RenderState state)
{
    private int? _automatic;

    public static OriginString Apply(OriginString format, Arguments arguments, RenderState state)
    {
        OriginString text = new BraceFormat(format, arguments, state).Expand(0, format.Length, depth: 2);
        return format.IsMarkup ? text.AsMarkup() : text;
    }

    private OriginString Expand(int start, int end, int depth)
    {
        if (depth == 0)
            throw JinjaException.Value("Max string recursion exceeded");
        OriginBuilder builder = new(state.Limits.OutputChars);
        int i = start;
        while (i < end)
        {
            int brace = format.Text.AsSpan(i, end - i).IndexOfAny('{', '}');
            int plain = brace < 0 ? end - i : brace;
            builder.Append(format, i, plain);
            i += plain;
            if (i == end)
                break;
            char c = format.Text[i];
            if (i + 1 < end && format.Text[i + 1] == c)
            {
                builder.Append(format, i, 1);
                i += 2;
                continue;
            }

            if (c == '}' || i + 1 == end)
                throw JinjaException.Value($"Single '{c}' encountered in format string");
            int close = FieldEnd(i + 1, end);
            builder.Append(Field(i + 1, close, depth));
            i = close + 1;
        }

        return builder.ToOriginString();
    }

    /// <summary>Where the field's closing brace stands; braces nest, and brackets hide them.</summary>
    private int FieldEnd(int start, int end)
    {
        int nesting = 1;
        bool inName = true;
        for (int i = start; i < end; i++)
        {
            state.Step();
            switch (format.Text[i])
            {
                case '[' when inName:
                    i = format.Text.IndexOf(']', i, end - i) is var closing && closing >= 0 ? closing : end;
                    break;
                case ':' or '!':
                    inName = false;
                    break;
                case '{':
                    nesting++;
                    break;
                case '}' when --nesting == 0:
                    return i;
            }
        }

        throw JinjaException.Value("expected '}' before end of string");
    }

    private OriginString Field(int start, int end, int depth)
    {
        int nameEnd = start;
        while (nameEnd < end && format.Text[nameEnd] is not (':' or '!'))
            nameEnd = format.Text[nameEnd] == '[' && format.Text.IndexOf(']', nameEnd, end - nameEnd) is var closing and >= 0 ? closing + 1 : nameEnd + 1;
        object? value = Named(format.Text[start..nameEnd]);
        int spec = nameEnd;
        if (nameEnd < end && format.Text[nameEnd] == '!')
        {
            value = Converted(value, nameEnd + 1 < end ? format.Text[nameEnd + 1] : ' ');
            spec = nameEnd + 2;
            if (spec < end && format.Text[spec] != ':')
                throw JinjaException.Value("expected ':' after conversion specifier");
        }

        string layout = spec < end ? Expand(spec + 1, end, depth - 1).Text : "";
        OriginString text = FormatSpec.Format(value, layout, state);
        return format.IsMarkup && value is not OriginString { IsMarkup: true } ? TextFilters.Escape(text, state) : text;
    }

    private OriginString Converted(object? value, char conversion) => conversion switch
    {
        's' => Python.ToText(value, state),
        'r' => Python.Repr(value, state),
        'a' => Python.Ascii(value, state),
        _ => throw JinjaException.Value($"Unknown conversion specifier {conversion}"),
    };

    private object? Named(string field)
    {
        int nameEnd = field.AsSpan().IndexOfAny('.', '[') is var mark && mark >= 0 ? mark : field.Length;
        object? value = First(field[..nameEnd], isWhole: nameEnd == field.Length);
        for (int i = nameEnd; i < field.Length;)
        {
            bool isItem = field[i] == '[';
            int stop = isItem ? field.IndexOf(']', i)
                : field.AsSpan(i + 1).IndexOfAny('.', '[') is var next && next >= 0 ? i + 1 + next : field.Length;
            if (stop < 0)
                throw JinjaException.Value("Missing ']' in format string");
            string key = field[(i + 1)..stop];
            if (key.Length == 0)
                throw JinjaException.Value("Empty attribute in format string");
            i = isItem ? stop + 1 : stop;
            if (isItem && i < field.Length && field[i] is not ('.' or '['))
                throw JinjaException.Value("Only '.' or '[' may follow ']' in format field specifier");
            value = isItem
                ? Access.Item(value, long.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out long index) ? index : OriginString.Trusted(key))
                : Access.Attribute(value, key);
        }

        return value;
    }

    private object? First(string name, bool isWhole)
    {
        bool isAutomatic = name.Length == 0 && isWhole;
        if (!isAutomatic && !(name.Length > 0 && name.All(char.IsAsciiDigit)))
            return arguments.Named.TryGetValue(name, out object? value) ? value : throw new JinjaException("KeyError", $"'{name}'");
        int position = isAutomatic ? _automatic ?? 0 : int.TryParse(name, out int written) ? written : int.MaxValue;
        if (_automatic is { } so && so < 0 == isAutomatic)
            throw JinjaException.Value("cannot switch between manual field specification and automatic field numbering");
        _automatic = isAutomatic ? position + 1 : -1;
        return position < arguments.Positional.Count
            ? arguments.Positional[position]
            : throw new JinjaException("IndexError", "tuple index out of range");
    }
}
