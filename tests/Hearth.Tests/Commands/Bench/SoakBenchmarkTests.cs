using Hearth.Commands.Bench.Soak;
using Hearth.Providers;
using Hearth.Tests.Support;

namespace Hearth.Tests.Commands.Bench;

public sealed class SoakBenchmarkTests
{
    [Fact]
    public async Task It_watches_the_memory_while_sessions_run()
    {
        NativeLibraryFixture.Require();
        var (code, output, error) = await RunAsync(
            "--model", RepositoryPaths.BundledModel, "--context", "1024", "--threads", "1", "--clients", "2", "--minutes", "0.02");

        Assert.True(code == 0, error);
        Assert.Matches(@"resident +[\d.]+ MB +managed +[\d.]+ MB +\d+ done", output);
        Assert.EndsWith("Too short for a slope.\n", output);
    }

    [Theory]
    [InlineData("--minutes", "0")]
    [InlineData("--minutes", "NaN")]
    [InlineData("--clients", "0")]
    public async Task What_cannot_be_measured_is_one_sentence(string option, string value)
    {
        var (code, _, error) = await RunAsync(option, value);

        Assert.Equal(1, code);
        Assert.Contains(option, Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public void The_slope_is_that_of_the_second_half()
    {
        IReadOnlyList<MemorySample> samples =
            [Sample(1, 10), Sample(2, 500), Sample(3, 900), Sample(4, 1000), Sample(5, 1002), Sample(6, 1004)];

        Assert.Equal(2, MemorySlope.OfSecondHalf(samples)!.Value, 9);
    }

    [Fact]
    public void One_moment_has_no_slope()
    {
        Assert.Null(MemorySlope.OfSecondHalf([Sample(1, 10)]));
        Assert.Null(MemorySlope.OfSecondHalf([Sample(1, 10), Sample(1, 11), Sample(1, 12)]));
    }

    private static MemorySample Sample(double minutes, double megabytes) => new(TimeSpan.FromMinutes(minutes), megabytes);

    private static Task<(int Code, string Out, string Error)> RunAsync(params string[] args) =>
        BenchCommandRun.RunAsync("soak", (terminal, stop) => SoakBenchmark.Create(terminal, stop, new LocalModelLoader(terminal.Home).LoadAsync), args);
}
