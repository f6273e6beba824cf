using System.Text.Json;
using Hearth.Chat;
using Hearth.Chat.Formats;
using Hearth.Commands.Bench.Formats;

namespace Hearth.Tests.Chat.Formats;

/// <summary>An answer with thinking, a call and text in every format, and a stop sequence in each of these places.</summary>
public sealed class FormatStopTests
{
    private const string Stop = "STOP HERE";

    public static TheoryData<string> Formats => [.. OutputFormats.All.Select(f => f.Name)];

    [Theory]
    [MemberData(nameof(Formats))]
    public void An_answer_is_spelled_as_its_format_reads_it(string name)
    {
        Answer answer = new(name);

        List<ChatEvent> events = ParserHarness.Parse(answer.Format, [answer.Text("before ") + answer.Call("a value") + answer.Text("after")]);

        Assert.Equal("f", Assert.Single(events.OfType<ToolCallStarted>()).Name);
        Assert.Equal("before after", Said(events));
        Assert.Equal(answer.Spelling.Thinking is null ? "" : "hm", Thought(ParserHarness.Parse(answer.Format, [answer.Thinking("hm") + answer.Text("x")])));
        Assert.Equal("a value", Argument(events));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_stop_sequence_ends_visible_text_and_neither_thinking_nor_a_call_wherever_the_answer_is_cut(string name)
    {
        Answer answer = new(name);
        string whole = answer.Thinking($"a {Stop} b") + answer.Text("before ") + answer.Call($"c {Stop} d") + answer.Text($"after {Stop} never");

        for (int size = 1; size <= 2 * Stop.Length; size++)
        {
            StopSequences stops = new([Stop]);
            List<ChatEvent> passed = [];
            foreach (ChatEvent item in answer.Format.ReadAll(whole.Chunk(size).Select(c => new string(c)), [ParserHarness.Tool("f")], cancellation: TestContext.Current.CancellationToken))
            {
                if (!stops.Pass(item, passed))
                    break;
            }

            Assert.Equal(Stop, stops.Matched);
            Assert.Equal(answer.Spelling.Thinking is null ? "" : $"a {Stop} b", Thought(passed));
            Assert.Equal($"c {Stop} d", Argument(passed));
            Assert.Equal("before after", Said(passed));
        }
    }

    private static string Said(IEnumerable<ChatEvent> events) =>
        string.Join(' ', string.Concat(events.OfType<TextDelta>().Select(t => t.Text)).Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries))
            .Replace("beforeafter", "before after", StringComparison.Ordinal);

    private static string Thought(IEnumerable<ChatEvent> events) => string.Concat(events.OfType<ThinkingDelta>().Select(t => t.Text));

    private static string? Argument(IEnumerable<ChatEvent> events) =>
        JsonElement.Parse(string.Concat(events.OfType<ToolCallArguments>().Select(a => a.Json))).GetProperty("key").GetString();

    /// <summary>Writes in one format.</summary>
    private sealed class Answer(string name)
    {
        public IOutputFormat Format { get; } = OutputFormats.Find(name)!;

        public AnswerSpelling Spelling => AnswerSpelling.Of(Format);

        public string Text(string text) => Spelling.Text(text);

        public string Thinking(string text) => Spelling.Thinking?.Invoke(text) ?? "";

        public string Call(string value) => Spelling.Call("f", [KeyValuePair.Create("key", value)]);
    }
}
