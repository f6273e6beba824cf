using System.Text.Json;
using Hearth.Chat.Templates;

namespace Hearth.Chat.Formats;

/// <summary>
/// Finds a model's format by rendering a known call with its template and looking which format reads it back. So a new model of a known
/// family needs no code.
/// </summary>
public static class FormatProbe
{
    private const string Question = "hearthquestion";
    private const string Value = "hearthvalue";

    /// <summary>Templates that take tools but write no calls, by a text that is in them.</summary>
    private static readonly (string Sign, string Format)[] Signs =
    [
        ("<|tool_list_start|>", "lfm2"),
        ("<|tool_call_start|>", "lfm2"),
        ("functools[", "firefunction-v2"),
        ("<|/tool_call|>", "granite"),
    ];

    /// <summary>The format of a template's answers; <see cref="OutputFormats.Default"/> where it shows none.</summary>
    public static IOutputFormat Find(ChatTemplate template) =>
        CallText(template) is { } text && OutputFormats.All.FirstOrDefault(f => Reads(f, text)) is { } format ? format
        : Signs.FirstOrDefault(s => template.Source.Contains(s.Sign, StringComparison.Ordinal)) is { Format: { } name } ? OutputFormats.Find(name)!
        : OutputFormats.Default;

    /// <summary>What the template writes for an answer that is a call, and everything behind it; null where it writes none.</summary>
    private static string? CallText(ChatTemplate template)
    {
        ChatMessage question = ChatMessage.OfText(ChatRole.User, Question);
        ChatMessage call = new(ChatRole.Assistant, [new ToolCallContent("call00001", Tool.Name, Arguments)]);
        ChatMessage result = new(ChatRole.User, [new ToolResultContent("call00001", [new TextContent("hearthresult")], IsError: false)]);
        string? before = template.RenderHistory([question], [Tool]);
        string? after = template.RenderHistory([question, call, result], [Tool]);
        if (before is null || after is null)
            return null;
        int start = before.AsSpan().CommonPrefixLength(after);
        if (start < before.Length)
            start = after.LastIndexOf(Question, StringComparison.Ordinal) + Question.Length;
        int end = after.LastIndexOf("hearthresult", StringComparison.Ordinal);
        return after[start..(end < start ? after.Length : end)];
    }

    private static bool Reads(IOutputFormat format, string text)
    {
        IOutputParser parser = format.CreateParser(new OutputParserSettings([Tool], StartsInThinking: false, new HashSet<string>(), () => ""));
        List<ChatEvent> events = [];
        parser.Text(text, events);
        parser.Finish(truncated: false, events);
        string arguments = string.Concat(events.OfType<ToolCallArguments>().Select(a => a.Json));
        return events.OfType<ToolCallStarted>().Select(c => c.Name).SequenceEqual([Tool.Name])
            && events.OfType<ToolCallFinished>().Any()
            && Json(arguments) is { } read && JsonElement.DeepEquals(read, Arguments);
    }

    private static JsonElement Arguments { get; } = Json($$"""{"key": "{{Value}}", "count": 3}""")!.Value;

    private static ToolDefinition Tool { get; } = new(
        "hearthlookup",
        "Looks up",
        Json("""{"type": "object", "properties": {"key": {"type": "string", "description": "a key"}, "count": {"type": "integer", "description": "how many"}}, "required": ["key"]}""")!.Value);

    private static JsonElement? Json(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
