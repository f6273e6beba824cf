using Hearth.Commands.Bench.Trace;
using Hearth.Tests.Support;

namespace Hearth.Tests.Commands.Bench;

public sealed class TraceBenchmarkTests
{
    private const string Session = """
        {"id": "s", "block_size": 4, "requests": [
          {"t": 1, "in": 10, "out": 3, "hash_ids": [1, 2]},
          {"t": 9, "in": 14, "out": 1, "hash_ids": [1, 2, 5]},
          {"t": 4, "agent_id": "a", "requests": [{"t": 1, "in": 8, "out": 2, "hash_ids": [1, 7]}]},
          {"t": 12, "in": 12, "out": 1, "hash_ids": [1, 2, 5]},
          {"t": 14, "in": 8, "out": 1, "hash_ids": [5, 2]},
          {"t": 20, "in": 40, "out": 1, "hash_ids": [11, 12, 13, 14, 15, 16, 17, 18, 19, 20]}
        ]}
        """;

    [Fact]
    public void New_tokens_are_blocks_never_seen_and_rests_and_every_other_has_its_reason()
    {
        var count = Assert.Single(TraceBenchmark.Play([Read(Session)], 100, TestContext.Current.CancellationToken));

        // Two blocks and a rest; the sub-agent's second block; a block and a rest; the last token of a known prompt; two known blocks in
        // another order; ten new blocks.
        Assert.Equal(new TraceCount("s", 6, 92, 10 + 4 + 6 + 1 + 8 + 40, 10 + 4 + 6 + 40, LastTokens: 2, BehindNew: 0, NotHeld: 7), count);
    }

    [Fact]
    public void A_file_of_another_kind_is_refused()
    {
        using TemporaryFolder folder = new();
        var path = Path.Combine(folder.Path, "x.json");
        File.WriteAllText(path, "[1]");

        Assert.Contains("is not a recorded session", Assert.Throws<InvalidDataException>(() => TraceFile.Read(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Recorded_sessions_compute_next_to_nothing_twice()
    {
        string[] paths = [.. Directory.GetFiles(RepositoryPaths.RequireShared("traces"), "*.gz").Order(StringComparer.Ordinal)];
        var counts = paths.Select(TraceFile.Read).Chunk(3).SelectMany(group => TraceBenchmark.Play(group, 100, TestContext.Current.CancellationToken)).ToList();

        Assert.NotEmpty(counts);
        Assert.All(counts, c => Assert.InRange(c.Amplification, 1, 1.02));
    }

    private static TraceFile Read(string json)
    {
        using TemporaryFolder folder = new();
        var path = Path.Combine(folder.Path, "trace.json");
        File.WriteAllText(path, json);
        return TraceFile.Read(path);
    }
}
