using Hearth.Commands.Bench.Latency;
using Hearth.Providers;
using Hearth.Tests.Support;

namespace Hearth.Tests.Commands.Bench;

public sealed class LatencyBenchmarkTests
{
    [Fact]
    public async Task It_measures_all_parts_on_a_server_of_its_own()
    {
        NativeLibraryFixture.Require();
        var (code, output, error) = await RunAsync(
            "--model", RepositoryPaths.BundledModel, "--context", "1024", "--threads", "1", "--history", "100", "--text", "5", "--pairs", "1",
            "--gaps", "4");

        Assert.True(code == 0, error);
        Assert.Matches(@"(?m)^turn beside / alone, median of pairs +\d+\.\d\d$", output);
        Assert.Matches(@"(?m)^stream beside a prefill: gap p99, ms +\d", output);
        Assert.Matches(@"(?m)^tiny request after a hang-up: first token p50, ms +\d", output);
    }

    [Theory]
    [InlineData("--pairs", "0")]
    [InlineData("--gaps", "1")]
    [InlineData("--history", "-1")]
    public async Task What_cannot_be_measured_is_one_sentence(string option, string value)
    {
        var (code, _, error) = await RunAsync(option, value);

        Assert.Equal(1, code);
        Assert.Contains(option, Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 8192, 6144)]
    [InlineData(0, 131072, 8000)]
    [InlineData(0, null, 8000)]
    [InlineData(500, 8192, 500)]
    public void The_history_fits_the_window_where_none_is_asked_for(int asked, int? window, int history) =>
        Assert.Equal(history, new LatencyPlan(asked, 1, 1, 2, 1).Within(window).History);

    [Fact]
    public void Figures_that_a_server_does_not_tell_are_dashes()
    {
        var text = LatencyBenchmark.Table([("a", [new Figure("x", 2)]), ("b", [new Figure("x", null)]), ("c", [new Figure("x", 5)])]);

        Assert.Matches(@"(?m)^x +2\.0 +- +5\.0 +- +2\.50$", text);
    }

    private static Task<(int Code, string Out, string Error)> RunAsync(params string[] args) =>
        BenchCommandRun.RunAsync("latency", (terminal, stop) => LatencyBenchmark.Create(terminal, stop, new LocalModelLoader(terminal.Home).LoadAsync), args);
}
