using Hearth.Chat.Formats;
using Hearth.Commands.Bench.Formats;

namespace Hearth.Tests.Commands.Bench;

public sealed class FormatsBenchmarkTests
{
    [Fact]
    public async Task Every_format_has_a_row_for_each_thing_that_grows()
    {
        (int code, string output, string error) = await RunAsync("--tokens", "1000", "--runs", "1");

        Assert.True(code == 0, error);
        Assert.All(OutputFormats.All, f => Assert.Matches($@"(?m)^{f.Name}, text +\d+ +\d+ +\d+ +\d+\.\d\d +\d+$", output));
        Assert.Contains("hermes, string argument", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_format_may_be_chosen()
    {
        (int code, string output, _) = await RunAsync("--tokens", "1000", "--runs", "1", "--format", "glm");

        Assert.Equal(0, code);
        Assert.Matches(@"(?m)^glm, many arguments ", output);
        Assert.DoesNotContain("hermes", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--tokens", "999")]
    [InlineData("--runs", "0")]
    [InlineData("--format", "nosuch")]
    public async Task What_cannot_be_measured_is_one_sentence(string option, string value)
    {
        (int code, _, string error) = await RunAsync(option, value);

        Assert.Equal(1, code);
        Assert.Contains(option, Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    private static Task<(int Code, string Out, string Error)> RunAsync(params string[] args) => BenchCommandRun.RunAsync("formats", FormatsBenchmark.Create, args);
}
