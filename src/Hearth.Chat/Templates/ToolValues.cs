using System.Runtime.InteropServices;
using System.Text.Json;
using Hearth.Chat.Jinja;

namespace Hearth.Chat.Templates;

/// <summary>
/// Tool definitions as templates read them. A client sends the same ones with every request, so they are converted and written as JSON
/// once. Thread-safe.
/// </summary>
internal sealed class ToolValues
{
    /// <summary>Most text of all kept definitions: some hundred sets of a coding agent's tools. Beyond it everything is forgotten.</summary>
    public const int MostChars = 4 * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<ToolKey, Kept> _kept = [];
    private int _chars;

    /// <summary>The value of a definition.</summary>
    /// <exception cref="JinjaException">Its schema is more than templates handle.</exception>
    public JinjaDict Get(ToolDefinition tool)
    {
        ToolKey key = new(tool.Name, tool.Description);
        ReadOnlySpan<byte> schema = JsonMarshal.GetRawUtf8Value(tool.InputSchema);
        lock (_lock)
        {
            if (_kept.TryGetValue(key, out Kept? known) && schema.SequenceEqual(known.Schema))
                return known.Value;
        }

        Kept kept = new(schema.ToArray(), Convert(tool));
        int chars = tool.Name.Length + tool.Description.Length + schema.Length;
        lock (_lock)
        {
            if (_chars + chars > MostChars)
            {
                _kept.Clear();
                _chars = 0;
            }

            if (chars <= MostChars)
            {
                _kept[key] = kept;
                _chars += chars;
            }
        }

        return kept.Value;
    }

    private static JinjaDict Convert(ToolDefinition tool) => new JinjaDict { KeepsJson = true }
        .Set("type", OriginString.Trusted("function"))
        .Set("function", new JinjaDict { KeepsJson = true }
            .Set("name", OriginString.Untrusted(tool.Name))
            .Set("description", OriginString.Untrusted(tool.Description))
            .Set("parameters", Parameters(tool.InputSchema)));

    /// <summary>A tool without arguments may leave out its properties; templates go through them without asking.</summary>
    private static object? Parameters(JsonElement schema)
    {
        object? value = JsonText.Read(schema);
        return value is JinjaDict dict && !dict.TryGet("properties", out _) ? dict.Set("properties", new JinjaDict()) : value;
    }

    private sealed record Kept(byte[] Schema, JinjaDict Value);

    /// <summary>A definition but for its schema; hashed when it is made, and not while others wait.</summary>
    private readonly record struct ToolKey(string Name, string Description)
    {
        private readonly int _hash = HashCode.Combine(Name, Description);

        public bool Equals(ToolKey other) => _hash == other._hash && Name == other.Name && Description == other.Description;

        public override int GetHashCode() => _hash;
    }
}
