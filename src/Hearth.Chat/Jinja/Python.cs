using System.Globalization;

namespace Hearth.Chat.Jinja;

/// <summary>How Python names types and prints values.</summary>
internal static class Python
{
    public static string TypeName(object? value) => value switch
    {
        null => "NoneType",
        bool => "bool",
        long => "int",
        double => "float",
        OriginString => "str",
        JinjaList { IsTuple: true } => "tuple",
        JinjaList => "list",
        JinjaDict => "dict",
        JinjaGenerator => "generator",
        Undefined => "Undefined",
        JinjaNamespace => "Namespace",
        LoopState => "LoopContext",
        JinjaFunction { Parameters: not null } => "Macro",
        _ => "function",
    };

    /// <summary><c>str(value)</c>.</summary>
    public static OriginString ToText(object? value) => value switch
    {
        OriginString text => text,
        Undefined { Kind: "UndefinedError" } => OriginString.Empty,
        Undefined undefined => throw undefined.Error(),
        _ => AppendRepr(new OriginBuilder(), value).ToOriginString(),
    };

    /// <summary><c>repr(value)</c>; what comes from inside texts keeps its origin.</summary>
    public static OriginString Repr(object? value) => AppendRepr(new OriginBuilder(), value).ToOriginString();

    /// <summary><c>repr(float)</c>: the shortest digits that read back, exponents from 1e16 on and below 1e-4.</summary>
    public static string Number(double value)
    {
        if (double.IsNaN(value))
            return "nan";
        if (double.IsInfinity(value))
            return value > 0 ? "inf" : "-inf";
        string text = value.ToString("E16", CultureInfo.InvariantCulture);
        int exponent = value == 0 ? 0 : int.Parse(text.AsSpan(text.IndexOf('E', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture);
        string shortest = value.ToString("R", CultureInfo.InvariantCulture);
        if (exponent is >= 16 or < -4)
        {
            string[] parts = value.ToString("E16", CultureInfo.InvariantCulture).Split('E');
            string digits = Digits(shortest);
            string mantissa = digits.Length == 1 ? digits : digits[0] + "." + digits[1..];
            return $"{(value < 0 ? "-" : "")}{mantissa}e{parts[1][0]}{Math.Abs(exponent):00}";
        }

        if (shortest.Contains('E', StringComparison.Ordinal))
            shortest = value.ToString("0.#################", CultureInfo.InvariantCulture);
        return shortest.Contains('.', StringComparison.Ordinal) ? shortest : shortest + ".0";
    }

    private static string Digits(string shortest)
    {
        string mantissa = shortest.Split('E')[0].Replace("-", "", StringComparison.Ordinal).Replace(".", "", StringComparison.Ordinal);
        string trimmed = mantissa.TrimStart('0').TrimEnd('0');
        return trimmed.Length == 0 ? "0" : trimmed;
    }

    private static OriginBuilder AppendRepr(OriginBuilder builder, object? value)
    {
        switch (value)
        {
            case null:
                return builder.Append("None");
            case bool flag:
                return builder.Append(flag ? "True" : "False");
            case long number:
                return builder.Append(number.ToString(CultureInfo.InvariantCulture));
            case double number:
                return builder.Append(Number(number));
            case OriginString text:
                return AppendQuoted(builder, text);
            case JinjaList list:
                return AppendList(builder, list);
            case JinjaDict dict:
                return AppendDict(builder, dict);
            case Undefined:
                return builder.Append("Undefined");
            default:
                return builder.Append($"<{TypeName(value)}>");
        }
    }

    private static OriginBuilder AppendList(OriginBuilder builder, JinjaList list)
    {
        builder.Append(list.IsTuple ? "(" : "[");
        for (int i = 0; i < list.Items.Count; i++)
            AppendRepr(i == 0 ? builder : builder.Append(", "), list.Items[i]);
        return builder.Append(list.IsTuple ? (list.Items.Count == 1 ? ",)" : ")") : "]");
    }

    private static OriginBuilder AppendDict(OriginBuilder builder, JinjaDict dict)
    {
        builder.Append("{");
        for (int i = 0; i < dict.Count; i++)
        {
            AppendRepr(i == 0 ? builder : builder.Append(", "), dict.Entries[i].Key).Append(": ");
            AppendRepr(builder, dict.Entries[i].Value);
        }

        return builder.Append("}");
    }

    private static OriginBuilder AppendQuoted(OriginBuilder builder, OriginString text)
    {
        char quote = text.Text.Contains('\'', StringComparison.Ordinal) && !text.Text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        builder.Append(quote.ToString());
        AppendEscaped(builder, text, c => c switch
        {
            '\\' => "\\\\",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            _ when c == quote => "\\" + c,
            _ when c < ' ' || c is >= '\u007f' and <= '\u00a0' or '\u00ad' => $"\\x{(int)c:x2}",
            _ when IsUnprintable(c) => $"\\u{(int)c:x4}",
            _ => null,
        });
        return builder.Append(quote.ToString());
    }

    /// <summary>Appends text with some characters replaced; a replacement has the origin of what it replaces.</summary>
    public static void AppendEscaped(OriginBuilder builder, OriginString text, Func<char, string?> escape)
    {
        int start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (escape(text.Text[i]) is not { } replacement)
                continue;
            builder.Append(text, start, i - start).Append(replacement, text.IsTrustedAt(i));
            start = i + 1;
        }

        builder.Append(text, start, text.Length - start);
    }

    private static bool IsUnprintable(char c) => char.GetUnicodeCategory(c) is
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned || (char.IsSeparator(c) && c != ' ');
}
