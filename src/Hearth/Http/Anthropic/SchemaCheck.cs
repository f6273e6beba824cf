using System.Text.Json;
using Hearth.Chat;

namespace Hearth.Http.Anthropic;

/// <summary>
/// Checks the parts of a tool's schema that templates go through without asking. What else JSON Schema has is nobody's here, so it may be
/// anything.
/// </summary>
internal static class SchemaCheck
{
    /// <summary>Keywords whose value is an object of schemas.</summary>
    private static readonly string[] Maps = ["properties", "$defs", "definitions"];

    /// <summary>Keywords whose value is a list of schemas.</summary>
    private static readonly string[] Lists = ["anyOf", "oneOf", "allOf"];

    /// <summary>What is wrong with a tool's schema, which is an object; null where nothing is.</summary>
    public static ChatError? Find(JsonElement schema, string path) =>
        ValueCheck.Find(schema, path) ?? (FindIn(schema) is { } fault ? WireErrors.Invalid(path + fault.Path, "Input should be " + fault.Wanted) : null);

    private static Fault? FindIn(JsonElement schema)
    {
        foreach (JsonProperty keyword in schema.EnumerateObject())
        {
            Fault? fault = keyword.Name switch
            {
                var name when Maps.Contains(name) => FindInMap(keyword.Value),
                var name when Lists.Contains(name) => FindInList(keyword.Value),
                // Older drafts have a list of schemas here.
                "items" => keyword.Value.ValueKind == JsonValueKind.Array ? FindInList(keyword.Value) : FindInOne(keyword.Value),
                "required" => Texts(keyword.Value, "a list of strings"),
                "type" => keyword.Value.ValueKind == JsonValueKind.String ? null : Texts(keyword.Value, "a string or a list of strings"),
                "enum" => Expect(keyword.Value, JsonValueKind.Array, "a list"),
                _ => null,
            };
            if (fault is not null)
                return fault.Below(keyword.Name);
        }

        return null;
    }

    private static Fault? FindInMap(JsonElement map)
    {
        if (map.ValueKind != JsonValueKind.Object)
            return new Fault("", "an object");
        foreach (JsonProperty property in map.EnumerateObject())
        {
            if (FindInOne(property.Value) is { } fault)
                return fault.Below(property.Name);
        }

        return null;
    }

    private static Fault? FindInList(JsonElement list)
    {
        if (list.ValueKind != JsonValueKind.Array)
            return new Fault("", "a list");
        int index = 0;
        foreach (JsonElement schema in list.EnumerateArray())
        {
            if (FindInOne(schema) is { } fault)
                return fault.Below($"{index}");
            index++;
        }

        return null;
    }

    private static Fault? FindInOne(JsonElement schema) => schema.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => null,
        JsonValueKind.Object => FindIn(schema),
        _ => new Fault("", "a JSON schema"),
    };

    private static Fault? Texts(JsonElement list, string wanted)
    {
        if (list.ValueKind != JsonValueKind.Array)
            return new Fault("", wanted);
        int index = 0;
        foreach (JsonElement item in list.EnumerateArray())
        {
            if (Expect(item, JsonValueKind.String, "a string") is { } fault)
                return fault.Below($"{index}");
            index++;
        }

        return null;
    }

    private static Fault? Expect(JsonElement value, JsonValueKind kind, string wanted) => value.ValueKind == kind ? null : new Fault("", wanted);

    /// <summary>What should stand at a place below the schema. The path is put together from its end, so that only a fault costs one.</summary>
    private sealed record Fault(string Path, string Wanted)
    {
        public Fault Below(string name) => this with { Path = $".{name}{Path}" };
    }
}
