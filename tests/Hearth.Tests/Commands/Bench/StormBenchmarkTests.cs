using System.Text;
using Hearth.Commands.Bench.Servers;
using Hearth.Commands.Bench.Storm;
using Hearth.Tests.Support;

namespace Hearth.Tests.Commands.Bench;

[Collection(SparkServerCollection.Name)]
public sealed class StormBenchmarkTests(SparkServer spark)
{
    private static readonly StormPlan Plan = new(1, 1, 1, [], 10, 1, 1, RestSeconds: 1, Slowdown: 1.2);

    [Fact]
    public async Task Everybody_who_leaves_or_stays_is_accounted_for()
    {
        var (code, output, error) = await RunAsync(
            "--url", spark.Server.Client.BaseAddress!.ToString(), "--hang-ups", "24", "--waves", "2", "--at-once", "8", "--bursts", "6", "--words", "40",
            "--answer", "16", "--rest", "30", "--slowdown", "1000");

        Assert.True(code == 0, output + error);
        Assert.Matches(@"(?m)^wave 2: 12 hang-ups +holds .* 0 cut, 0 without an answer$", output);
        Assert.Matches(@"(?m)^burst of 6 +holds .* 6 answered, 0 refused, 0 left", output);
        Assert.Matches(@"(?m)^first token of the next request / idle +holds", output);
    }

    [Theory]
    [InlineData("--hang-ups", "-1")]
    [InlineData("--waves", "0")]
    [InlineData("--at-once", "0")]
    [InlineData("--bursts", "64,many")]
    [InlineData("--words", "9")]
    [InlineData("--rest", "0")]
    [InlineData("--slowdown", "NaN")]
    public async Task What_cannot_be_stormed_is_one_sentence(string option, string value)
    {
        var (code, _, error) = await RunAsync(option, value);

        Assert.Equal(1, code);
        Assert.Contains(option, Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public void Clients_are_the_same_for_the_same_seed_and_leave_at_every_moment()
    {
        var moves = HangUp.Plan(7, 300, 100);

        Assert.Equal(moves, HangUp.Plan(7, 300, 100));
        Assert.NotEqual(moves, HangUp.Plan(8, 300, 100));
        Assert.Equal(Enum.GetValues<HangUpMoment>(), moves.Select(m => m.Moment).Distinct().Order());
        Assert.Equal(4, moves.Select(m => (m.IsStreamed, m.BreaksOff)).Distinct().Count());
        Assert.All(moves, m => Assert.InRange(m.Words, 10, 100));
    }

    [Fact]
    public void An_answer_that_the_server_cuts_breaks_the_promise()
    {
        StormTally tally = new();
        tally.AddAnswer(HttpAnswer.Read(Encoding.UTF8.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")));
        tally.AddLeft();
        Assert.True(tally.IsWhole);
        tally.AddAnswer(null);
        StormReport report = new(Plan);
        report.AddTally("wave", tally);

        Assert.Equal("wave", Assert.Single(report.Broken));
        Assert.Contains("1 answered, 0 refused, 1 left, 1 cut", report.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1.0, 0, false)]
    [InlineData(1.1, 0, true)]
    [InlineData(null, 3, true)]
    public void A_server_that_does_not_rest_in_time_breaks_the_promise(double? seconds, int running, bool isBroken)
    {
        StormReport report = new(Plan);
        report.AddRest("wave", seconds, new EngineBooks(new Dictionary<string, double> { ["running"] = running }));

        Assert.Equal(isBroken, report.Broken.Count > 0);
    }

    [Fact]
    public void A_next_request_that_is_slower_than_promised_or_has_no_answer_breaks_the_promise()
    {
        Assert.Empty(Broken([100, 100, 100], [120, 90, 110]));
        Assert.Single(Broken([100, 100, 100], [130, 121, 90]));
        Assert.Single(Broken([100, 100, 100], [90, null, 90]));
    }

    private static List<string> Broken(IReadOnlyList<double?> idle, IReadOnlyList<double?> next)
    {
        StormReport report = new(Plan);
        report.AddFirstTokens("next", idle, next);
        return report.Broken;
    }

    private static Task<(int Code, string Out, string Error)> RunAsync(params string[] args) => BenchCommandRun.RunAsync("storm", StormBenchmark.Create, args);
}
