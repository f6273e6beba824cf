using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Hearth.Commands.Bench.Fuzz;

[JsonSerializable(typeof(string))]
internal sealed partial class FuzzJson : JsonSerializerContext;

/// <summary>Changes to a body's text and to its tree.</summary>
internal static class BodyText
{
    private const int MostDepth = 3000;
    private const int MostCharacters = 300_000;
    private const int MostItems = 3000;

    /// <summary>A whole request with some of its texts, names and values exchanged, or a little broken.</summary>
    public static string Mutated(string body, Random random)
    {
        for (var i = random.Next(5); i > 0; i--)
        {
            var parts = body.Split('"');
            var at = random.Next(parts.Length);
            if (random.Next(8) > 0 && at % 2 == 1)
            {
                parts[at] = JsonEncodedText.Encode(random.Next(2) == 0 ? WireWords.Key(random) : WireWords.Value(random)).ToString();
                body = string.Join('"', parts);
            }
            else if (random.Next(3) > 0)
            {
                var value = body.IndexOf(": ", random.Next(body.Length), StringComparison.Ordinal);
                body = value < 0 ? body : body.Insert(value + 2, WireWords.Json(random, 2) + ", \"x\": ");
            }
            else
            {
                var start = random.Next(body.Length);
                body = body.Remove(start, random.Next(Math.Min(body.Length - start, 30)));
            }
        }

        return body;
    }

    /// <summary>
    /// One place of the tree changed: a field left out, of the wrong type, null, huge, deep or many; with <paramref name="isNamedTwice"/>
    /// the field is there twice, as it was and changed.
    /// </summary>
    public static string Changed(string body, Random random, bool isNamedTwice)
    {
        var root = JsonNode.Parse(body)!;
        var places = Places(root).ToList();
        var (parent, key) = places[random.Next(places.Count)];
        const string mark = "\u0001place\u0001";
        var old = At(parent, key)?.ToJsonString() ?? "null";
        if (key is string name && random.Next(6) == 0 && !isNamedTwice)
        {
            parent.AsObject().Remove(name);
            return root.ToJsonString();
        }

        Put(parent, key, mark);
        var text = root.ToJsonString().Replace(JsonSerializer.Serialize(mark, FuzzJson.Default.String), Value(random, old), StringComparison.Ordinal);
        return isNamedTwice && key is string twice ? text.Replace("{", $"{{\"{twice}\": {old}, ", StringComparison.Ordinal) : text;
    }

    /// <summary>What stands in a place instead.</summary>
    private static string Value(Random random, string old) => random.Next(8) switch
    {
        0 => "null",
        1 => $"[{old}]",
        2 => $"{{\"type\": {old}}}",
        3 => $"\"{Long(random)}\"",
        4 => Nested(random.Next(1, MostDepth)),
        5 => $"[{string.Join(',', Enumerable.Repeat(old.Length < 200 ? old : "1", random.Next(1, MostItems)))}]",
        _ => WireWords.Json(random, 3),
    };

    private static string Long(Random random)
    {
        var piece = JsonEncodedText.Encode(WireWords.Value(random) + "x").ToString();
        return new StringBuilder().Insert(0, piece, random.Next(1, MostCharacters / piece.Length)).ToString();
    }

    private static string Nested(int depth) => depth % 2 == 0
        ? new string('[', depth) + new string(']', depth)
        : new StringBuilder().Insert(0, "{\"a\":", depth).Append('1').Append('}', depth).ToString();

    private static IEnumerable<(JsonNode Parent, object Key)> Places(JsonNode node) => node switch
    {
        JsonObject fields => fields.SelectMany(f => Below(fields, f.Key, f.Value)),
        JsonArray items => items.Index().SelectMany(i => Below(items, i.Index, i.Item)),
        _ => [],
    };

    private static IEnumerable<(JsonNode Parent, object Key)> Below(JsonNode parent, object key, JsonNode? child) =>
        child is null ? [(parent, key)] : Places(child).Prepend((parent, key));

    private static JsonNode? At(JsonNode parent, object key) => key is string name ? parent[name] : parent[(int)key];

    private static void Put(JsonNode parent, object key, string value)
    {
        if (key is string name)
            parent[name] = value;
        else
            parent[(int)key] = value;
    }
}
