using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace Hearth.Chat.Jinja;

/// <summary>JSON as Python's <c>json.dumps</c> writes it and as values are read from it.</summary>
public static class JsonText
{
    /// <summary>
    /// The value of a JSON document for templates. Its texts are from outside unless <paramref name="trusted"/>.
    /// </summary>
    /// <exception cref="JinjaException">It is nested deeper, or an integer is longer, than templates handle.</exception>
    public static object? Read(JsonElement element, bool trusted = false) => Read(element, trusted, depth: 0);

    private static object? Read(JsonElement element, bool trusted, int depth)
    {
        Operators.CheckDepth(depth);
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                JinjaDict dict = new();
                foreach (JsonProperty property in element.EnumerateObject())
                    dict.Set(new OriginString(property.Name, trusted, []), Read(property.Value, trusted, depth + 1));
                return dict;
            case JsonValueKind.Array:
                return new JinjaList(element.EnumerateArray().Select(e => Read(e, trusted, depth + 1)));
            case JsonValueKind.String:
                return new OriginString(element.GetString()!, trusted, []);
            case JsonValueKind.Number:
                return HasFraction(element) ? element.GetDouble() : ReadInteger(element.GetRawText());
            case JsonValueKind.True or JsonValueKind.False:
                return element.ValueKind == JsonValueKind.True;
            default:
                return null;
        }
    }

    internal static OriginString Write(object? value, JsonLayout layout, RenderState state)
    {
        OriginBuilder builder = new(state.Limits.OutputChars);
        Append(builder, value, layout, 0, state);
        return builder.ToOriginString();
    }

    internal static object ReadInteger(string digits) => digits.Length <= JinjaLimits.IntegerDigits
        ? Arithmetic.Normal(BigInteger.Parse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture))
        : throw JinjaException.Limit($"an integer has more than {JinjaLimits.IntegerDigits} digits");

    private static bool HasFraction(JsonElement element) => element.GetRawText().AsSpan().ContainsAny('.', 'e', 'E');

    private static void Append(OriginBuilder builder, object? value, JsonLayout layout, int depth, RenderState state)
    {
        Operators.CheckDepth(depth);
        state.Step();
        switch (value)
        {
            case null:
                builder.Append("null");
                break;
            case bool flag:
                builder.Append(flag ? "true" : "false");
                break;
            case long number:
                builder.Append(number.ToString(CultureInfo.InvariantCulture));
                break;
            case BigInteger number:
                state.Multiply(value, value);
                builder.Append(number.ToString(CultureInfo.InvariantCulture));
                break;
            case double number:
                builder.Append(Number(number));
                break;
            case OriginString text:
                AppendString(builder, text, layout.EnsureAscii, state);
                break;
            case JinjaList { View: null } list:
                AppendItems(builder, list.Items, "[", "]", (b, item) => Append(b, item, layout, depth + 1, state), layout, depth);
                break;
            case JinjaDict { KeepsJson: true } kept when layout.Indent is null:
                builder.Append(Kept(kept, layout, depth, state));
                break;
            case JinjaDict dict:
                AppendDict(builder, dict, layout, depth, state);
                break;
            default:
                throw JinjaException.Type($"Object of type {Python.TypeName(value)} is not JSON serializable");
        }
    }

    /// <summary>The text of a mapping that does not depend on where it stands.</summary>
    private static OriginString Kept(JinjaDict dict, JsonLayout layout, int depth, RenderState state)
    {
        if (dict.Json is { } json && json.Layout == layout)
            return json.Text;
        OriginBuilder builder = new(state.Limits.OutputChars);
        AppendDict(builder, dict, layout, depth, state);
        OriginString text = builder.ToOriginString();
        dict.Json = new KeptJson(layout, text);
        return text;
    }

    private static void AppendDict(OriginBuilder builder, JinjaDict dict, JsonLayout layout, int depth, RenderState state) =>
        AppendItems(builder, Sorted(dict, layout, state), "{", "}", (b, entry) => AppendEntry(b, entry, layout, depth + 1, state), layout, depth);

    private static void AppendEntry(OriginBuilder builder, KeyValuePair<object?, object?> entry, JsonLayout layout, int depth, RenderState state)
    {
        OriginString key = entry.Key switch
        {
            OriginString text => text,
            null => OriginString.Trusted("null"),
            bool flag => OriginString.Trusted(flag ? "true" : "false"),
            long or double or BigInteger => Python.ToText(entry.Key, state),
            _ => throw JinjaException.Type($"keys must be str, int, float, bool or None, not {Python.TypeName(entry.Key)}"),
        };
        AppendString(builder, key, layout.EnsureAscii, state);
        builder.Append(layout.KeySeparator);
        Append(builder, entry.Value, layout, depth, state);
    }

    private static void AppendItems<T>(
        OriginBuilder builder, IReadOnlyList<T> items, string open, string close, Action<OriginBuilder, T> append, JsonLayout layout, int depth)
    {
        builder.Append(open);
        for (int i = 0; i < items.Count; i++)
        {
            if (i > 0)
                builder.Append(layout.ItemSeparator);
            Break(builder, layout, depth + 1);
            append(builder, items[i]);
        }

        if (items.Count > 0)
            Break(builder, layout, depth);
        builder.Append(close);
    }

    private static void Break(OriginBuilder builder, JsonLayout layout, int depth)
    {
        if (layout.Indent is not { } indent)
            return;
        builder.Append("\n");
        for (int i = 0; i < depth; i++)
            builder.Append(indent);
    }

    private static IReadOnlyList<KeyValuePair<object?, object?>> Sorted(JinjaDict dict, JsonLayout layout, RenderState state) =>
        layout.SortKeys
            ? [.. SequenceFilters.Sort(dict.Entries.Select(e => e.Key), k => k, isReverse: false, state).Items.Select(k => KeyValuePair.Create(k, dict.TryGet(k, out object? value) ? value : null))]
            : dict.Entries;

    private static string Number(double number) => double.IsNaN(number) ? "NaN"
        : double.IsInfinity(number) ? (number > 0 ? "Infinity" : "-Infinity")
        : Python.Number(number);

    /// <summary>The code point in UTF-16, as JSON escapes it.</summary>
    private static string JsonEscape(string text, int index) => char.IsHighSurrogate(text[index]) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1])
        ? $"\\u{(int)text[index]:x4}\\u{(int)text[index + 1]:x4}"
        : $"\\u{(int)text[index]:x4}";

    private static void AppendString(OriginBuilder builder, OriginString text, bool ensureAscii, RenderState state)
    {
        builder.Append("\"");
        Python.AppendEscaped(builder, text, (all, i) => all[i] switch
        {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            '\b' => "\\b",
            '\f' => "\\f",
            var c when c < ' ' || (ensureAscii && c > '~') => JsonEscape(all, i),
            _ => null,
        }, state);
        builder.Append("\"");
    }
}

/// <summary>The arguments of <c>json.dumps</c>.</summary>
internal sealed record JsonLayout(string? Indent, string ItemSeparator, string KeySeparator, bool SortKeys, bool EnsureAscii);

/// <summary>A mapping's text in one layout.</summary>
internal sealed record KeptJson(JsonLayout Layout, OriginString Text);
