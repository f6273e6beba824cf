using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Hearth.Chat;

namespace Hearth.Http.Anthropic;

/// <summary>
/// Reads content blocks. What a text model cannot see becomes a visible placeholder. What clients change about a block between two
/// requests of one conversation (the order of its keys, cache marks) does not change what it becomes.
/// </summary>
internal sealed class ContentReader(ToolSet tools, RequestDocuments documents, CancellationToken cancellation)
{
    private const string Image = "[image omitted: this model cannot see images]";

    /// <summary>
    /// Longest id and name of a call that comes back. Models and other servers make them too, so they may hold what a tool's own name may
    /// not, but no more of it.
    /// </summary>
    private const int LongestName = 256;

    private static readonly JsonElement NoInput = JsonDocument.Parse("{}").RootElement;

    private readonly DocumentReader _documents = new(documents, Image);

    /// <summary>Content as a string, as blocks, or absent.</summary>
    public WireResult<IReadOnlyList<ChatContent>> Read(JsonElement content, string path)
    {
        cancellation.ThrowIfCancellationRequested();
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

    private WireResult<IReadOnlyList<ChatContent>> ReadBlocks(JsonElement blocks, string path)
    {
        List<ChatContent> contents = [];
        int index = 0;
        foreach (JsonElement element in blocks.EnumerateArray())
        {
            cancellation.ThrowIfCancellationRequested();
            string blockPath = $"{path}.{index++}";
            if (element.ValueKind != JsonValueKind.Object)
                return WireErrors.Invalid(blockPath, "Input should be an object");
            WireResult<IReadOnlyList<ChatContent>> block = ReadBlock(element, blockPath);
            if (block.Error is not null)
                return block.Error;
            contents.AddRange(block.Value!);
        }

        return contents;
    }

    private WireResult<IReadOnlyList<ChatContent>> ReadBlock(JsonElement element, string path)
    {
        (BlockParamWire? block, ChatError? error) = Parse(element, MessagesJson.Default.BlockParamWire, path);
        if (error is not null)
            return error;
        switch (block!.Type)
        {
            case null:
                return WireErrors.Required(path + ".type");
            case "redacted_thinking" or "fallback" or "connector_text":
                return Array.Empty<ChatContent>();
            case "tool_search_tool_result":
                return ReadFoundTools(block);
            case "compaction":
                return ReadCompaction(block, path);
            default:
                WireResult<ChatContent> one = ReadOne(block, path);
                return one.Error is not null ? one.Error : new[] { one.Value! };
        }
    }

    private static WireResult<T> Parse<T>(JsonElement element, JsonTypeInfo<T> type, string path)
    {
        try
        {
            return element.Deserialize(type)!;
        }
        catch (JsonException e)
        {
            return WireErrors.Invalid(JsonBody.PathOf(e, path), "Input has the wrong type");
        }
    }

    private WireResult<ChatContent> ReadOne(BlockParamWire block, string path)
    {
        switch (block.Type)
        {
            case "text":
                return block.Text is null ? WireErrors.Required(path + ".text") : new TextContent(block.Text);
            case "image":
                return new TextContent(Image);
            case "document":
                return _documents.ReadDocument(block, path);
            case "search_result":
                return _documents.ReadSearchResult(block);
            case "thinking":
                return new ThinkingContent(ThinkingSignature.Recover(block.Thinking, block.Signature), block.Signature ?? "");
            case "tool_use":
                return ReadToolUse(block, path);
            case "tool_result":
                return ReadToolResult(block, path);
            case "tool_reference":
                return ReadReference(block.ToolName, path + ".tool_name");
            case "tool_addition" or "tool_removal":
                return ReadChange(block, path + ".tool");
            case "container_upload":
                return WireErrors.Invalid(path, "container_upload blocks need a container, and there is none here");
            default:
                return new TextContent(HostedBlocks.Read(block));
        }
    }

    private static WireResult<ChatContent> ReadToolUse(BlockParamWire block, string path)
    {
        if (block.Id is null)
            return WireErrors.Required(path + ".id");
        if (block.Name is null)
            return WireErrors.Required(path + ".name");
        if (block.Id.Length > LongestName)
            return WireErrors.Invalid(path + ".id", $"Input should have at most {LongestName} characters");
        if (block.Name.Length > LongestName)
            return WireErrors.Invalid(path + ".name", $"Input should have at most {LongestName} characters");
        return ValueCheck.Find(block.Input, path + ".input") is { } error
            ? error
            : new ToolCallContent(block.Id, block.Name, block.Input.ValueKind == JsonValueKind.Undefined ? NoInput : block.Input);
    }

    private WireResult<ChatContent> ReadToolResult(BlockParamWire block, string path)
    {
        if (block.ToolUseId is null)
            return WireErrors.Required(path + ".tool_use_id");
        WireResult<IReadOnlyList<ChatContent>> content = Read(block.Content, path + ".content");
        return content.Error is not null
            ? content.Error
            : new ToolResultContent(block.ToolUseId, [.. content.Value!.Select(CompactionContent.AsText)], block.IsError == true);
    }

    private WireResult<ChatContent> ReadReference(string? name, string path)
    {
        if (name is null)
            return WireErrors.Required(path);
        return tools.Find(name) is { } tool
            ? new ToolAddedContent(tool)
            : WireErrors.Invalid(path, $"Tool reference '{name}' not found in available tools");
    }

    private WireResult<ChatContent> ReadChange(BlockParamWire block, string path)
    {
        if (block.Tool.ValueKind != JsonValueKind.Object)
            return WireErrors.Required(path);
        (ToolChangeWire? change, ChatError? error) = Parse(block.Tool, MessagesJson.Default.ToolChangeWire, path);
        if (error is not null)
            return error;
        bool isAddition = block.Type == "tool_addition";
        if (change!.ServerName is not null)
            return new TextContent($"[tools of server {change.ServerName} {(isAddition ? "added" : "removed")}: they cannot be called here]");
        if (!isAddition)
            return (change.Name ?? change.Definition?.Name) is { } name ? new ToolRemovedContent(name) : WireErrors.Required(path + ".name");
        if (change.Definition is null)
            return ReadReference(change.Name, path + ".name");
        WireResult<ToolDefinition> definition = ToolReader.ReadOne(change.Definition, path + ".definition");
        return definition.Error is not null ? definition.Error : new ToolAddedContent(definition.Value!);
    }

    /// <summary>Tools that a hosted search found: they can be called if the request has them, and their absence breaks nothing.</summary>
    private ChatContent[] ReadFoundTools(BlockParamWire block) =>
    [
        .. HostedBlocks.FoundTools(block.Content)
            .Select(name => tools.Find(name) is { } tool ? (ChatContent)new ToolAddedContent(tool) : new TextContent($"[tool not available: {name}]")),
    ];

    /// <summary>A summary, and what it says about the tools that the summed up messages had added or removed.</summary>
    private WireResult<IReadOnlyList<ChatContent>> ReadCompaction(BlockParamWire block, string path)
    {
        string summary = HostedBlocks.Texts(block.Content);
        if (summary.Length == 0)
            return Array.Empty<ChatContent>();
        WireResult<IReadOnlyList<ChatContent>> changes = Read(
            block.ToolChanges.ValueKind == JsonValueKind.Array ? block.ToolChanges : default, path + ".tool_changes");
        return changes.Error is not null ? changes.Error : new ChatContent[] { new CompactionContent(summary, changes.Value!) };
    }
}

/// <summary>Stands for everything before it: a summary and the tools that came or went. It does not leave this folder.</summary>
internal sealed record CompactionContent(string Summary, IReadOnlyList<ChatContent> ToolChanges) : ChatContent
{
    /// <summary>A compaction in a place where it sums up nothing is its text.</summary>
    public static ChatContent AsText(ChatContent content) => content is CompactionContent compaction ? new TextContent(compaction.Summary) : content;
}
