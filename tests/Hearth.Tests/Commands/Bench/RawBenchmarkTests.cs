using Hearth.Commands;
using Hearth.Commands.Bench;
using Hearth.Tests.Support;

namespace Hearth.Tests.Commands.Bench;

public sealed class RawBenchmarkTests
{
    [Fact]
    public async Task It_compares_the_engine_with_the_loop_on_any_model()
    {
        NativeLibraryFixture.Require();
        var (code, output, _) = await RunAsync("--model", RepositoryPaths.BundledModel, "--pairs", "2", "--prompt", "600", "--answer", "8", "--threads", "1");

        Assert.Equal(0, code);
        Assert.Matches(@"(?m)^prompt: raw [\d.]+ tokens/s, hearth [\d.]+ tokens/s, ratio median \d\.\d+ .*2 pairs", output);
        Assert.Matches(@"(?m)^decode: raw ", output);
    }

    [Theory]
    [InlineData("--pairs", "0")]
    [InlineData("--answer", "1")]
    [InlineData("--model", "/nowhere/model.gguf")]
    public async Task What_cannot_be_measured_is_one_sentence(string option, string value)
    {
        NativeLibraryFixture.Require();
        var (code, _, error) = await RunAsync(option, value);

        Assert.Equal(1, code);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData(new[] { 3.0, 1, 2 }, 2)]
    [InlineData(new[] { 4.0, 1, 2, 3 }, 2.5)]
    [InlineData(new[] { 7.0 }, 7)]
    public void The_median_lies_in_the_middle(double[] numbers, double median) => Assert.Equal(median, Quantiles.Of(numbers).Median);

    private static async Task<(int Code, string Out, string Error)> RunAsync(params string[] args)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        using StopRequests stop = new();
        using TemporaryFolder home = new();
        Terminal terminal = new(TextReader.Null, output, error, _ => null, home.Path, home.Path);
        CommandParts parts = new((_, _, _, _) => throw new InvalidOperationException(), [RawBenchmark.Create(terminal, stop)]);
        var code = await CommandLine.RunAsync(["bench", "raw", .. args], terminal, stop, parts);
        return (code, output.ToString(), error.ToString());
    }
}
