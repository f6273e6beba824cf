using System.Text.Json;
using Hearth.Commands.Bench;
using Hearth.Commands.Bench.Prompt;
using Hearth.Providers;
using Hearth.Tests.Support;

namespace Hearth.Tests.Commands.Bench;

public sealed class PromptBenchmarkTests
{
    [Fact]
    public async Task It_measures_cold_and_warm_requests_and_counts_beside_a_stream()
    {
        NativeLibraryFixture.Require();
        var (code, output, error) = await RunAsync(
            "--model", RepositoryPaths.BundledModel, "--context", "1024", "--threads", "1", "--tokens", "3000", "--tools", "2", "--runs", "1",
            "--counts", "3", "--gaps", "4", "--pairs", "1");

        Assert.True(code == 0, error);
        Assert.Matches(@"(?m)^first request +\d{4} ", output);
        Assert.Matches(@"(?m)^one turn more +\d{4} ", output);
        Assert.Matches(@"(?m)^count_tokens warm p50, ms +\d", output);
        Assert.Matches(@"(?m)^whole stream beside the counts / alone, median of pairs +\d+\.\d\d\d$", output);
    }

    [Theory]
    [InlineData("--tokens", "0")]
    [InlineData("--tools", "-1")]
    [InlineData("--gaps", "1")]
    [InlineData("--pairs", "-1")]
    public async Task What_cannot_be_measured_is_one_sentence(string option, string value)
    {
        var (code, _, error) = await RunAsync(option, value);

        Assert.Equal(1, code);
        Assert.Contains(option, Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_session_with_one_turn_more_goes_on_where_it_stopped()
    {
        AgentSession session = new("a", new PseudoText(1, 3), 14);

        var shorter = Messages(session.Body(2));
        var longer = Messages(session.Body(3));

        Assert.Equal(["user", "assistant", "user", "assistant", "user"], shorter.Select(m => m.GetProperty("role").GetString()));
        Assert.Equal(shorter.Select(m => m.GetRawText()), longer.Take(shorter.Length).Select(m => m.GetRawText()));
        Assert.Equal(14, Enumerable.Range(0, 14).Select(AgentTools.Name).Distinct().Count());
    }

    private static JsonElement[] Messages(byte[] body) => [.. JsonElement.Parse(body).GetProperty("messages").EnumerateArray()];

    private static Task<(int Code, string Out, string Error)> RunAsync(params string[] args) =>
        BenchCommandRun.RunAsync("prompt", (terminal, stop) => PromptBenchmark.Create(terminal, stop, new LocalModelLoader(terminal.Home).LoadAsync), args);
}
