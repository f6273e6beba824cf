namespace Hearth.Tests.Commands;

public sealed class ParseCommandTests
{
    [Fact]
    public async Task An_answer_from_standard_input_is_shown_as_json()
    {
        using CommandRun run = new() { Input = "<think>hm</think>Ça va." };

        Assert.Equal(0, await run.RunAsync("parse", "-", "--format", "hermes"));
        Assert.Equal(
            """{"format":"hermes","content":"Ça va.","reasoning_content":"hm","tool_calls":[],"finish_reason":"stop"}""", run.Out.Trim());
    }

    [Fact]
    public async Task Calls_are_shown_without_the_tools_that_were_offered()
    {
        using CommandRun run = new() { Input = "<tool_call>{\"name\": \"f\", \"arguments\": {}}</tool_call>" };

        Assert.Equal(0, await run.RunAsync("parse", "-", "--format", "hermes"));
        Assert.Contains("""[{"name":"f","arguments":"{}"}]""", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no-such-file.txt", "--format", "hermes", "no-such-file.txt")]
    [InlineData("-", "--format", "nosuch", "There is no format 'nosuch'")]
    public async Task A_mistake_is_one_line_that_names_it(string file, string option, string value, string expected)
    {
        using CommandRun run = new() { Input = "x" };

        Assert.NotEqual(0, await run.RunAsync("parse", file, option, value));
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
    }
}
