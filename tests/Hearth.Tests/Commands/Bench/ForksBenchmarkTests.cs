using Hearth.Commands.Bench.Forks;
using Hearth.Tests.Support;

namespace Hearth.Tests.Commands.Bench;

public sealed class ForksBenchmarkTests
{
    [Fact]
    public async Task It_compares_branches_at_once_with_one_alone()
    {
        NativeLibraryFixture.Require();
        var (code, output, error) = await BenchCommandRun.RunAsync(
            "forks", ForksBenchmark.Create,
            ["--model", RepositoryPaths.BundledModel, "--history", "80", "--text", "4", "--answer", "6", "--forks", "2", "--threads", "1"]);

        Assert.True(code == 0, error);
        Assert.Matches(@"(?m)^history +80 ", output);
        Assert.Matches(@"(?m)^one branch +\d+ ", output);
        Assert.Matches(@"(?m)^2 at once / one branch: decode ", output);
    }

    [Theory]
    [InlineData("--history", "0")]
    [InlineData("--forks", "65")]
    [InlineData("--answer", "1")]
    public async Task What_cannot_be_measured_is_one_sentence(string option, string value)
    {
        var (code, _, error) = await BenchCommandRun.RunAsync("forks", ForksBenchmark.Create, [option, value]);

        Assert.Equal(1, code);
        Assert.Contains(option, Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public void Branches_share_the_history_and_nothing_after_it()
    {
        ForksPlan plan = new(100, 4, 10, 8, 1);

        Assert.Equal(plan.Prompt(null, 256), plan.Prompt(1, 256)[..100]);
        Assert.NotEqual(plan.Prompt(1, 256)[100..], plan.Prompt(2, 256)[100..]);
        Assert.Equal((256, 1280), (plan.Window, plan.Pool));
    }

    [Fact]
    public void The_common_speed_is_counted_only_while_every_branch_decodes()
    {
        var together = ForkSpeed.Together([Run(1, 2, 3, 4), Run(2, 3, 4, 5, 6)]);

        Assert.Equal(2, together);
        Assert.Equal(9 / 6.0, ForkSpeed.Whole([Run(1, 2, 3, 4), Run(2, 3, 4, 5, 6)]));
    }

    [Fact]
    public void Branches_one_after_the_other_have_no_common_speed() => Assert.Null(ForkSpeed.Together([Run(1, 2), Run(3, 4)]));

    private static ForkRun Run(params double[] seconds) => new(1, [.. seconds.Select(TimeSpan.FromSeconds)], []);
}
