using System.Text.Json;

namespace Hearth.Chat.Formats;

/// <summary>Reads a call written as one JSON object with <c>name</c> and <c>arguments</c>.</summary>
internal static class ToolCallJson
{
    /// <summary>
    /// True when <paramref name="json"/> is such an object. Missing arguments are an empty object; arguments written as a string of
    /// JSON are unwrapped, as several models write them.
    /// </summary>
    public static bool TryParse(string json, out string name, out string arguments)
    {
        name = arguments = "";
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("name", out JsonElement nameElement)
                || nameElement.ValueKind != JsonValueKind.String)
                return false;
            name = nameElement.GetString()!;
            return name.Length > 0 && TryReadArguments(root, out arguments);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool TryReadArguments(JsonElement root, out string arguments)
    {
        arguments = "{}";
        if (!root.TryGetProperty("arguments", out JsonElement element) || element.ValueKind == JsonValueKind.Null)
            return true;
        if (element.ValueKind == JsonValueKind.String)
        {
            using JsonDocument inner = JsonDocument.Parse(element.GetString()!);
            arguments = inner.RootElement.GetRawText();
            return inner.RootElement.ValueKind == JsonValueKind.Object;
        }

        arguments = element.GetRawText();
        return element.ValueKind == JsonValueKind.Object;
    }
}
