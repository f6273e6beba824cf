using System.Text.Json;
using Hearth.Chat;

namespace Hearth.Tests.Providers;

/// <summary>A conversation of an agent with a place for text wherever a client can put some.</summary>
internal static class SlottedConversation
{
    public const int Slots = 14;

    /// <summary>Every kind of content filled with <paramref name="texts"/>, one for each slot.</summary>
    public static ChatRequest Of(IReadOnlyList<string> texts)
    {
        var tool = "tool" + texts[1];
        ChatMessage[] messages =
        [
            ChatMessage.OfText(ChatRole.System, texts[0]),
            new(ChatRole.User, [new TextContent("q" + texts[5]), new TextContent(texts[6])]),
            new(ChatRole.Assistant,
            [
                new ThinkingContent(texts[7], ""), new TextContent(texts[8]),
                new ToolCallContent("call00001", tool, Json(new() { ["a" + texts[9]] = texts[10] })),
            ]),
            new(ChatRole.User, [new ToolResultContent("call00001", [new TextContent(texts[11]), new TextContent(texts[12])], IsError: false)]),
            ChatMessage.OfText(ChatRole.Assistant, "done" + texts[8]),
            ChatMessage.OfText(ChatRole.User, "next" + texts[13]),
        ];
        return new ChatRequest("m", messages, 10) { Tools = [new ToolDefinition(tool, texts[2], Schema(texts[3], texts[4]))] };
    }

    private static JsonElement Schema(string key, string description) => JsonSerializer.SerializeToElement(new Dictionary<string, object>
    {
        ["type"] = "object",
        ["properties"] = new Dictionary<string, object>
        {
            ["p" + key] = new Dictionary<string, string> { ["type"] = "string", ["description"] = description },
        },
        ["required"] = new[] { "p" + key },
    });

    private static JsonElement Json(Dictionary<string, string> value) => JsonSerializer.SerializeToElement(value);
}
