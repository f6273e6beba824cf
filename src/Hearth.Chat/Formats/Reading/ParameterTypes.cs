using System.Text.Json;

namespace Hearth.Chat.Formats.Reading;

/// <summary>What a tool's schema says of its parameters, for formats that write every value as bare text.</summary>
internal sealed class ParameterTypes
{
    private const int MostReferences = 8;

    /// <summary>Most schemas that are looked at for one parameter: unions of references to unions grow with every level.</summary>
    private const int MostSchemas = 1000;

    private readonly JsonElement _schema;
    private readonly JsonElement _properties;
    private int _schemasLeft;

    /// <summary>The parameters of a tool; null for one that is not known.</summary>
    public ParameterTypes(ToolDefinition? tool)
    {
        _schema = tool?.InputSchema ?? default;
        if (_schema.ValueKind == JsonValueKind.Object && _schema.TryGetProperty("properties", out JsonElement properties))
            _properties = properties;
    }

    /// <summary>True for a parameter that the schema names.</summary>
    public bool Knows(string key) => Property(key) is not null;

    /// <summary>True where a value can only be a string, so that it can be passed on while it is read.</summary>
    public bool IsText(string key)
    {
        HashSet<string> types = TypesOf(key);
        return types.Count == 1 && types.Contains("string");
    }

    /// <summary>
    /// The JSON of a value written as text: of the types that the schema allows the first it can be, strings last. Models and templates
    /// write Python's words and literals too. Where the schema says nothing, JSON is JSON and everything else a string.
    /// </summary>
    public string ToJson(string key, string text)
    {
        string value = text.Trim();
        HashSet<string> types = TypesOf(key);
        JsonValueKind? kind = JsonString.KindOf(value, ParameterWriter.MostDepth);
        if (kind is { } json && Allows(types, json, value))
            return value;
        if (PythonWord(value) is { } word && Allows(types, word == "null" ? JsonValueKind.Null : JsonValueKind.True, word))
            return word;
        bool mustBeJson = types.Count > 0 && !types.Contains("string");
        if (mustBeJson && kind is null && value is ['{' or '[', ..] && PythonValueReader.ToJson(value) is { } literal)
            return literal;
        return mustBeJson && kind is { } other && other != JsonValueKind.String ? value : JsonString.Quote(text);
    }

    private static bool Allows(HashSet<string> types, JsonValueKind kind, string value) => kind switch
    {
        _ when types.Count == 0 => kind != JsonValueKind.String,
        JsonValueKind.Null => types.Contains("null"),
        JsonValueKind.True or JsonValueKind.False => types.Contains("boolean"),
        JsonValueKind.Number => types.Contains("number") || (types.Contains("integer") && !value.Contains('.', StringComparison.Ordinal)),
        JsonValueKind.Object => types.Contains("object"),
        JsonValueKind.Array => types.Contains("array"),
        _ => false,
    };

    /// <summary>The JSON of a word that Python writes, or null.</summary>
    public static string? PythonWord(string text) => text switch
    {
        "True" => "true",
        "False" => "false",
        "None" => "null",
        _ => null,
    };

    private JsonElement? Property(string key) =>
        _properties.ValueKind == JsonValueKind.Object && _properties.TryGetProperty(key, out JsonElement property) ? property : null;

    private HashSet<string> TypesOf(string key)
    {
        HashSet<string> types = new(StringComparer.Ordinal);
        _schemasLeft = MostSchemas;
        if (Property(key) is { } property)
            AddTypes(property, types, MostReferences);
        return types;
    }

    private void AddTypes(JsonElement schema, HashSet<string> types, int references)
    {
        if (schema.ValueKind != JsonValueKind.Object || references < 0 || --_schemasLeft < 0)
            return;
        if (schema.TryGetProperty("type", out JsonElement type))
        {
            foreach (JsonElement name in type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().ToArray() : [type])
                types.Add(name.ToString());
        }
        else
        {
            AddValueTypes(schema, types);
        }

        foreach (string union in new[] { "anyOf", "oneOf", "allOf" })
        {
            if (schema.TryGetProperty(union, out JsonElement members) && members.ValueKind == JsonValueKind.Array)
            {
                foreach (JsonElement member in members.EnumerateArray())
                    AddTypes(member, types, references - 1);
            }
        }

        if (schema.TryGetProperty("$ref", out JsonElement reference) && Resolve(reference.ToString()) is { } target)
            AddTypes(target, types, references - 1);
    }

    private static void AddValueTypes(JsonElement schema, HashSet<string> types)
    {
        JsonElement[] values = schema.TryGetProperty("enum", out JsonElement list) && list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray()]
            : schema.TryGetProperty("const", out JsonElement one) ? [one]
            : [];
        foreach (JsonElement value in values)
        {
            types.Add(value.ValueKind switch
            {
                JsonValueKind.String => "string",
                JsonValueKind.Number => "number",
                JsonValueKind.True or JsonValueKind.False => "boolean",
                JsonValueKind.Null => "null",
                JsonValueKind.Array => "array",
                _ => "object",
            });
        }
    }

    private JsonElement? Resolve(string reference)
    {
        if (!reference.StartsWith("#/", StringComparison.Ordinal))
            return null;
        JsonElement at = _schema;
        foreach (string step in reference[2..].Split('/'))
        {
            if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(step, out at))
                return null;
        }

        return at;
    }
}
