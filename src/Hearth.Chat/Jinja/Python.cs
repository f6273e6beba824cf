using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Text;

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
        JinjaFunction { Macro: not null } => "Macro",
        _ => "function",
    };

    /// <summary>The type as Jinja2's errors name it.</summary>
    public static string ObjectName(object? value) => value switch
    {
        null => "None",
        JinjaNamespace => "jinja2.utils.Namespace object",
        LoopState => "jinja2.runtime.LoopContext object",
        JinjaFunction { Macro: not null } => "jinja2.runtime.Macro object",
        OriginString { IsMarkup: true } => "markupsafe.Markup object",
        _ => TypeName(value) + " object",
    };

    /// <summary><c>str(value)</c>.</summary>
    public static OriginString ToText(object? value, RenderState state) => value switch
    {
        OriginString text => text,
        Undefined => OriginString.Empty,
        _ => AppendRepr(new OriginBuilder(), value, state).ToOriginString(),
    };

    /// <summary><c>repr(value)</c>; what comes from inside texts keeps its origin. For an error, nobody counts it.</summary>
    public static OriginString Repr(object? value, RenderState? state = null) => AppendRepr(new OriginBuilder(), value, state).ToOriginString();

    /// <summary><c>ascii(value)</c>: as <see cref="Repr"/>, with everything else escaped.</summary>
    public static OriginString Ascii(object? value, RenderState state)
    {
        OriginBuilder builder = new();
        AppendEscaped(builder, Repr(value, state), (text, i) => char.IsAscii(text[i]) ? null : Escape(text, i), state);
        return builder.ToOriginString();
    }

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

    private static OriginBuilder AppendRepr(OriginBuilder builder, object? value, RenderState? state, int depth = 0)
    {
        state?.Step();
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
                state?.Multiply(value, value);
                return builder.Append(number.ToString(CultureInfo.InvariantCulture));
            case double number:
                return builder.Append(Number(number));
            case OriginString text:
                return AppendQuoted(builder, text, state);
            case JinjaList list:
                return AppendList(builder, list, state, depth + 1);
            case JinjaDict dict:
                return AppendDict(builder, dict, state, depth + 1);
            case Undefined:
                return builder.Append("Undefined");
            case JinjaNamespace space:
                return AppendNamespace(builder, space, state, depth + 1);
            case LoopState loop:
                return builder.Append($"<LoopContext {loop.Index + 1}/{loop.Items.Count}>");
            case JinjaFunction { Macro: { } macro }:
                return builder.Append(macro.IsCaller ? "<Macro anonymous>" : $"<Macro '{macro.Name}'>");
            default:
                return builder.Append($"<{TypeName(value)}>");
        }
    }

    private static OriginBuilder AppendNamespace(OriginBuilder builder, JinjaNamespace space, RenderState? state, int depth)
    {
        JinjaDict attributes = new();
        foreach ((string name, object? value) in space.Attributes)
            attributes.Set(OriginString.Trusted(name), value);
        return AppendDict(builder.Append("<Namespace "), attributes, state, depth).Append(">");
    }

    private static OriginBuilder AppendList(OriginBuilder builder, JinjaList list, RenderState? state, int depth)
    {
        if (list.Repr is { } range)
            return builder.Append(range);
        builder.Append(list.View is { } view ? view + "(" : "");
        builder.Append(list.IsTuple ? "(" : "[");
        for (int i = 0; i < list.Items.Count; i++)
            AppendRepr(i == 0 ? builder : builder.Append(", "), list.Items[i], state, depth);
        return builder.Append(list.IsTuple ? (list.Items.Count == 1 ? ",)" : ")") : "]").Append(list.View is null ? "" : ")");
    }

    private static OriginBuilder AppendDict(OriginBuilder builder, JinjaDict dict, RenderState? state, int depth)
    {
        builder.Append("{");
        for (int i = 0; i < dict.Count; i++)
        {
            AppendRepr(i == 0 ? builder : builder.Append(", "), dict.Entries[i].Key, state, depth).Append(": ");
            AppendRepr(builder, dict.Entries[i].Value, state, depth);
        }

        return builder.Append("}");
    }

    private static OriginBuilder AppendQuoted(OriginBuilder builder, OriginString text, RenderState? state)
    {
        char quote = text.Text.Contains('\'', StringComparison.Ordinal) && !text.Text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        builder.Append(text.IsMarkup ? "Markup(" : "").Append(quote.ToString());
        AppendEscaped(builder, text, (all, i) => all[i] switch
        {
            '\\' => "\\\\",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            var c when c == quote => "\\" + c,
            _ => IsPrintable(all, i) ? null : Escape(all, i),
        }, state);
        return builder.Append(quote.ToString()).Append(text.IsMarkup ? ")" : "");
    }

    /// <summary>
    /// Appends text with some characters replaced; a replacement has the origin of what it replaces. <paramref name="escape"/> is asked
    /// once for every code point, but for printable ASCII that no caller replaces; one that it replaces goes as a whole.
    /// </summary>
    public static void AppendEscaped(OriginBuilder builder, OriginString text, Func<string, int, string?> escape, RenderState? state)
    {
        int start = 0;
        for (int i = 0; i < text.Length;)
        {
            if (text.Text.AsSpan(i).IndexOfAnyExcept(NeverEscaped) is not (>= 0 and var skipped))
                break;
            i += skipped;
            state?.Unit();
            int next = i + (i + 1 < text.Length && char.IsSurrogatePair(text.Text, i) ? 2 : 1);
            if (escape(text.Text, i) is { } replacement)
            {
                builder.Append(text, start, i - start).Append(replacement, text.IsTrustedAt(i));
                start = next;
            }

            i = next;
        }

        builder.Append(text, start, text.Length - start);
    }

    /// <summary>The code point as <c>repr</c> escapes it.</summary>
    public static string Escape(string text, int index)
    {
        if (!Rune.TryGetRuneAt(text, index, out Rune rune))
            return $"\\u{(int)text[index]:x4}";
        return rune.Value switch
        {
            < 0x100 => $"\\x{rune.Value:x2}",
            < 0x10000 => $"\\u{rune.Value:x4}",
            _ => $"\\U{rune.Value:x8}",
        };
    }

    public static bool IsPrintable(string text, int index) => text[index] == ' ' || (Rune.TryGetRuneAt(text, index, out Rune rune)
        && Rune.GetUnicodeCategory(rune) is not (
            UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
            or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator));
}
