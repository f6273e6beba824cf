using System.Text.Json;

namespace Hearth.Commands.Bench.Prompt;

/// <summary>Tools of the shape and size that coding agents offer.</summary>
internal static class AgentTools
{
    private const int DescriptionWords = 80;
    private const int ParameterWords = 10;

    private static readonly string[] Names =
        ["Read", "Write", "Edit", "Run", "Search", "Find", "Delegate", "Fetch", "Plan", "Notebook", "List", "Ask"];

    /// <summary>The name of a tool; no two have the same.</summary>
    public static string Name(int index) => index < Names.Length ? Names[index] : $"{Names[index % Names.Length]}{index / Names.Length}";

    /// <summary>Writes the request's <c>tools</c>.</summary>
    public static void Write(Utf8JsonWriter json, PseudoText texts, int count)
    {
        json.WriteStartArray("tools");
        for (var i = 0; i < count; i++)
        {
            json.WriteStartObject();
            json.WriteString("name", Name(i));
            json.WriteString("description", texts.Words($"tool {i}", DescriptionWords));
            WriteSchema(json, texts, i);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteSchema(Utf8JsonWriter json, PseudoText texts, int tool)
    {
        json.WriteStartObject("input_schema");
        json.WriteString("type", "object");
        json.WriteStartObject("properties");
        WriteParameter(json, "path", "string", texts, tool);
        WriteParameter(json, "text", "string", texts, tool);
        WriteParameter(json, "limit", "integer", texts, tool);
        json.WriteStartObject("mode");
        json.WriteString("type", "string");
        json.WriteStartArray("enum");
        foreach (var mode in new[] { "content", "files", "count" })
            json.WriteStringValue(mode);
        json.WriteEndArray();
        json.WriteString("description", texts.Words($"mode {tool}", ParameterWords));
        json.WriteEndObject();
        json.WriteStartObject("items");
        json.WriteString("type", "array");
        json.WriteStartObject("items");
        json.WriteString("type", "object");
        json.WriteStartObject("properties");
        WriteParameter(json, "old", "string", texts, tool);
        WriteParameter(json, "new", "string", texts, tool);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartArray("required");
        json.WriteStringValue("path");
        json.WriteEndArray();
        json.WriteBoolean("additionalProperties", false);
        json.WriteEndObject();
    }

    private static void WriteParameter(Utf8JsonWriter json, string name, string type, PseudoText texts, int tool)
    {
        json.WriteStartObject(name);
        json.WriteString("type", type);
        json.WriteString("description", texts.Words($"{name} {tool}", ParameterWords));
        json.WriteEndObject();
    }
}
