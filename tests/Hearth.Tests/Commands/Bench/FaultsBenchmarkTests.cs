using Hearth.Commands.Bench.Faults;
using Hearth.Tests.Support;

namespace Hearth.Tests.Commands.Bench;

public sealed class FaultsBenchmarkTests
{
    [Fact]
    public async Task A_fault_is_tried_on_servers_in_processes_of_their_own()
    {
        NativeLibraryFixture.Require();
        if (OperatingSystem.IsWindows())
            Assert.Skip("Faults are made with signals and a shell, which Windows does not have.");
        var (code, output, error) = await RunAsync("--model", RepositoryPaths.BundledModel, "--threads", "1", "--gpu", "cpu", "--only", "bit flipped");

        Assert.True(code == 0, output + error);
        Assert.Matches(@"(?m)^\| a bit flipped in every cache file \| .* \| [1-9]\d* files, 5 of 5 answers right.* \| holds \|$", output);
    }

    [Fact]
    public async Task A_name_that_no_fault_has_is_one_sentence()
    {
        var (code, _, error) = await RunAsync("--only", "locusts");

        Assert.Equal(1, code);
        Assert.Contains("locusts", Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_has_every_fault_with_its_promise()
    {
        var page = File.ReadAllText(Path.Combine(RepositoryPaths.Root, "docs", "reliability.md"));

        Assert.Empty(FaultsBenchmark.All.Select(f => $"| {f.Name} | {f.Promise} |").Where(row => !page.Contains(row, StringComparison.Ordinal)));
        Assert.Distinct(FaultsBenchmark.All.Select(f => f.Name));
    }

    private static Task<(int Code, string Out, string Error)> RunAsync(params string[] args) => BenchCommandRun.RunAsync("faults", FaultsBenchmark.Create, args);
}
