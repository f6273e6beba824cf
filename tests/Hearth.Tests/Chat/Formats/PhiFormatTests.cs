using Hearth.Chat;
using Hearth.Chat.Formats;
using Hearth.Chat.Templates;

namespace Hearth.Tests.Chat.Formats;

/// <summary>
/// Phi-4-mini was trained on tokens around a list of calls, its own template wants the tools inside the system message and writes no
/// calls, and templates that others wrote for it ask for FireFunction's spelling.
/// </summary>
public sealed class PhiFormatTests
{
    private const string Template = """
        {% for message in messages %}{% if message['role'] == 'system' and 'tools' in message and message['tools'] is not none %}
        {{ '<|system|>' + message['content'] + '<|tool|>' + message['tools'] + '<|/tool|><|end|>' }}{% else %}
        {{ '<|' + message['role'] + '|>' + message['content'] + '<|end|>' }}{% endif %}{% endfor %}
        {% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}
        """;

    [Theory]
    [InlineData("<|tool_call|>[{\"name\": \"f\", \"arguments\": {\"a\": 1}}]<|/tool_call|>")]
    [InlineData("<|tool_call|>{\"name\": \"f\", \"arguments\": {\"a\": 1}}<|/tool_call|>")]
    [InlineData("<|tool_call|>[{\"name\": \"f\", \"arguments\": {\"a\": 1}}]")]
    [InlineData("<tool_call>{\"name\": \"f\", \"arguments\": {\"a\": 1}}</tool_call>")]
    public void Its_own_tokens_and_what_Hearth_asks_for_are_calls(string output) => AssertCall(Found(Template), output);

    [Theory]
    [InlineData("functools[{\"name\": \"f\", \"arguments\": {\"a\": 1}}]")]
    [InlineData(" functools[{\"name\": \"f\", \"parameters\": {\"a\": 1}}]")]
    [InlineData("<|tool_call|>[{\"name\": \"f\", \"arguments\": {\"a\": 1}}]<|/tool_call|>")]
    public void A_template_that_asks_for_functools_gets_it_read(string output) =>
        AssertCall(Found("{% if tools %}prefix function calls with functools: {{ tools | tojson }}{% endif %}" + Template), output);

    private static IOutputFormat Found(string template) => FormatProbe.Find(ChatTemplate.Parse(template, "phi", new TemplateTokens("", "")));

    private static void AssertCall(IOutputFormat format, string output) =>
        Assert.Equal(
            [new ToolCallStarted("call_1", "f"), new ToolCallArguments("{\"a\": 1}"), new ToolCallFinished()],
            ParserHarness.Parse(format, [output]));
}
