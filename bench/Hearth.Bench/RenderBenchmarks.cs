using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Hearth.Chat;
using Hearth.Chat.Templates;

namespace Hearth.Bench;

/// <summary>A conversation of a coding agent, from messages to prompt text.</summary>
[MemoryDiagnoser]
public class RenderBenchmarks
{
    private const string Template = """
        {%- if tools %}<|im_start|>system
        {{ messages[0].content if messages[0].role == 'system' else '' }}
        # Tools
        {%- for tool in tools %}
        {{ tool | tojson }}
        {%- endfor %}<|im_end|>
        {% endif %}
        {%- for message in messages %}
        {%- if message.role != 'system' %}<|im_start|>{{ message.role }}
        {{ message.content }}
        {%- for call in message.tool_calls or [] %}
        <tool_call>{"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}</tool_call>
        {%- endfor %}<|im_end|>
        {% endif %}
        {%- endfor %}
        {%- if add_generation_prompt %}<|im_start|>assistant
        {% endif %}
        """;

    private readonly ChatTemplate _template = ChatTemplate.Parse(Template, "bench", new TemplateTokens("", "<|im_end|>"));

    private ChatRequest _request = new("bench", [], 1);

    [Params(10, 100)]
    public int Turns { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var schema = JsonElement.Parse("""{"type": "object", "properties": {"path": {"type": "string", "description": "The file to read"}}, "required": ["path"]}""");
        ToolDefinition[] tools = [.. Enumerable.Range(0, 12).Select(i => new ToolDefinition($"tool{i}", new string('d', 1500), schema))];
        List<ChatMessage> messages = [ChatMessage.OfText(ChatRole.System, new string('s', 12_000))];
        for (var i = 0; i < Turns; i++)
        {
            messages.Add(ChatMessage.OfText(ChatRole.User, new string('u', 800)));
            messages.Add(ChatMessage.OfText(ChatRole.Assistant, new string('a', 400)));
        }

        messages.Add(ChatMessage.OfText(ChatRole.User, "Go on."));
        _request = new ChatRequest("bench", messages, 100) { Tools = tools };
    }

    [Benchmark]
    public int Render() => _template.Render(_request, DateTimeOffset.UnixEpoch).Text.Length;
}
