using System.Text.Json;
using Hearth.Chat;

namespace Hearth.Http.Anthropic;

/// <summary>Reads content blocks. What a text model cannot see becomes a visible placeholder.</summary>
internal static class ContentReader
{
    /// <summary>Content as a string, as blocks, or absent.</summary>
    public static WireResult<IReadOnlyList<ChatContent>> Read(JsonElement content, string path)
    {
        switch (content.ValueKind)
        {
            case JsonValueKind.Undefined or JsonValueKind.Null:
                return Array.Empty<ChatContent>();
            case JsonValueKind.String:
                return new ChatContent[] { new TextContent(content.GetString()!) };
            case JsonValueKind.Array:
                return ReadBlocks(content, path);
            default:
                return WireErrors.Invalid(path, "Input should be a string or a list of content blocks");
        }
    }

    private static WireResult<IReadOnlyList<ChatContent>> ReadBlocks(JsonElement blocks, string path)
    {
        List<ChatContent> contents = [];
        int index = 0;
        foreach (JsonElement element in blocks.EnumerateArray())
        {
            string blockPath = $"{path}.{index++}";
            if (element.ValueKind != JsonValueKind.Object)
                return WireErrors.Invalid(blockPath, "Input should be an object");
            WireResult<ChatContent> block = ReadBlock(element, blockPath);
            if (block.Error is not null)
                return block.Error;
            if (block.Value is not null)
                contents.Add(block.Value);
        }

        return contents;
    }

    private static WireResult<ChatContent> ReadBlock(JsonElement element, string path)
    {
        BlockParamWire? block;
        try
        {
            block = element.Deserialize(MessagesJson.Default.BlockParamWire);
        }
        catch (JsonException e)
        {
            return WireErrors.Invalid(JsonBody.PathOf(e, path), "Input has the wrong type");
        }

        return block!.Type switch
        {
            null => WireErrors.Required(path + ".type"),
            "text" => block.Text is null ? WireErrors.Required(path + ".text") : new TextContent(block.Text),
            "thinking" => new ThinkingContent(ThinkingSignature.Recover(block.Thinking, block.Signature), block.Signature ?? ""),
            "redacted_thinking" or "fallback" or "connector_text" or "tool_addition" or "tool_removal" => default(WireResult<ChatContent>),
            "tool_use" => ReadToolUse(block, path),
            "tool_result" => ReadToolResult(block, path),
            _ => new TextContent(Placeholders.Describe(block, element)),
        };
    }

    private static WireResult<ChatContent> ReadToolUse(BlockParamWire block, string path)
    {
        if (block.Id is null)
            return WireErrors.Required(path + ".id");
        if (block.Name is null)
            return WireErrors.Required(path + ".name");
        JsonElement input = block.Input.ValueKind == JsonValueKind.Undefined ? Placeholders.EmptyObject : block.Input;
        return new ToolCallContent(block.Id, block.Name, input);
    }

    private static WireResult<ChatContent> ReadToolResult(BlockParamWire block, string path)
    {
        if (block.ToolUseId is null)
            return WireErrors.Required(path + ".tool_use_id");
        WireResult<IReadOnlyList<ChatContent>> content = Read(block.Content, path + ".content");
        return content.Error is not null
            ? content.Error
            : new ToolResultContent(block.ToolUseId, [.. content.Value!.OfType<TextContent>()], block.IsError == true);
    }
}
