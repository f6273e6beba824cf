using System.Text.Json;
using Hearth.Chat.Jinja;

namespace Hearth.Chat.Templates;

/// <summary>Renders messages and tools with assumed capabilities.</summary>
internal delegate string ProbeRendering(
    IReadOnlyList<TemplateMessage> messages, IReadOnlyList<ToolDefinition> tools, TemplateCapabilities assumed);

/// <summary>Finds out by rendering small conversations what a template does, instead of guessing from its name.</summary>
internal static class TemplateProbe
{
    private const string Marker = "hearthprobe";

    private static readonly TemplateCapabilities Everything = new(SystemRole: true, SystemAnywhere: true, Tools: true, ArgumentsAsText: false);

    private static readonly TemplateMessage User = new("user", "question");

    private static readonly ToolCallContent First = new("call00001", "lookup", Json("{\"key\": \"" + Marker + "one\"}"));

    private static readonly ToolCallContent Second = new("call00002", "lookup", Json("{\"key\": \"" + Marker + "two\"}"));

    public static TemplateCapabilities Find(ProbeRendering render)
    {
        TemplateMessage system = new("system", Marker);
        bool systemRole = Shows(render, Everything, [system, User]);
        bool systemAnywhere = systemRole
            && ShowsAfter(render, [User, system]) && ShowsAfter(render, [User, system, new("assistant", "answer"), User]);
        bool definitions = TryRender(render, Everything, [User], [Tool()])?.Contains(Marker, StringComparison.Ordinal) == true;
        bool asObject = definitions && ShowsAround(render, Everything, [First], []);
        bool asText = definitions && !asObject && ShowsAround(render, Everything with { ArgumentsAsText = true }, [First], []);
        TemplateCapabilities found = new(systemRole, systemAnywhere, asObject || asText, asText);
        return !found.Tools ? found : found with
        {
            ParallelCalls = ShowsAround(render, Everything with { ArgumentsAsText = asText }, [First, Second], []),
            UserAfterTool = ShowsAround(render, Everything with { ArgumentsAsText = asText }, [First], [new("user", Marker + "after")]),
        };
    }

    private static bool Shows(ProbeRendering render, TemplateCapabilities assumed, IReadOnlyList<TemplateMessage> messages) =>
        TryRender(render, assumed, messages, [])?.Contains(Marker, StringComparison.Ordinal) == true;

    private static bool ShowsAfter(ProbeRendering render, IReadOnlyList<TemplateMessage> messages) =>
        TryRender(render, Everything, messages, []) is { } text
        && text.IndexOf(Marker, StringComparison.Ordinal) > text.IndexOf(User.Content, StringComparison.Ordinal);

    /// <summary>Whether an answer with <paramref name="calls"/>, a result for each, and what comes <paramref name="after"/> are all written.</summary>
    private static bool ShowsAround(
        ProbeRendering render, TemplateCapabilities assumed, IReadOnlyList<ToolCallContent> calls, IReadOnlyList<TemplateMessage> after)
    {
        TemplateMessage[] results = [.. calls.Select(c => new TemplateMessage("tool", Marker + "result" + c.Id) { Answers = c })];
        string? text = TryRender(render, assumed, [User, new("assistant", "") { ToolCalls = calls }, .. results, .. after], [Tool()]);
        return text is not null
            && calls.All(c => text.Contains(c.Arguments.GetProperty("key").GetString()!, StringComparison.Ordinal))
            && results.Concat(after).All(m => text.Contains(m.Content, StringComparison.Ordinal));
    }

    private static ToolDefinition Tool() => new(
        "lookup", Marker, Json("""{"type": "object", "properties": {"hearthprobe": {"type": "string", "description": "a key"}}, "required": []}"""));

    private static string? TryRender(
        ProbeRendering render, TemplateCapabilities assumed, IReadOnlyList<TemplateMessage> messages, IReadOnlyList<ToolDefinition> tools)
    {
        try
        {
            return render(messages, tools, assumed);
        }
        catch (JinjaException)
        {
            return null;
        }
    }

    private static JsonElement Json(string text)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
