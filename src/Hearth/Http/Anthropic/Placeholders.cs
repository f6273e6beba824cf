using System.Text.Json;

namespace Hearth.Http.Anthropic;

/// <summary>What a model without eyes sees of the blocks that are not text.</summary>
internal static class Placeholders
{
    public static JsonElement EmptyObject { get; } = JsonDocument.Parse("{}").RootElement;

    /// <summary>A document's text with its title; for everything else a line that names it.</summary>
    public static string Describe(BlockParamWire block, JsonElement element) => block.Type switch
    {
        "image" => "[image omitted: this model cannot see images]",
        "document" => Document(block),
        "search_result" => Titled(block.Title, Texts(block.Content)),
        "compaction" => Texts(block.Content),
        "tool_reference" => $"[tool available: {block.ToolName}]",
        _ => Unknown(block, element),
    };

    private static string Document(BlockParamWire block)
    {
        string kind = Text(block.Source, "type");
        return kind switch
        {
            "text" => Titled(block.Title, Text(block.Source, "data")),
            "content" when block.Source.TryGetProperty("content", out JsonElement content) => Titled(block.Title, Texts(content)),
            _ => $"[document {block.Title ?? "without a title"} omitted: only text documents can be read]",
        };
    }

    /// <summary>Blocks of hosted tools: the texts in them are kept, everything else is named.</summary>
    private static string Unknown(BlockParamWire block, JsonElement element)
    {
        string texts = Texts(block.Content);
        return texts.Length > 0 ? texts : $"[{block.Type} omitted: {element.GetRawText().Length} characters this model cannot read]";
    }

    private static string Titled(string? title, string text) => string.IsNullOrEmpty(title) ? text : $"{title}\n{text}";

    private static string Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : "";

    private static string Texts(JsonElement content) => content.ValueKind switch
    {
        JsonValueKind.String => content.GetString()!,
        JsonValueKind.Array => string.Join("\n\n", content.EnumerateArray().Select(b => Text(b, "text")).Where(t => t.Length > 0)),
        _ => "",
    };
}
