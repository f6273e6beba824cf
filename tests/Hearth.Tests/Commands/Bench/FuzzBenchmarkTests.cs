using System.Text;
using Hearth.Commands.Bench.Fuzz;
using Hearth.Commands.Bench.Servers;
using Hearth.Tests.Support;

namespace Hearth.Tests.Commands.Bench;

/// <summary>Hostile bodies over every endpoint of a real server, which <c>hearth bench fuzz</c> sends by the hundred thousand.</summary>
[Collection(SparkServerCollection.Name)]
public sealed class FuzzBenchmarkTests(SparkServer spark)
{
    /// <summary>Bodies of an ordinary run, which takes some seconds.</summary>
    private const int Rounds = 500;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task No_body_breaks_a_promise_of_the_wire()
    {
        FuzzProbe probe = new(spark.Server.Client.BaseAddress!, Limit, TimeProvider.System);
        List<string> faults = [];
        foreach (var index in FuzzRounds.Seeds(Rounds))
        {
            var outcome = await probe.SendAsync(FuzzCase.Of(1, index), TestContext.Current.CancellationToken);
            if (outcome.Fault is { } fault)
                faults.Add($"--seed 1 --only {index}: {fault}");
        }

        Assert.Empty(faults);
    }

    [Fact]
    public async Task The_bodies_that_everything_grows_out_of_are_right()
    {
        foreach (var (path, body) in WholeBodies.All)
        {
            using var response = await spark.Server.PostAsync(path, body);
            Assert.True(response.IsSuccessStatusCode, $"{path}: {await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}");
        }
    }

    [Fact]
    public void A_number_and_a_seed_are_one_request()
    {
        var cases = Enumerable.Range(0, 200).Select(i => FuzzCase.Of(5, i)).ToList();

        Assert.Equal(cases.Select(c => c.Bytes), Enumerable.Range(0, 200).Select(i => FuzzCase.Of(5, i).Bytes));
        Assert.NotEqual(cases[0].Bytes, FuzzCase.Of(6, 0).Bytes);
        Assert.Equal(4, cases.Select(c => c.Path).Distinct().Count());
        Assert.Contains(cases, c => c.Body.Length > 50_000);
        Assert.Contains(cases, c => !System.Text.Unicode.Utf8.IsValid(c.Body));
        Assert.Contains(cases, c => Encoding.Latin1.GetString(c.Bytes).Contains("chunked", StringComparison.Ordinal));
    }

    [Fact]
    public void The_first_fault_is_the_one_with_the_lowest_number_and_memory_counts_by_quarters()
    {
        Queue<double> memory = new([100, 150, 120, 160, 130, 170, 190, 180]);
        FuzzTally tally = new(() => new ProcessVitals(memory.Dequeue(), null), 8);
        foreach (var index in (int[])[5, 2, 7, 0, 1, 3, 4, 6])
            tally.Add(FuzzCase.Of(1, index), new FuzzOutcome(500, index is 2 or 7 or 5 ? "500: x" : null, TimeSpan.Zero));

        Assert.Equal(2, tally.FirstFault);
        Assert.Equal(60, tally.Growth);
        Assert.Contains("FAULT (first: number 2): 500: x", tally.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--count", "0")]
    [InlineData("--clients", "0")]
    [InlineData("--limit", "0")]
    public async Task What_cannot_be_sent_is_one_sentence(string option, string value)
    {
        var (code, _, error) = await BenchCommandRun.RunAsync("fuzz", FuzzBenchmark.Create, [option, value]);

        Assert.Equal(1, code);
        Assert.Contains(option, Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }
}
