using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Hearth.Chat.Templates;

/// <summary>Writes tool definitions and calls as compact JSON with their characters unescaped, as models were trained on them.</summary>
internal static class ToolJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonDocumentOptions Depth = new() { MaxDepth = JsonDepth.MostOfBody };

    /// <summary>An object with nothing in it.</summary>
    public static JsonElement EmptyObject { get; } = Parse("{}");

    /// <summary>An object whose only property is <paramref name="value"/>.</summary>
    public static JsonElement Wrap(string name, JsonElement value) => Parse(Write(writer =>
    {
        writer.WritePropertyName(name);
        value.WriteTo(writer);
    }));

    /// <summary>The function object of a definition: name, description, parameters.</summary>
    public static string Write(ToolDefinition tool) => Write(writer =>
    {
        writer.WriteString("name", tool.Name);
        writer.WriteString("description", tool.Description);
        writer.WritePropertyName("parameters");
        tool.InputSchema.WriteTo(writer);
    });

    /// <summary>The object of a call: name, arguments.</summary>
    public static string Write(ToolCallContent call) => Write(writer =>
    {
        writer.WriteString("name", call.Name);
        writer.WritePropertyName("arguments");
        call.Arguments.WriteTo(writer);
    });

    private static JsonElement Parse(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json, Depth);
        return document.RootElement.Clone();
    }

    private static string Write(Action<Utf8JsonWriter> body)
    {
        using MemoryStream buffer = new();
        using (Utf8JsonWriter writer = new(buffer, Options))
        {
            writer.WriteStartObject();
            body(writer);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
