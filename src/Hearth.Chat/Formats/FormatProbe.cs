using System.Text.Json;
using Hearth.Chat.Templates;
using static Hearth.Chat.Templates.ProbeConversations;

namespace Hearth.Chat.Formats;

/// <summary>
/// Finds a model's format by rendering a known call with its template and looking which format reads it back. So a new model of a known
/// family needs no code.
/// </summary>
public static class FormatProbe
{
    /// <summary>Templates that write no calls, or fail to, by a text that is in them.</summary>
    private static readonly (string Sign, string Format)[] Signs =
    [
        ("<|tool_calls_section_begin|>", "kimi-k2"),
        ("<｜tool▁calls▁begin｜>", "deepseek-v3"),
        ("<|tool_list_start|>", "lfm2"),
        ("List of tools: [", "lfm2"),
        ("functools", "firefunction-v2"),
        ("<|tool_call|>", "granite"),
    ];

    /// <summary>Kinds of ids that templates write where others write the tool's name, or refuse where they are of another kind.</summary>
    private static readonly string[] CallIds = ["call00001", "functions.hearthlookup:0"];

    /// <summary>The format in which a template writes calls; <see cref="OutputFormats.Default"/> where it writes none.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was cancelled.</exception>
    public static IOutputFormat Find(ChatTemplate template, CancellationToken cancellation = default) =>
        CallTexts(template, cancellation).Select(text => OutputFormats.All.FirstOrDefault(f => Reads(f, text))).FirstOrDefault(f => f is not null)
        ?? OutputFormats.Find(Signs.FirstOrDefault(s => template.Source.Contains(s.Sign, StringComparison.Ordinal)).Format)
        ?? OutputFormats.Default;

    /// <summary>What the template writes for an answer that is a call, in every way that a call can be given to it.</summary>
    private static IEnumerable<string> CallTexts(ChatTemplate template, CancellationToken cancellation)
    {
        TemplateCapabilities assumed = template.Capabilities with { ToolDefinitions = true, ToolCalls = true, ToolResults = true };
        if (template.RenderHistory([ChatMessage.OfText(ChatRole.User, Question)], [Lookup], assumed, cancellation) is not { } before)
            yield break;
        foreach (string id in CallIds)
        {
            foreach (bool asText in new[] { template.Capabilities.ArgumentsAsText, !template.Capabilities.ArgumentsAsText })
            {
                if (CallText(template, before, id, assumed with { ArgumentsAsText = asText }, cancellation) is { } text)
                    yield return text;
            }
        }
    }

    private static string? CallText(ChatTemplate template, string before, string id, TemplateCapabilities assumed, CancellationToken cancellation)
    {
        ChatMessage question = ChatMessage.OfText(ChatRole.User, Question);
        ChatMessage call = new(ChatRole.Assistant, [new ToolCallContent(id, Lookup.Name, Arguments)]);
        ChatMessage result = new(ChatRole.User, [new ToolResultContent(id, [new TextContent(Result)], IsError: false)]);
        if (template.RenderHistory([question, call, result], [Lookup], assumed, cancellation) is not { } after)
            return null;
        int start = before.AsSpan().CommonPrefixLength(after);
        if (start < before.Length)
            start = after.LastIndexOf(Question, StringComparison.Ordinal) + Question.Length;
        int end = after.LastIndexOf(Result, StringComparison.Ordinal);
        return after[start..(end < start ? after.Length : end)];
    }

    private static bool Reads(IOutputFormat format, string text)
    {
        IReadOnlyList<ChatEvent> events = format.ReadAll([text], [Lookup]);
        string arguments = string.Concat(events.OfType<ToolCallArguments>().Select(a => a.Json));
        return events.OfType<ToolCallStarted>().Select(c => c.Name).SequenceEqual([Lookup.Name])
            && events.OfType<ToolCallFinished>().Any()
            && Json(arguments) is { } read && JsonElement.DeepEquals(read, Arguments);
    }

    private static JsonElement Arguments { get; } = Json($$"""{"key": "{{ArgumentValue}}", "count": 3}""")!.Value;

    private static ToolDefinition Lookup { get; } = new(
        ToolName,
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
