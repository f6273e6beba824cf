using CsCheck;
using Hearth.Chat;
using Hearth.Chat.Formats;

namespace Hearth.Tests.Chat.Formats;

/// <summary>What holds for the parser of every format, whatever a model writes.</summary>
public sealed class ChunkingTests
{
    public static TheoryData<string> Formats => [.. OutputFormats.All.Select(f => f.Name)];

    [Theory]
    [MemberData(nameof(Formats))]
    public void Any_chunking_of_anything_gives_the_same_events(string name)
    {
        IOutputFormat format = OutputFormats.Find(name)!;
        Gen.Select(Output(format), Gen.Int[1, 7].Array[0, 300], Gen.Bool, Gen.Bool).Sample(
            (parts, sizes, truncated, thinking) =>
            {
                string output = string.Concat(parts);
                Assert.Equal(
                    ParserHarness.Parse(format, [output], truncated, thinking: thinking),
                    ParserHarness.Parse(format, ParserHarness.Chunk(output, sizes), truncated, thinking: thinking));
            },
            iter: 300);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Every_call_begins_once_and_ends_once_and_a_whole_one_has_an_object(string name)
    {
        IOutputFormat format = OutputFormats.Find(name)!;
        Gen.Select(Output(format), Gen.Bool).Sample(
            (parts, truncated) =>
            {
                List<ChatEvent> events = ParserHarness.Parse(format, [string.Concat(parts)], truncated);
                bool isOpen = false;
                string json = "";
                foreach (ChatEvent item in events)
                {
                    Assert.Equal(item is ToolCallArguments or ToolCallFinished or ToolCallDropped, isOpen);
                    isOpen = item is ToolCallStarted or ToolCallArguments;
                    json = item switch { ToolCallStarted => "", ToolCallArguments a => json + a.Json, _ => json };
                    if (item is ToolCallFinished)
                        Assert.Equal(System.Text.Json.JsonValueKind.Object, System.Text.Json.JsonDocument.Parse(json).RootElement.ValueKind);
                }

                Assert.False(isOpen);
            },
            iter: 300);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Without_tools_nothing_is_a_call(string name)
    {
        IOutputFormat format = OutputFormats.Find(name)!;
        Output(format).Sample(
            parts => Assert.DoesNotContain(ParserHarness.Parse(format, [string.Concat(parts)], tools: false), e => e is ToolCallStarted),
            iter: 200);
    }

    /// <summary>Markers, pieces of calls and text in any order, so that a whole call comes up now and then.</summary>
    private static Gen<string[]> Output(IOutputFormat format)
    {
        string[] pieces =
        [
            .. format.Markers, "f", "x", " ", "\n", "text", "<", "</", "[", "]", "{", "}", "\"", ">", "(", ")", "a=1", ":", ",", "é🚀", "functions.f:0", "call:f",
            "to=functions.f ", "{\"name\": \"f\", \"arguments\": {\"a\": \"<b\"}}", "{\"a\": [1, \"b\"]}", "f(a=[1, 'b'])", "a\">", "f\">", "call tool=\"f\"", "tools",
            "argument key=\"a\" type=\"string\"", "argument", "{\"function\": {\"name\": \"f\"}}", "{\"function\": ", "'''", "f\n",
        ];
        return Gen.Int[0, pieces.Length - 1].Select(i => pieces[i]).Array[0, 14];
    }
}
