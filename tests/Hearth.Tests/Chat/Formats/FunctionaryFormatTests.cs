using Hearth.Chat;
using Hearth.Chat.Formats;

namespace Hearth.Tests.Chat.Formats;

public sealed class FunctionaryFormatTests
{
    private static readonly IOutputFormat Format = OutputFormats.Find("functionary-v32")!;

    [Theory]
    [InlineData("all\nHello.")]
    [InlineData(">>>all\nHello.")]
    [InlineData("all \r\nHello.")]
    [InlineData("Hello.")]
    public void What_goes_to_everybody_is_text(string output) => Assert.Equal([new TextDelta("Hello.")], Parse(output));

    [Theory]
    [InlineData("f\n{\"a\": 1}")]
    [InlineData(">>>f\n{\"a\": 1}\n")]
    [InlineData("f \n\n{\"a\": 1}")]
    public void A_name_and_an_object_are_a_call(string output) => Assert.Equal([.. Call("f", "{\"a\": 1}")], Parse(output));

    [Theory]
    [InlineData("all\nI look.>>>f\n{\"a\": \">>>x\\n{}\"}>>>x\n{}")]
    [InlineData("all\nI look.\n>>>f\n{\"a\": \">>>x\\n{}\"}\n>>>x\n{}\n")]
    public void Calls_follow_text_and_each_other(string output) =>
        Assert.Equal([new TextDelta("I look."), .. Call("f", "{\"a\": \">>>x\\n{}\"}"), .. Call("x", "{}", 2)], Parse(output));

    [Fact]
    public void Text_may_follow_a_call() =>
        Assert.Equal([.. Call("f", "{}"), new TextDelta("Done.")], Parse("f\n{}\n>>>all\nDone."));

    [Fact]
    public void A_tool_that_nobody_offered_is_called_where_a_message_begins_and_not_within_a_line()
    {
        Assert.Equal([.. Call("other", "{}")], Parse("other\n{}"));
        Assert.Equal([new TextDelta("see >>>other\n{}")], Parse("all\nsee >>>other\n{}"));
    }

    [Theory]
    [InlineData(">>> print(1)\n1\n>>> exit()")]
    [InlineData("a quote:\n>>>quoted\ntext")]
    [InlineData(">>>")]
    [InlineData(">>>f\n{\"a\": }")]
    [InlineData(">>>f")]
    public void What_is_no_message_is_text_and_nothing_is_lost(string output) => Assert.Equal([new TextDelta(output)], Written("all\n" + output));

    [Fact]
    public void A_call_that_a_limit_cut_is_none()
    {
        Assert.Equal([new TextDelta("I look.")], Written("all\nI look.\n>>>f\n{\"a\"", truncated: true));
        Assert.Equal([new TextDelta("I look.")], Written("all\nI look.\n>>>f", truncated: true));
        Assert.Equal([new TextDelta("Hel")], Written("Hel", truncated: true));
    }

    [Fact]
    public void Without_tools_only_the_recipient_is_taken_away()
    {
        Assert.Equal([new TextDelta("Hi.")], ParserHarness.Parse(Format, ["all\nHi."], tools: false));
        Assert.Equal([new TextDelta("f\n{}")], ParserHarness.Parse(Format, ["f\n{}"], tools: false));
    }

    private static ChatEvent[] Call(string name, string json, int number = 1) =>
        [new ToolCallStarted($"call_{number}", name), new ToolCallArguments(json), new ToolCallFinished()];

    private static List<ChatEvent> Parse(string output) => ParserHarness.Parse(Format, [output]);

    /// <summary>What remains when calls that turned out to be none are forgotten.</summary>
    private static List<ChatEvent> Written(string output, bool truncated = false) =>
        ParserHarness.Merge(ParserHarness.Parse(Format, [output], truncated).Where(e => e is TextDelta or ThinkingDelta or ToolCallFinished));
}
