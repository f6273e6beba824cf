using System.Buffers;
using System.Globalization;
using System.Numerics;

namespace Hearth.Chat.Jinja;

/// <summary>How Python names types and prints values.</summary>
internal static class Python
{
    private static readonly SearchValues<char> NeverEscaped = SearchValues.Create(
        string.Concat(Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c).Where(c => c is not ('"' or '\'' or '\\' or '&' or '<' or '>'))));

    public static string TypeName(object? value) => value switch
    {
        null => "NoneType",
        bool => "bool",
        long or BigInteger => "int",
        double => "float",
        OriginString => "str",
        JinjaList { IsTuple: true } => "tuple",
        JinjaList list => list.View ?? "list",
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
        Undefined => OriginString.Empty,
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
        string sign = double.IsNegative(value) ? "-" : "";
        string[] parts = Math.Abs(value).ToString("R", CultureInfo.InvariantCulture).Split('E');
        int point = parts[0].IndexOf('.', StringComparison.Ordinal) is var dot && dot >= 0 ? dot : parts[0].Length;
        string digits = parts[0].Replace(".", "", StringComparison.Ordinal);
        string significant = digits.TrimStart('0');
        int exponent = point - 1 - (digits.Length - significant.Length) + (parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0);
        significant = significant.TrimEnd('0');
        return significant.Length == 0 ? sign + "0.0" : sign + Place(significant, exponent);
    }

    /// <summary>Digits whose first one counts 10 to the <paramref name="exponent"/>.</summary>
    private static string Place(string digits, int exponent) => exponent switch
    {
        >= 16 or < -4 => $"{digits[0]}{(digits.Length > 1 ? "." : "")}{digits[1..]}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}",
        < 0 => "0." + new string('0', -exponent - 1) + digits,
        _ when digits.Length <= exponent + 1 => digits.PadRight(exponent + 1, '0') + ".0",
        _ => digits[..(exponent + 1)] + "." + digits[(exponent + 1)..],
    };

    private static OriginBuilder AppendRepr(OriginBuilder builder, object? value, int depth = 0)
    {
        Operators.CheckDepth(depth);
        switch (value)
        {
            case null:
                return builder.Append("None");
            case bool flag:
                return builder.Append(flag ? "True" : "False");
            case long number:
                return builder.Append(number.ToString(CultureInfo.InvariantCulture));
            case BigInteger number:
                return builder.Append(number.ToString(CultureInfo.InvariantCulture));
            case double number:
                return builder.Append(Number(number));
            case OriginString text:
                return AppendQuoted(builder, text);
            case JinjaList list:
                return AppendList(builder, list, depth + 1);
            case JinjaDict dict:
                return AppendDict(builder, dict, depth + 1);
            case Undefined:
                return builder.Append("Undefined");
            default:
                return builder.Append($"<{TypeName(value)}>");
        }
    }

    private static OriginBuilder AppendList(OriginBuilder builder, JinjaList list, int depth)
    {
        builder.Append(list.View is { } view ? view + "(" : "");
        builder.Append(list.IsTuple ? "(" : "[");
        for (int i = 0; i < list.Items.Count; i++)
            AppendRepr(i == 0 ? builder : builder.Append(", "), list.Items[i], depth);
        return builder.Append(list.IsTuple ? (list.Items.Count == 1 ? ",)" : ")") : "]").Append(list.View is null ? "" : ")");
    }

    private static OriginBuilder AppendDict(OriginBuilder builder, JinjaDict dict, int depth)
    {
        builder.Append("{");
        for (int i = 0; i < dict.Count; i++)
        {
            AppendRepr(i == 0 ? builder : builder.Append(", "), dict.Entries[i].Key, depth).Append(": ");
            AppendRepr(builder, dict.Entries[i].Value, depth);
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

    /// <summary>
    /// Appends text with some characters replaced; a replacement has the origin of what it replaces. <paramref name="escape"/> is not
    /// asked about printable ASCII other than quotes and the backslash.
    /// </summary>
    public static void AppendEscaped(OriginBuilder builder, OriginString text, Func<char, string?> escape)
    {
        int start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text.Text.AsSpan(i).IndexOfAnyExcept(NeverEscaped) is not (>= 0 and var skipped))
                break;
            i += skipped;
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
