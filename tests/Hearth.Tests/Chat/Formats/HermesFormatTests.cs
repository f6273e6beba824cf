using CsCheck;
using Hearth.Chat;
using Hearth.Chat.Formats;

namespace Hearth.Tests.Chat.Formats;

public sealed class HermesFormatTests
{
    private static readonly IOutputFormat Format = OutputFormats.Default;

    [Fact]
    public void Text_and_a_call_keep_their_order_and_lose_the_white_space_between_them()
    {
        List<ChatEvent> events = Parse("I look.\n<tool_call>\n{\"name\": \"Read\", \"arguments\": {\"path\": \"a b\"}}\n</tool_call>\nDone.");

        Assert.Equal(
            [
                new TextDelta("I look."), new ToolCallStarted("call_1", "Read"), new ToolCallArguments("{\"path\": \"a b\"}"),
                new ToolCallFinished(), new TextDelta("Done."),
            ],
            events);
    }

    [Fact]
    public void Thinking_is_its_own_kind_of_delta()
    {
        List<ChatEvent> events = Parse("<think>\nHm.\n</think>\n\nYes.");

        Assert.Equal([new ThinkingDelta("Hm."), new TextDelta("Yes.")], events);
    }

    [Fact]
    public void Thinking_that_the_prompt_opened_needs_no_marker() =>
        Assert.Equal(
            [new ThinkingDelta("Hm."), new TextDelta("Yes.")],
            ParserHarness.Parse(Format, ["Hm.</think>Yes."], thinking: true));

    [Fact]
    public void A_marker_inside_a_string_argument_does_not_end_the_call()
    {
        List<ChatEvent> events = Parse("<tool_call>{\"name\":\"echo\",\"arguments\":{\"t\":\"</tool_call> \\\" <tool_call>\"}}</tool_call>");

        Assert.Equal("{\"t\":\"</tool_call> \\\" <tool_call>\"}", Assert.Single(events.OfType<ToolCallArguments>()).Json);
    }

    [Theory]
    [InlineData("<tool_call>not json</tool_call>")]
    [InlineData("<tool_call>{\"name\": 5}</tool_call>")]
    [InlineData("<tool_call>{\"arguments\": {}}</tool_call>")]
    [InlineData("<tool_call>{\"name\": \"x\", \"arguments\": [1]}</tool_call>")]
    [InlineData("<tool_call>{\"name\": \"x\"")]
    public void What_is_no_call_becomes_text_and_nothing_is_lost(string output) =>
        Assert.Equal([new TextDelta(output)], Parse(output));

    [Fact]
    public void A_call_cut_by_the_token_limit_is_no_call() =>
        Assert.Equal([new TextDelta("Wait.")], ParserHarness.Parse(Format, ["Wait. <tool_call>{\"name\": \"x\", \"argu"], truncated: true));

    [Fact]
    public void A_complete_call_without_its_closing_marker_counts_when_the_model_ended_its_turn() =>
        Assert.Single(Parse("<tool_call>{\"name\": \"x\", \"arguments\": {}}").OfType<ToolCallFinished>());

    [Fact]
    public void Arguments_written_as_a_string_of_json_are_unwrapped() =>
        Assert.Equal(
            "{\"a\":1}",
            Assert.Single(Parse("<tool_call>{\"name\":\"x\",\"arguments\":\"{\\\"a\\\":1}\"}</tool_call>").OfType<ToolCallArguments>()).Json);

    [Fact]
    public void Without_tools_a_call_is_text()
    {
        const string output = "<tool_call>{\"name\": \"x\", \"arguments\": {}}</tool_call>";

        Assert.Equal([new TextDelta(output)], ParserHarness.Parse(Format, [output], tools: false));
    }

    [Fact]
    public void Where_markers_are_tokens_the_same_characters_as_text_are_text()
    {
        const string output = "<tool_call>{\"name\": \"x\"}</tool_call> <think>no</think>";

        Assert.Equal([new TextDelta(output)], TokensOnly(output));
    }

    [Fact]
    public void Markers_that_arrive_as_tokens_open_and_close_a_call() =>
        Assert.Single(
            ParserHarness.Parse(Format, ["Hi ", "<tool_call>", "{\"name\": \"x\",", " \"arguments\": {}}", "</tool_call>"], tokens: true)
                .OfType<ToolCallStarted>());

    [Fact]
    public void Any_chunking_gives_the_same_events()
    {
        Gen<string> part = Gen.OneOf(
            "<tool_call>", "</tool_call>", "<think>", "</think>", "{\"name\": \"f\", \"arguments\": {\"a\": \"<b\"}}", "\n", " ", "text", "<",
            "</", "<tool", "\"", "{}", "é🚀");
        Gen.Select(part.Array[0, 12], Gen.Int[1, 7].Array[0, 200], Gen.Bool, Gen.Bool).Sample((parts, sizes, truncated, thinking) =>
        {
            string output = string.Concat(parts);
            Assert.Equal(
                ParserHarness.Parse(Format, [output], truncated, thinking: thinking),
                ParserHarness.Parse(Format, ParserHarness.Chunk(output, sizes), truncated, thinking: thinking));
        });
    }

    private static List<ChatEvent> Parse(string output) => ParserHarness.Parse(Format, [output]);

    private static List<ChatEvent> TokensOnly(string output)
    {
        List<ChatEvent> events = [];
        IOutputParser parser = Format.CreateParser(new OutputParserSettings([ParserHarness.Tool("x")], false, Format.Markers.ToHashSet(), () => "id"));
        parser.Text(output, events);
        parser.Finish(truncated: false, events);
        return ParserHarness.Merge(events);
    }
}
