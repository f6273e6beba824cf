using System.Collections.Concurrent;
using System.Diagnostics;
using Hearth.Children;
using Hearth.Documents;
using Hearth.Tests.Support;

namespace Hearth.Tests.Documents;

/// <summary>Hostile files end their own reading and nothing else. The variable of <see cref="FuzzRounds"/> makes them many.</summary>
public sealed class HostilePdfTests(ITestOutputHelper output)
{
    /// <summary>One of each kind in an ordinary run.</summary>
    private static readonly int Rounds = HostilePdfs.Names.Count;

    /// <summary>Shorter than a server's limits: the files are made to reach whatever limit there is.</summary>
    private static readonly ChildLimits Limits = new() { Processor = TimeSpan.FromSeconds(1), HeapBytes = 160 * 1024 * 1024, MemoryBytes = 320 * 1024 * 1024 };

    /// <summary>What a child may take beyond its time on a busy machine, to start and to die.</summary>
    private static readonly TimeSpan Slack = Limits.Start + TimeSpan.FromSeconds(30);

    /// <summary>What the parent's side of it all may keep, whatever the number of files.</summary>
    private const long KeptBytes = 64L * 1024 * 1024;

    [Fact]
    public async Task No_file_does_more_than_end_its_own_reading()
    {
        CollectedLines log = new();
        await using ChildPool pool = new(ChildProgram.OfProcess(), PdfReader.Work, Limits, TimeProvider.System, log);
        ConcurrentDictionary<string, int> outcomes = new();
        var slowest = TimeSpan.Zero;
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await Parallel.ForEachAsync(
            FuzzRounds.Seeds(Rounds),
            new ParallelOptions { MaxDegreeOfParallelism = Limits.Children, CancellationToken = TestContext.Current.CancellationToken },
            async (seed, cancellation) =>
            {
                var (name, file) = HostilePdfs.Create(seed);
                var started = Stopwatch.GetTimestamp();
                var outcome = await pool.AskAsync(file, Limits.Time, cancellation);
                var elapsed = Stopwatch.GetElapsedTime(started);
                var end = outcome is ChildOutcome.Failed failed ? failed.Fault.ToString() : "Answered";
                outcomes.AddOrUpdate(end, 1, (_, count) => count + 1);
                slowest = elapsed > slowest ? elapsed : slowest;
                Assert.True(end is not ("Busy" or "CannotStart"), $"Seed {seed} ({name}): {log.Lines.LastOrDefault()}");
                Assert.True(elapsed < Limits.Time + Slack, $"Seed {seed} ({name}): {elapsed}");
            });
        var growth = GC.GetTotalMemory(forceFullCollection: true) - before;

        output.WriteLine($"{outcomes.Values.Sum()} files: {string.Join(", ", outcomes.OrderByDescending(o => o.Value).Select(o => $"{o.Key} {o.Value}"))}; slowest {slowest.TotalSeconds:F1} s; memory kept {growth / 1024 / 1024:+0;-0} MiB");
        Assert.InRange(growth, long.MinValue, KeptBytes);
        var ordinary = await new PdfTexts(pool).ReadAsync(Convert.FromBase64String(PdfFiles.WithPages("after all of them")), Limits.Time, TestContext.Current.CancellationToken);
        Assert.Equal("[page 1]\nafter all of them", ordinary.Text?.Text);
    }

    [Fact]
    public void A_seed_always_gives_the_same_file() =>
        Assert.All(Enumerable.Range(0, HostilePdfs.Names.Count), seed => Assert.Equal(HostilePdfs.Create(seed).File, HostilePdfs.Create(seed).File));
}
