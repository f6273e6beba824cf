using CsCheck;
using Hearth.Chat;
using Hearth.Chat.Formats;

namespace Hearth.Tests.Chat.Formats;

public sealed class StopSequencesTests
{
    [Fact]
    public void A_stop_sequence_across_deltas_ends_the_text_before_it()
    {
        (string text, string? matched) = Run(["</block>"], ["yes</bl", "ock>", "more"]);

        Assert.Equal(("yes", "</block>"), (text, matched));
    }

    [Fact]
    public void The_beginning_of_a_stop_sequence_that_does_not_come_is_released_in_order()
    {
        StopSequences stops = new(["END"]);
        List<ChatEvent> output = [];
        Assert.True(stops.Pass(new TextDelta("a EN"), output));
        Assert.True(stops.Pass(new ToolCallFinished(), output));

        Assert.Equal([new TextDelta("a EN"), new ToolCallFinished()], ParserHarness.Merge(output));
    }

    [Fact]
    public void Thinking_and_arguments_are_not_searched()
    {
        StopSequences stops = new(["END"]);
        List<ChatEvent> output = [];

        Assert.True(stops.Pass(new ThinkingDelta("END"), output));
        Assert.True(stops.Pass(new ToolCallArguments("\"END\""), output));
    }

    [Fact]
    public void Any_chunking_stops_at_the_same_place()
    {
        Gen.Select(Gen.OneOf("a", "b", "c", "ab").Array[0, 12], Gen.Int[1, 3].Array[0, 30]).Sample((parts, sizes) =>
        {
            string text = string.Concat(parts);
            Assert.Equal(Run(["abc", "bca", "cc"], [text]), Run(["abc", "bca", "cc"], ParserHarness.Chunk(text, sizes)));
        });
    }

    private static (string Text, string? Matched) Run(string[] sequences, IEnumerable<string> deltas)
    {
        StopSequences stops = new(sequences);
        List<ChatEvent> output = [];
        foreach (string delta in deltas)
        {
            if (!stops.Pass(new TextDelta(delta), output))
                break;
        }

        stops.Flush(output);
        return (string.Concat(output.OfType<TextDelta>().Select(t => t.Text)), stops.Matched);
    }
}
