using Hearth.Commands.Bench.Sessions;
using Hearth.Config;
using Hearth.Providers;
using Hearth.Tests.Support;

namespace Hearth.Tests.Commands.Bench;

public sealed class SessionsBenchmarkTests
{
    private static readonly string[] Small = ["--prefix", "40", "--first", "20", "--text", "8", "--turns", "2", "--answer", "4"];

    [Fact]
    public async Task It_plays_every_scenario_on_a_server_of_its_own()
    {
        NativeLibraryFixture.Require();
        var (code, output, error) = await RunAsync(["--model", RepositoryPaths.BundledModel, "--context", "2048", "--threads", "1", .. Small]);

        Assert.True(code == 0, error);
        Assert.All(Scenario.All, s => Assert.Contains(s.Name, output, StringComparison.Ordinal));
        Assert.Matches(@"(?m)^hearth: overall amplification \d+\.\d{3}, (within|above) 1\.02$", output);
        Assert.DoesNotContain("another length", output, StringComparison.Ordinal);
        Assert.DoesNotContain("side by side", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_plays_the_same_script_on_others_and_puts_them_side_by_side()
    {
        NativeLibraryFixture.Require();
        await using var other = await SparkServer.StartAsync(new LaunchSettings { Context = 2048, Pool = 8192, Threads = 1 });
        var (code, output, error) = await RunAsync(
            ["--url", $"one={other.Client.BaseAddress}", "--url", $"two={other.Client.BaseAddress}", .. Small]);

        Assert.True(code == 0, error);
        Assert.Contains("two/one", output, StringComparison.Ordinal);
        Assert.DoesNotContain("hearth", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--turns must be at least 2", "--turns", "1")]
    [InlineData("must be at least 1", "--text", "0")]
    [InlineData("--url expects NAME=http://host:port, not 'here'", "--url", "here")]
    [InlineData("Two servers are named 'a'", "--url", "a=http://localhost:1", "--url", "a=http://localhost:2")]
    [InlineData("a: ", "--url", "a=http://127.0.0.1:1")]
    public async Task What_cannot_be_measured_is_one_sentence(string sentence, params string[] args)
    {
        var (code, _, error) = await RunAsync(args);

        Assert.Equal(1, code);
        Assert.Contains(sentence, Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    private static Task<(int Code, string Out, string Error)> RunAsync(params string[] args) =>
        BenchCommandRun.RunAsync("sessions", (terminal, stop) => SessionsBenchmark.Create(terminal, stop, new LocalModelLoader(terminal.Home).LoadAsync), args);
}
