using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Hearth.Chat.Formats.Reading;

/// <summary>Text into and out of JSON strings.</summary>
internal static class JsonString
{
    /// <summary>Appends <paramref name="text"/> as it stands between the quotes of a JSON string. It may be a part of a text.</summary>
    public static void AppendEscaped(StringBuilder json, ReadOnlySpan<char> text)
    {
        foreach (char c in text)
            AppendEscaped(json, c);
    }

    /// <summary>The JSON string of a text.</summary>
    public static string Quote(ReadOnlySpan<char> text)
    {
        StringBuilder json = new("\"", text.Length + 2);
        AppendEscaped(json, text);
        return json.Append('"').ToString();
    }

    /// <summary>The text of a JSON string, quotes included; null where it is none.</summary>
    public static string? Unquote(string json)
    {
        if (json is not ['"', ..])
            return null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.String ? document.RootElement.GetString() : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The JSON value that a whole text is; null where it is none.</summary>
    public static JsonValueKind? KindOf(string text, int mostDepth = JsonDepth.Most)
    {
        JsonScanner scanner = new(mostDepth);
        foreach (char c in text.AsSpan().Trim())
        {
            if (!scanner.Read(c) || (c < ' ' && scanner.IsInString))
                return null;
        }

        return !scanner.CanEnd ? null : text.AsSpan().TrimStart()[0] switch
        {
            '{' => JsonValueKind.Object,
            '[' => JsonValueKind.Array,
            '"' => JsonValueKind.String,
            't' => JsonValueKind.True,
            'f' => JsonValueKind.False,
            'n' => JsonValueKind.Null,
            _ => JsonValueKind.Number,
        };
    }

    private static void AppendEscaped(StringBuilder json, char c)
    {
        switch (c)
        {
            case '"':
                json.Append("\\\"");
                break;
            case '\\':
                json.Append("\\\\");
                break;
            case '\n':
                json.Append("\\n");
                break;
            case '\r':
                json.Append("\\r");
                break;
            case '\t':
                json.Append("\\t");
                break;
            case < ' ':
                json.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
                break;
            default:
                json.Append(c);
                break;
        }
    }
}
