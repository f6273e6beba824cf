using System.Text.Json;
using Hearth.Chat;
using Hearth.Chat.Formats;

namespace Hearth.Tests.Chat.Formats;

/// <summary>
/// What models write that their templates do not: closing tags left out, several calls in one block, no arguments, other quotes, calls in
/// the midst of thinking. Each row is an answer, its calls and its visible text.
/// </summary>
public sealed class CarelessAnswerTests
{
    private const string X = "f{\"s\":\"x\"}";

    private static readonly ToolDefinition[] Tools =
    [
        new("f", "", JsonElement.Parse("""
            {"properties": {"s": {"type": "string"}, "n": {"type": "integer"}, "o": {"type": "object"}, "l": {"type": "array"}}}
            """)),
        new("t", "", JsonElement.Parse("""{"properties": {}}""")),
    ];

    [Theory]
    [InlineData("<tool_call>{\"name\": \"f\", \"arguments\": {\"s\": \"x\"}}\n{\"name\": \"t\"}\n</tool_call>", X + " t{}")]
    [InlineData("<tool_call>[{\"name\": \"f\", \"arguments\": {\"s\": \"x\"}} {\"name\": \"t\"},]</tool_call>", X + " t{}")]
    [InlineData("<tool_call>{\"name\": \"f\", \"arguments\": {\"s\": \"x\"}}<tool_call>{\"name\": \"t\", \"arguments\": null}", X + " t{}")]
    [InlineData("<tool_call>{\"name\": \"functions.f\", \"arguments\": {\"s\": \"\\u0078\"}}}</tool_call>", X)]
    [InlineData("<tool_call>{\"type\": \"function\", \"function\": {\"name\": \"f\", \"arguments\": {\"s\": \"x\"}}}</tool_call>", X)]
    [InlineData("<tool_call>{\"function\": \"f\", \"parameters\": \"{\\\"s\\\": \\\"x\\\"}\"}</tool_call>", X)]
    [InlineData("<tool_call>{\"function\": {\"arguments\": {\"s\": \"x\"}}}</tool_call>", "", "<tool_call>{\"function\": {\"arguments\": {\"s\": \"x\"}}}</tool_call>")]
    [InlineData("<tool_call>{\"function\": {\"\\ud800\": 1}}</tool_call>", "", "<tool_call>{\"function\": {\"\\ud800\": 1}}</tool_call>")]
    [InlineData("<think>hm <tool_call>{\"name\": \"f\", \"arguments\": {\"s\": \"x\"}}</tool_call>", X)]
    public void Hermes(string answer, string calls, string said = "") => AssertRead("hermes", answer, calls, said);

    [Theory]
    [InlineData("[{\"name\": \"f\", \"parameters\": {\"s\": \"x\"}}, {\"name\": \"t\", \"parameters\": {}}]", X + " t{}")]
    [InlineData("Now:\n[{\"name\": \"f\", \"parameters\": {\"s\": \"x\"}}]", X, "Now:\n")]
    [InlineData("[{\"name\": \"other\", \"parameters\": {}}]", "", "[{\"name\": \"other\", \"parameters\": {}}]")]
    [InlineData("[1, 2]", "", "[1, 2]")]
    public void Llama3(string answer, string calls, string said = "") => AssertRead("llama3-json", answer, calls, said);

    [Theory]
    [InlineData("<tool_call>\n<function=f>\n<parameter=s>\nx\n</parameter>\n", X)]
    [InlineData("<tool_call>\n<function=t>", "t{}")]
    [InlineData("<tool_call>\n<function=other>", "", "<tool_call>\n<function=other>")]
    [InlineData("<tool_call>\n<function=\"functions.f\">\n<parameter=\"s\">\nx\n</parameter>\n</function>\n</tool_call>", X)]
    [InlineData("<tool_call>\n<function=f>\n<parameter=o>\n{'k': [None, 'it\\'s']}\n</parameter>\n</function>\n</tool_call>", "f{\"o\":{\"k\":[null,\"it\\u0027s\"]}}")]
    [InlineData("<tool_call>\n<function=f>\n<parameter=o>\n{'k': \n</parameter>\n</function>\n</tool_call>", "f{\"o\":\"{\\u0027k\\u0027: \"}")]
    [InlineData("<tool_call>\nno\n</tool_call>", "", "<tool_call>\nno\n</tool_call>")]
    public void Qwen_xml(string answer, string calls, string said = "") => AssertRead("qwen-xml", answer, calls, said);

    [Theory]
    [InlineData("minimax-m2", "<invoke name=\"f\">\n<parameter name=\"s\">x</parameter>\n</invoke>\n")]
    [InlineData("deepseek-dsml", "<｜DSML｜invoke name=\"f\">\n<｜DSML｜parameter name=\"s\" string=\"true\">x</｜DSML｜parameter>\n</｜DSML｜invoke>\n")]
    public void Elements_without_a_section(string format, string answer) => AssertRead(format, answer, X, "");

    [Theory]
    [InlineData("<tool_call>f\n<arg_key>s</arg_key>\n<arg_value>x</arg_value>\n", X)]
    [InlineData("<tool_call>f<arg_key>s<arg_value>x</arg_value><tool_call>t</tool_call>", X + " t{}")]
    [InlineData("<tool_call>f<arg_key>n</arg_key><arg_value>1\n<arg_key>s</arg_key><arg_value>x</arg_value></tool_call>", "f{\"n\":1,\"s\":\"x\"}")]
    [InlineData("<tool_call>f<arg_key>s</arg_key><arg_value>a <arg_key>z</arg_key> b</arg_value></tool_call>", "f{\"s\":\"a \\u003Carg_key\\u003Ez\\u003C/arg_key\\u003E b\"}")]
    [InlineData("<tool_call>t", "t{}")]
    [InlineData("<tool_call>f<arg_key>s</arg_key><arg_value>x", "", "<tool_call>f<arg_key>s</arg_key><arg_value>x")]
    [InlineData("<tool_call>f<arg_key>l</arg_key><arg_value>['a', True]</arg_value></tool_call>", "f{\"l\":[\"a\",true]}")]
    public void Glm(string answer, string calls, string said = "") => AssertRead("glm", answer, calls, said);

    [Theory]
    [InlineData("deepseek-v31", "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>f<｜tool▁sep｜>\n```json\n{\"s\": \"x\"}\n```<｜tool▁call▁begin｜>t<｜tool▁sep｜><｜tool▁call▁end｜>", X + " t{}")]
    [InlineData("deepseek-v3", "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>f\n{\"s\": \"x\"}<｜tool▁call▁end｜><｜tool▁calls▁end｜>", X)]
    [InlineData("deepseek-v3", "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>f<｜tool▁sep｜>{\"s\": \"x\"}<｜tool▁call▁end｜>\nDone.", X, "\nDone.")]
    [InlineData("deepseek-v3", "<think>hm<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>f\n```json\n{\"s\": \"x\"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>", X)]
    [InlineData("kimi-k2", "<think>hm<|tool_calls_section_begin|><|tool_call_begin|>functions.t:0<|tool_call_argument_begin|><|tool_call_end|><|tool_calls_section_end|>", "t{}")]
    [InlineData("kimi-k2", "<|tool_calls_section_begin|><|tool_call_begin|>f<|tool_call_argument_begin|>{\"s\": \"x\"} and<|tool_calls_section_end|>", X)]
    [InlineData("kimi-k2", "<|tool_call_begin|>?<|tool_call_end|>", "", "<|tool_call_begin|>?<|tool_call_end|>")]
    [InlineData("mistral", "[THINK]hm[TOOL_CALLS]functions.f[ARGS]{\"s\": \"x\"}", X)]
    [InlineData("functionary-v31", "<function=t></function>", "t{}")]
    [InlineData("solar", "<|tool_calls|><|tool_call:begin|>1<|tool_call:name|>f<|tool_call:args|>{\"s\": \"x\"}<|tool_call:end|>Done.", X, "Done.")]
    public void Headers(string format, string answer, string calls, string said = "") => AssertRead(format, answer, calls, said);

    [Theory]
    [InlineData("<|channel|>commentary to=functions.t<|message|>", "t{}")]
    [InlineData("<|channel|>commentary to=functions.t <|constrain|>json<|message|>\n<|call|>", "t{}")]
    [InlineData("<|channel|>commentary to=functions.t<|message|>now<|end|>", "", "now")]
    public void Harmony(string answer, string calls, string said = "") => AssertRead("harmony", answer, calls, said);

    [Theory]
    [InlineData("[f(s='''x'''), t(),]", X + " t{}")]
    [InlineData("[f(s=''), t()]", "f{\"s\":\"\"} t{}")]
    [InlineData("[f(s=\"\"\"a \"b\" c\"\"\")]", "f{\"s\":\"a \\u0022b\\u0022 c\"}")]
    [InlineData("[functions.f(s='x')]", X)]
    [InlineData("[{\"name\": \"f\", \"arguments\": {\"s\": \"x\"}}, t()]", X + " t{}")]
    [InlineData("{\"name\": \"f\", \"parameters\": {\"s\": \"x\"}}", X)]
    [InlineData("<think>hm<|python_start|>[f(s='x')]<|python_end|>", X)]
    public void Python(string answer, string calls) => AssertRead("llama4-pythonic", answer, calls, "");

    [Theory]
    [InlineData("<|tool_call>call: f {s:<|\"|>x<|\"|>,}<|tool_call>call:t<tool_call|>", X + " t{}")]
    [InlineData("<|tool_call>f{\"s\":\"x\"}<tool_call|>", X)]
    [InlineData("<|tool_call>call:functions.f{s:'x'}", X)]
    [InlineData("<|tool_call>g{}<tool_call|>", "", "<|tool_call>g{}<tool_call|>")]
    [InlineData("<|tool_call>call:f{s:\"a, \\\"b\\\"}\",n:1}<tool_call|>", "f{\"s\":\"a, \\u0022b\\u0022}\",\"n\":1}")]
    public void Gemma(string answer, string calls, string said = "") => AssertRead("gemma4", answer, calls, said);

    [Theory]
    [InlineData("qwen-xml", "<tool_call>\n<function=f>\n<parameter=s>\nx\n</parameter>\n")]
    [InlineData("qwen-xml", "<tool_call>\n<function=t>")]
    [InlineData("glm", "<tool_call>f<arg_key>s</arg_key><arg_value>x</arg_value>")]
    [InlineData("glm", "<tool_call>t")]
    [InlineData("harmony", "<|channel|>commentary to=functions.t<|message|>")]
    [InlineData("gemma4", "<|tool_call>call:t")]
    [InlineData("llama4-pythonic", "[f(s=''")]
    public void What_a_limit_cut_is_not_taken_as_written(string format, string answer) => AssertRead(format, answer, "", "", truncated: true);

    private static void AssertRead(string format, string answer, string calls, string said, bool truncated = false)
    {
        IReadOnlyList<ChatEvent> events = OutputFormats.Find(format)!.ReadAll([answer], Tools, truncated: truncated);

        Assert.Equal(calls, string.Join(' ', Calls(events)));
        Assert.Equal(said, string.Concat(events.OfType<TextDelta>().Select(t => t.Text)));
    }

    private static IEnumerable<string> Calls(IEnumerable<ChatEvent> events)
    {
        string call = "";
        foreach (ChatEvent item in events)
        {
            call = item switch { ToolCallStarted started => started.Name + "\n", ToolCallArguments piece => call + piece.Json, _ => call };
            if (item is ToolCallFinished)
                yield return call.Split('\n')[0] + JsonSerializer.Serialize(JsonElement.Parse(call[call.IndexOf('\n', StringComparison.Ordinal)..]));
        }
    }
}
