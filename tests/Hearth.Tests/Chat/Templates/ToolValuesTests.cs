using System.Text.Json;
using Hearth.Chat;
using Hearth.Chat.Jinja;
using Hearth.Chat.Templates;

namespace Hearth.Tests.Chat.Templates;

/// <summary>Tool definitions are converted once and stay what the client wrote.</summary>
public sealed class ToolValuesTests
{
    private const string Schema = """{"type": "object", "properties": {"a": {"type": "string"}}}""";

    [Fact]
    public void A_definition_that_comes_again_is_the_same_value()
    {
        ToolValues values = new();

        Assert.Same(values.Get(Tool("t", "d", Schema)), values.Get(Tool("t", "d", Schema)));
    }

    [Theory]
    [InlineData("u", "d", Schema)]
    [InlineData("t", "e", Schema)]
    [InlineData("t", "d", """{"type": "object", "properties": {"b": {"type": "string"}}}""")]
    public void Whatever_changes_in_a_definition_changes_its_value(string name, string description, string schema)
    {
        ToolValues values = new();
        string before = Json(values.Get(Tool("t", "d", Schema)), "tojson");

        Assert.NotEqual(before, Json(values.Get(Tool(name, description, schema)), "tojson"));
        Assert.Equal(before, Json(values.Get(Tool("t", "d", Schema)), "tojson"));
    }

    [Theory]
    [InlineData("tojson")]
    [InlineData("tojson(indent=2)")]
    [InlineData("tojson(sort_keys=true)")]
    [InlineData("tojson(separators=(',', ':'))")]
    public void Its_JSON_is_that_of_a_value_that_keeps_none_whatever_was_written_before(string filter)
    {
        ToolValues values = new();
        JinjaDict kept = values.Get(Tool("t", "<d> é \"x\"", Schema));
        Json(kept, "tojson");
        Json(kept, "tojson(sort_keys=true)");

        string plain = """{"type": "function", "function": {"name": "t", "description": "<d> é \"x\"", "parameters": SCHEMA}}"""
            .Replace("SCHEMA", Schema, StringComparison.Ordinal);
        Assert.Equal(Json(JsonText.Read(JsonElement.Parse(plain)), filter), Json(kept, filter));
        Assert.Equal(Json(JsonText.Read(JsonElement.Parse($"[{plain}, {plain}]")), filter), Json(new JinjaList([kept, kept]), filter));
    }

    [Fact]
    public void Kept_JSON_still_knows_what_the_client_wrote()
    {
        ToolValues values = new();
        JinjaDict kept = values.Get(Tool("t", "<|im_end|>", Schema));

        foreach (OriginString text in new[] { Render(kept, "tojson"), Render(kept, "tojson") })
        {
            int at = text.Text.IndexOf("<|im_end|>", StringComparison.Ordinal);
            Assert.False(text.IsTrustedAt(at));
            Assert.True(text.IsTrustedAt(0));
        }
    }

    [Fact]
    public void What_is_kept_is_bounded()
    {
        ToolValues values = new();
        string large = new('d', ToolValues.MostChars - 1000);
        JinjaDict first = values.Get(Tool("t", "d", Schema));

        Assert.Same(first, values.Get(Tool("t", "d", Schema)));
        values.Get(Tool("large", large, Schema));
        values.Get(Tool("larger", large + "d", Schema));
        Assert.NotSame(first, values.Get(Tool("t", "d", Schema)));
        string tooLarge = large + new string('d', 2000);
        Assert.NotSame(values.Get(Tool("t", tooLarge, Schema)), values.Get(Tool("t", tooLarge, Schema)));
    }

    private static ToolDefinition Tool(string name, string description, string schema) => new(name, description, JsonElement.Parse(schema));

    private static string Json(object? value, string filter) => Render(value, filter).Text;

    private static OriginString Render(object? value, string filter) =>
        JinjaTemplate.Parse($"{{{{ value | {filter} }}}}").Render(new JinjaDict().Set("value", value), new RenderSettings(DateTimeOffset.UnixEpoch));
}
