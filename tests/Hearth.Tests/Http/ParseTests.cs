using System.Text.Json;
using Hearth.Chat;
using Hearth.Http;

namespace Hearth.Tests.Http;

public sealed class ParseTests
{
    private const string Call = "<tool_call>{\"name\": \"f\", \"arguments\": {\"a\": 1}}</tool_call>";

    [Fact]
    public void An_answer_is_taken_apart()
    {
        ParsedAnswerWire answer = Answer(Request("<think>hm</think>Yes. ", Call, " Done."));

        Assert.Equal(("Yes.Done.", "hm", "tool_calls"), (answer.Content, answer.ReasoningContent, answer.FinishReason));
        Assert.Equal(new ParsedCallWire("f", "{\"a\": 1}"), Assert.Single(answer.ToolCalls));
    }

    [Fact]
    public void A_call_that_a_limit_cut_is_not_there()
    {
        ParsedAnswerWire answer = Answer(Request("Yes.", Call[..40]) with { FinishReason = "length" });

        Assert.Equal(("Yes.", "length"), (answer.Content, answer.FinishReason));
        Assert.Empty(answer.ToolCalls);
    }

    [Fact]
    public void What_the_prompt_opened_counts()
    {
        ParsedAnswerWire answer = Answer(Request("hm</think>Yes.") with { GenerationPrompt = "<think>\n" });

        Assert.Equal(("Yes.", "hm"), (answer.Content, answer.ReasoningContent));
    }

    [Theory]
    [InlineData("hermes", Call)]
    [InlineData("llama3-json", "{\"name\": \"f\", \"parameters\": {\"a\": 1}}")]
    [InlineData("llama4-pythonic", "[f(a=1)]")]
    [InlineData("functionary-v32", "all\nsee >>>f\n{\"a\": 1}")]
    [InlineData("qwen-xml", "<think><tool_call><function=f><parameter=a>1</parameter></function></tool_call>")]
    [InlineData("glm", "<think><tool_call>f<arg_key>a</arg_key><arg_value>1</arg_value></tool_call>")]
    [InlineData("kimi-k3", "<|open|>call tool=\"f\"<|sep|><|open|>argument key=\"a\"<|sep|>1<|close|>argument<|sep|><|close|>call<|sep|>")]
    [InlineData("harmony", "<|channel|>commentary to=functions.f<|message|>{\"a\": 1}")]
    public void Where_nobody_says_what_was_offered_all_that_looks_like_a_call_is_one_and_of_no_tools_none(string format, string call)
    {
        ParseRequestWire request = Request(call) with { Format = format, Tools = null };

        ParsedCallWire only = Assert.Single(Answer(request).ToolCalls);
        Assert.Equal(("f", "{\"a\":1}"), (only.Name, only.Arguments.Replace(" ", "", StringComparison.Ordinal)));
        Assert.Empty(Answer(request with { Tools = [] }).ToolCalls);
    }

    [Fact]
    public void Each_mistake_is_named()
    {
        Assert.Contains("hermes", Error(Request("x") with { Format = "nosuch" }).Message, StringComparison.Ordinal);
        Assert.Equal("chat_template", Error(Request("x") with { Format = null }).Param);
        Assert.Equal("chat_template", Error(Request("x") with { Format = null, ChatTemplate = "{% if %}" }).Param);
        Assert.Equal("deltas", Error(Request() with { Deltas = null }).Param);
        Assert.Equal("finish_reason", Error(Request("x") with { FinishReason = "eos" }).Param);
        Assert.Equal("tools.0.function.name", Error(Request("x") with { Tools = [new ParseToolWire("function", null)] }).Param);
        Assert.Equal("tools.0", Error(Request("x") with { Tools = [null!] }).Param);
        Assert.Equal("deltas.1", Error(Request("x", null!) with { Tools = null }).Param);
    }

    [Fact]
    public void A_client_that_leaves_ends_the_probing_of_its_template()
    {
        ParseRequestWire request = Request("x") with { Format = null, ChatTemplate = "{% for m in messages %}{{ m.content }}{% endfor %}{% for i in range(2000) %}{% endfor %}" };

        Assert.Throws<OperationCanceledException>(() => Parse.Read(request, new CancellationToken(canceled: true)));
        Assert.Throws<OperationCanceledException>(() => Parse.Read(Request("x"), new CancellationToken(canceled: true)));
        Assert.NotNull(Answer(request));
    }

    [Fact]
    public void A_schema_of_references_to_itself_costs_no_more_than_it_is_long()
    {
        string members = string.Join(", ", Enumerable.Repeat("""{"$ref": "#/properties/p"}""", 1000));
        JsonElement schema = JsonElement.Parse($$"""{"type": "object", "properties": {"p": {"anyOf": [{{members}}]} } }""");

        ParsedAnswerWire answer = Answer(new ParseRequestWire
        {
            Format = "qwen-xml",
            Deltas = ["<tool_call>\n<function=f>\n<parameter=p>\n5\n</parameter>\n</function>\n</tool_call>"],
            Tools = [new ParseToolWire("function", new ParseFunctionWire("f", null, schema))],
        });

        Assert.Equal("""{"p": 5}""", Assert.Single(answer.ToolCalls).Arguments);
    }

    private static ParseRequestWire Request(params string?[] deltas) => new()
    {
        Format = "hermes",
        Deltas = deltas!,
        Tools = [new ParseToolWire("function", new ParseFunctionWire("f", null, default))],
    };

    private static ParsedAnswerWire Answer(ParseRequestWire request) => Parse.Read(request, TestContext.Current.CancellationToken).Answer!;

    private static ChatError Error(ParseRequestWire request) => Parse.Read(request, TestContext.Current.CancellationToken).Error!;
}
