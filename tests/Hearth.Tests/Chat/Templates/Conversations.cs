using System.Text.Json;
using Hearth.Chat;
using Hearth.Chat.Templates;

namespace Hearth.Tests.Chat.Templates;

/// <summary>Templates of our own, one for each way of being limited, and what tests say to them.</summary>
internal static class Conversations
{
    private const string Turns = "{% for m in messages %}<{{ m.role }}>{{ m.content }}</{{ m.role }}>{% endfor %}";

    private const string Opening = "{% if add_generation_prompt %}<assistant>{% endif %}";

    /// <summary>Roles and texts, anything anywhere, no tools.</summary>
    public const string Plain = Turns + Opening;

    /// <summary>No system role at all.</summary>
    public const string WithoutSystem =
        "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}{% endfor %}" + Plain;

    /// <summary>A system message only in front, and then user and assistant in turn.</summary>
    public const string Strict =
        "{% set rest = messages[1:] if messages[0].role == 'system' else messages %}"
        + "{% for m in rest %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Roles must alternate') }}{% endif %}{% endfor %}" + Plain;

    /// <summary>Tools, and a system message in front of everything.</summary>
    public const string NeedsSystem = "{% if messages[0].role != 'system' %}{{ raise_exception('System message first') }}{% endif %}" + Tools;

    /// <summary>Only a leading system message is written; later ones vanish.</summary>
    public const string Forgetful = "{% for m in messages %}{% if m.role != 'system' or loop.first %}<{{ m.role }}>{{ m.content }}{% endif %}{% endfor %}" + Opening;

    /// <summary>Tools, with arguments as an object.</summary>
    public const string Tools = "{% if tools %}<tools>{{ tools | tojson }}</tools>{% endif %}{% for m in messages %}<{{ m.role }}>{{ m.content }}"
        + "{% for c in m.tool_calls or [] %}<call {{ c.function.name }}{% for k, v in c.function.arguments.items() %} {{ k }}={{ v | tojson }}{% endfor %}>{% endfor %}{% endfor %}" + Opening;

    /// <summary>Tools, with arguments as text that the template writes as it is.</summary>
    public const string ToolsAsText = "{% if tools %}<tools>{{ tools | tojson }}</tools>{% endif %}{% for m in messages %}<{{ m.role }}>{{ m.content }}"
        + "{% for c in m.tool_calls or [] %}<call {{ c.function.name }} {{ c.function.arguments + '' }}>{% endfor %}{% endfor %}" + Opening;

    /// <summary>Writes the tools, if there are any.</summary>
    public const string ToolList = "{% if tools %}{{ tools | tojson }}{% endif %}";

    /// <summary>Writes the calls of message <c>m</c>.</summary>
    public const string CallList = "{% for c in m.tool_calls or [] %}<call {{ c.id }} {{ c.function.arguments | tojson }}>{% endfor %}";

    /// <summary>One call per answer; an answer with more is refused.</summary>
    public const string OneCall = ToolList + "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% if m.tool_calls %}"
        + "{% if m.tool_calls | length > 1 %}{{ raise_exception('one call only') }}{% endif %}" + CallList + "{% endif %}{% endfor %}";

    /// <summary>An answer's text is lost beside calls.</summary>
    public const string NoTextBeside = ToolList + "{% for m in messages %}<{{ m.role }}>{% if m.tool_calls %}" + CallList + "{% else %}{{ m.content }}{% endif %}{% endfor %}";

    /// <summary>Nothing of the user may follow a result.</summary>
    public const string NoUserAfterResult = ToolList + "{% for m in messages %}{% if m.role == 'user' and loop.previtem and loop.previtem.role == 'tool' %}"
        + "{{ raise_exception('no') }}{% endif %}<{{ m.role }}>{{ m.content }}" + CallList + "{% endfor %}";

    /// <summary>Writes what an assistant thought, and opens a thinking block unless told not to.</summary>
    public const string Thinking = "{% for m in messages %}<{{ m.role }}>{% if m.reasoning_content %}<think>{{ m.reasoning_content }}</think>{% endif %}{{ m.content }}{% endfor %}"
        + "<assistant>{% if enable_thinking is not defined or enable_thinking %}<think>\n{% else %}<think></think>{% endif %}";

    public static ChatTemplate Parse(string source, KeepThinking keep = KeepThinking.Auto) =>
        ChatTemplate.Parse(source, "test", new TemplateTokens("<s>", "</s>"), keep);

    public static ChatMessage Instructions(string text) => ChatMessage.OfText(ChatRole.System, text);

    public static ChatMessage User(string text) => ChatMessage.OfText(ChatRole.User, text);

    public static ChatMessage Assistant(string text) => ChatMessage.OfText(ChatRole.Assistant, text);

    public static ChatMessage Calls(params ToolCallContent[] calls) => new(ChatRole.Assistant, calls);

    public static ToolCallContent Call(string id, string name, string arguments = "{}") => new(id, name, Json(arguments));

    public static ToolResultContent Result(string id, string text, bool isError = false) => new(id, [new TextContent(text)], isError);

    public static ToolDefinition Tool(string name, string description, string schema = """{"type":"object","properties":{"path":{"type":"string"}}}""") =>
        new(name, description, Json(schema));

    public static RenderedPrompt Render(string template, params ChatMessage[] messages) => Render(template, [], messages);

    public static RenderedPrompt Render(string template, IReadOnlyList<ToolDefinition> tools, params ChatMessage[] messages) =>
        Parse(template).Render(new ChatRequest("m", messages, 10) { Tools = tools }, DateTimeOffset.UnixEpoch);

    /// <summary>The prompt, which must be there.</summary>
    public static string Prompt(string template, params ChatMessage[] messages) => Prompt(template, [], messages);

    public static string Prompt(string template, IReadOnlyList<ToolDefinition> tools, params ChatMessage[] messages)
    {
        RenderedPrompt rendered = Render(template, tools, messages);
        Assert.Null(rendered.Error);
        return rendered.Text.Text;
    }

    private static JsonElement Json(string text)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
