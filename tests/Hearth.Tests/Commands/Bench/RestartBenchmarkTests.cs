using Hearth.Commands.Bench.Restart;
using Hearth.Tests.Support;

namespace Hearth.Tests.Commands.Bench;

public sealed class RestartBenchmarkTests
{
    [Fact]
    public async Task It_compares_a_restored_first_token_with_a_cold_one_and_counts_what_a_session_computes()
    {
        NativeLibraryFixture.Require();
        var (code, output, error) = await BenchCommandRun.RunAsync(
            "restart", RestartBenchmark.Create,
            ["--model", RepositoryPaths.BundledModel, "--lengths", "300,700", "--turns", "3", "--pairs", "1", "--segments", "--threads", "1"]);

        Assert.True(code == 0, error);

        // Everything but the last token, whose logits are needed, comes back.
        Assert.Matches(@"(?m)^300 +\d+ +\d+ +[\d.]+ +1 +2 ", output);
        Assert.Matches(@"(?m)^700 +\d+ +\d+ +[\d.]+ +1 +3 ", output);
        Assert.Matches(@"(?m)^3 turns with a restart between each: (7\d\d) prompt tokens computed, \1 new, amplification 1\.0000$", output);
        Assert.Matches(@"(?m)^a prompt is written +[\d.]+ +[\d.]+ +[\d.]+$", output);
        Assert.Matches(@"(?m)^256 +\d+ +[\d.]+ +[\d.]+$", output);
    }

    [Theory]
    [InlineData("--lengths", "0")]
    [InlineData("--lengths", "many")]
    [InlineData("--turns", "-1")]
    [InlineData("--threads", "0")]
    public async Task What_cannot_be_measured_is_one_sentence(string option, string value)
    {
        var (code, _, error) = await BenchCommandRun.RunAsync("restart", RestartBenchmark.Create, [option, value]);

        Assert.Equal(1, code);
        Assert.Contains(option, Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }
}
