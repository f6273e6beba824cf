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

    public static TemplateCapabilities Find(ProbeRendering render)
    {
        TemplateMessage system = new("system", Marker);
        bool systemRole = Shows(render, Everything, [system, User]);
        bool systemAnywhere = systemRole
            && ShowsAfter(render, [User, system]) && ShowsAfter(render, [User, system, new("assistant", "answer"), User]);
        bool definitions = TryRender(render, Everything, [User], [Tool()])?.Contains(Marker, StringComparison.Ordinal) == true;
        bool asObject = definitions && ShowsCall(render, Everything);
        bool asText = definitions && !asObject && ShowsCall(render, Everything with { ArgumentsAsText = true });
        return new TemplateCapabilities(systemRole, systemAnywhere, asObject || asText, asText)
        {
            SingleCalls = (asObject || asText) && !ShowsCalls(render, Everything with { ArgumentsAsText = asText }),
        };
    }

    private static bool Shows(ProbeRendering render, TemplateCapabilities assumed, IReadOnlyList<TemplateMessage> messages) =>
        TryRender(render, assumed, messages, [])?.Contains(Marker, StringComparison.Ordinal) == true;

    private static bool ShowsAfter(ProbeRendering render, IReadOnlyList<TemplateMessage> messages) =>
        TryRender(render, Everything, messages, []) is { } text
        && text.IndexOf(Marker, StringComparison.Ordinal) > text.IndexOf(User.Content, StringComparison.Ordinal);

    private static bool ShowsCall(ProbeRendering render, TemplateCapabilities assumed)
    {
        ToolCallContent call = new("call00001", "lookup", Json("{\"key\": \"" + Marker + "value\"}"));
        string? text = TryRender(
            render,
            assumed,
            [User, new("assistant", "") { ToolCalls = [call] }, new("tool", Marker + "result") { Answers = call }],
            [Tool()]);
        return text?.Contains(Marker + "value", StringComparison.Ordinal) == true
            && text.Contains(Marker + "result", StringComparison.Ordinal);
    }

    private static bool ShowsCalls(ProbeRendering render, TemplateCapabilities assumed)
    {
        ToolCallContent first = new("call00001", "lookup", Json("{\"key\": \"" + Marker + "first\"}"));
        ToolCallContent second = new("call00002", "lookup", Json("{\"key\": \"" + Marker + "second\"}"));
        string? text = TryRender(
            render,
            assumed,
            [
                User, new("assistant", "") { ToolCalls = [first, second] },
                new("tool", "one") { Answers = first }, new("tool", "two") { Answers = second },
            ],
            [Tool()]);
        return text?.Contains(Marker + "first", StringComparison.Ordinal) == true && text.Contains(Marker + "second", StringComparison.Ordinal);
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
