using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Hearth.Http.Anthropic;

/// <summary>
/// Blocks that a hosted server put into a conversation by running tools itself, and blocks from the future. A call is named with its
/// input, of a result everything readable is kept, and what has nothing readable is named.
/// </summary>
internal static class HostedBlocks
{
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Properties that say nothing to a model: references to what only the hosted server has, and what clients change at will.</summary>
    private static readonly HashSet<string> Unreadable =
        ["type", "id", "tool_use_id", "file_id", "media_type", "cache_control", "citations", "signature", "caller", "toolset_name"];

    /// <summary>What the model sees of a block.</summary>
    public static string Read(BlockParamWire block)
    {
        if (block.Type is "server_tool_use" or "mcp_tool_use")
            return $"[called {block.Name}{(block.ServerName is null ? "" : " of server " + block.ServerName)}: {Write(block.Input)}]";
        bool isResult = block.Type!.EndsWith("_tool_result", StringComparison.Ordinal) || block.Type == "mcp_tool_listing";
        string text = isResult ? Readable(block.Content) : Texts(block.Content);
        if (text.Length == 0)
            return block.Text ?? $"[{block.Type} omitted: this model cannot read it]";
        return isResult ? $"[{block.Type}{(block.IsError == true ? ": error" : "")}]\n{text}" : text;
    }

    /// <summary>The names in the result of a hosted tool search.</summary>
    public static IEnumerable<string> FoundTools(JsonElement content) =>
        content.ValueKind == JsonValueKind.Object && content.TryGetProperty("tool_references", out JsonElement references)
            && references.ValueKind == JsonValueKind.Array
            ? references.EnumerateArray().Select(r => Text(r, "tool_name")).Where(n => n.Length > 0)
            : [];

    /// <summary>A property that is a string; otherwise nothing.</summary>
    public static string Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : "";

    /// <summary>A string, or the texts of blocks.</summary>
    public static string Texts(JsonElement content) => content.ValueKind switch
    {
        JsonValueKind.String => content.GetString()!,
        JsonValueKind.Array => string.Join("\n\n", content.EnumerateArray().Select(b => Text(b, "text")).Where(t => t.Length > 0)),
        _ => "",
    };

    private static string Readable(JsonElement content)
    {
        StringBuilder text = new();
        Append(text, content, "");
        return text.ToString().TrimEnd('\n');
    }

    private static void Append(StringBuilder text, JsonElement element, string name)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                bool isText = Text(element, "type") == "text";
                foreach (JsonProperty property in element.EnumerateObject().Where(p => p.Name == "data" ? isText : !IsUnreadable(p.Name)))
                    Append(text, property.Value, property.Name);
                break;
            case JsonValueKind.Array:
                foreach (JsonElement item in element.EnumerateArray())
                    Append(text, item, name);
                break;
            case JsonValueKind.Null or JsonValueKind.Undefined:
                break;
            default:
                if (element.ToString() is { Length: > 0 } value)
                    text.Append(name is "" or "text" or "content" or "data" ? "" : name + ": ").Append(value).Append('\n');
                break;
        }
    }

    private static bool IsUnreadable(string name) => Unreadable.Contains(name) || name.StartsWith("encrypted_", StringComparison.Ordinal);

    /// <summary>Without the white space that differs between clients.</summary>
    private static string Write(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Undefined)
            return "{}";
        using MemoryStream buffer = new();
        using (Utf8JsonWriter writer = new(buffer, Compact))
            value.WriteTo(writer);
        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
