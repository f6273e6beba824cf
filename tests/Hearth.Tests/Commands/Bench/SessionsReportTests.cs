using Hearth.Commands.Bench.Servers;
using Hearth.Commands.Bench.Sessions;

namespace Hearth.Tests.Commands.Bench;

public sealed class SessionsReportTests
{
    [Fact]
    public void Amplification_is_of_the_sums_and_not_a_mean_of_ratios()
    {
        var sum = PrefillSum.Of([Request(prefilled: 100, news: 100), Request(prefilled: 50, news: 1)]);

        Assert.Equal(2, sum.Requests);
        Assert.Equal(150 / 101.0, sum.Amplification);
        Assert.Null(PrefillSum.Of([]).Amplification);
    }

    [Fact]
    public void The_tables_of_one_server_add_up()
    {
        SessionsReport report = new([("hearth", [
            Request("a", RequestKind.First, 100, 100, 10),
            Request("a", RequestKind.Turn, 3, 2, 20),
            Request("b", RequestKind.Turn, 1, 2, 40)])]);

        Assert.Equal(
            """
            hearth
            scenario  requests  prompt  prefilled  new  amplification
            a                2     103        103  102          1.010
            b                1       1          1    2          0.500
            all              3     104        104  104          1.000

            time to first token, ms  requests   p50   p95
            first of a session              1  10.0  10.0
            turn                            2  30.0  39.0

            hearth: overall amplification 1.000, within 1.02

            """,
            report.ToString());
    }

    [Fact]
    public void Two_servers_stand_side_by_side_with_ratios()
    {
        SessionsReport report = new([
            ("hearth", [Request("a", RequestKind.First, 100, 100, 10)]),
            ("other", [Request("a", RequestKind.First, 250, 100, 15)])]);

        var text = report.ToString();
        Assert.Matches(@"(?m)^prefilled, a +100 +250 +2\.50$", text);
        Assert.Matches(@"(?m)^amplification +1\.000 +2\.500 +2\.50$", text);
        Assert.Matches(@"(?m)^first token p50 ms, first of a session +10\.0 +15\.0 +1\.50$", text);
        Assert.Contains("other: overall amplification 2.500, above 1.02", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Prompts_that_the_renderer_sees_differently_are_told()
    {
        SessionsReport report = new([("other", [Request("a", RequestKind.First, 100, 100, 1) with { Rendered = 93 }])]);

        Assert.Contains("1 prompts have another length here than the renderer says, 7 tokens at most.", report.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Counts_of_the_stream_replace_each_other_field_by_field()
    {
        var counts = TokenCounts.Of([new TokensWire(10, 2, 30, 1), new TokensWire(null, null, null, 5), new TokensWire(12, null, 28, null)]);

        Assert.Equal(new TokenCounts(14, 28, 5), counts);
        Assert.Equal(42, counts.Prompt);
    }

    private static MeasuredRequest Request(int prefilled, int news) => Request("a", RequestKind.Turn, prefilled, news, 1);

    private static MeasuredRequest Request(string scenario, RequestKind kind, int prefilled, int news, int milliseconds) =>
        new(scenario, kind, prefilled, prefilled, prefilled, news, TimeSpan.FromMilliseconds(milliseconds));
}
