using Hearth.Engine;
using Hearth.Engine.Cache.Disk;
using Hearth.Engine.Decoding;
using Hearth.Tests.Engine.Decoding;
using Hearth.Tests.Engine.Scheduling;
using Hearth.Tests.Support;
using Microsoft.Extensions.Time.Testing;
using LocalEngine = Hearth.Engine.Engine;

namespace Hearth.Tests.Engine;

/// <summary>Engines, one after the other or at once, over one folder.</summary>
public sealed class EngineDiskTests
{
    private const int Prompt = 700;

    [Fact]
    public async Task Another_engine_goes_on_where_one_ended()
    {
        using var home = new TemporaryFolder();
        Assert.Equal(0, await ReusedAsync(home.Path));
        Assert.Equal(Prompt - 1, await ReusedAsync(home.Path));
        Assert.Equal(0, await ReusedAsync(home.Path, identity: 2));
    }

    [Fact]
    public async Task An_engine_uses_what_another_one_beside_it_wrote_before()
    {
        using var home = new TemporaryFolder();
        await using var old = NewEngine(home.Path, new CollectedLines());
        Assert.Equal(0, await AskAsync(old));
        await EngineUnderTest.Patiently(old.DrainAsync(StepGate.Patience));
        await old.DisposeAsync();

        await using var one = NewEngine(home.Path, new CollectedLines());
        await using var other = NewEngine(home.Path, new CollectedLines());
        Assert.Equal(Prompt - 1, await AskAsync(one));
        Assert.Equal(Prompt - 1, await AskAsync(other));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(2000)]
    public async Task Damaged_files_are_deleted_said_once_and_computed(int cut)
    {
        using var home = new TemporaryFolder();
        await ReusedAsync(home.Path);
        foreach (var file in Directory.GetFiles(home.Path, "*.seg", SearchOption.AllDirectories))
        {
            var bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
            bytes[^(1 + cut)] ^= 4;
            await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);
        }

        CollectedLines lines = new();
        Assert.InRange(await ReusedAsync(home.Path, lines), 0, Prompt - 256);
        Assert.Single(lines.Lines, line => line.Contains("damaged", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_costs_the_cache_and_nothing_else()
    {
        using var home = new TemporaryFolder();
        var file = Path.Combine(home.Path, "file");
        await File.WriteAllTextAsync(file, "not a folder", TestContext.Current.CancellationToken);

        CollectedLines lines = new();
        Assert.Equal(0, await ReusedAsync(Path.Combine(file, "kv"), lines));
        Assert.Equal(0, await ReusedAsync(Path.Combine(file, "kv")));
        Assert.Single(lines.Lines, line => line.Contains("cannot be written", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Models_and_processes_share_one_budget_and_none_deletes_before_it_writes()
    {
        using var home = new TemporaryFolder();
        await ReusedAsync(home.Path, identity: 7);
        var held = Held(home.Path);

        // The other model's files stay until room is needed, and then give way as far as that.
        await using (NewEngine(home.Path, new CollectedLines(), identity: 8, budget: held))
            Assert.Equal(held, Held(home.Path));
        await using (var one = NewEngine(home.Path, new CollectedLines(), identity: 8, budget: held * 3 / 2))
        await using (var other = NewEngine(home.Path, new CollectedLines(), identity: 9, budget: held * 3 / 2))
        {
            await Task.WhenAll(AskAsync(one), AskAsync(other));
            await Task.WhenAll(EngineUnderTest.Patiently(one.DrainAsync(StepGate.Patience)), EngineUnderTest.Patiently(other.DrainAsync(StepGate.Patience)));
        }

        var block = new DirectoryInfo(home.Path).EnumerateFiles("*.seg", SearchOption.AllDirectories).Max(f => f.Length) + SegmentFile.MaxHeaderBytes;
        Assert.InRange(Held(home.Path), held, (held * 3 / 2) + block);
        Assert.InRange(SegmentArchive.List(home.Path).Count(f => f.Count > 0), 2, 3);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_disk_that_never_answers_delays_no_answer_and_no_end(bool isReading)
    {
        using var home = new TemporaryFolder();
        if (isReading) await ReusedAsync(home.Path);
        using var dead = new ManualResetEventSlim();
        CollectedLines lines = new();
        await using (var engine = NewEngine(home.Path, lines, beforeDisk: command =>
        {
            if (command is not (DiskCommand.Read or DiskCommand.Write)) return;
            dead.Wait();
            throw new IOException("it was unmounted");
        }))
        {
            for (var request = 0; request < 5; request++) await AskAsync(engine);
            var ending = engine.DisposeAsync().AsTask();
            await EngineUnderTest.Patiently(ending);
        }

        Assert.False(dead.IsSet);
        dead.Set();
    }

    [Fact]
    public async Task A_disk_that_hangs_is_dropped_with_one_line_and_used_again_when_it_answers()
    {
        using var home = new TemporaryFolder();
        await ReusedAsync(home.Path);
        using var dead = new ManualResetEventSlim();
        FakeTimeProvider time = new();
        CollectedLines lines = new();
        await using var engine = NewEngine(home.Path, lines, time: time, beforeDisk: command =>
        {
            if (command is DiskCommand.Read && !dead.IsSet) dead.Wait();
        });
        while (engine.Counters.DiskFiles == 0) await Task.Yield();
        await AskAsync(engine, time);
        await PassAsync(time, () => !lines.Lines.IsEmpty);
        Assert.Single(lines.Lines, line => line.Contains("not answered for 30 s", StringComparison.Ordinal));

        dead.Set();
        await PassAsync(time, () => lines.Lines.Count > 1);
        Assert.Single(lines.Lines, line => line.Contains("answers again", StringComparison.Ordinal));
        Assert.Equal(2, lines.Lines.Count);
        Assert.Equal(Prompt - 1, await AskAsync(engine));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_engine_that_ends_gives_the_memory_of_all_states_back_also_beside_a_disk_that_hangs(bool hangs)
    {
        using var home = new TemporaryFolder();
        using var dead = new ManualResetEventSlim(!hangs);
        NativeBlocks blocks = new();
        await ReusedAsync(home.Path);
        await using (var engine = NewEngine(home.Path, new CollectedLines(), blocks: blocks, beforeDisk: command =>
        {
            if (command is DiskCommand.Write) dead.Wait();
        }))
        {
            // The first is read from files, the others are computed and saved.
            while (engine.Counters.DiskFiles == 0) await Task.Yield();
            for (var number = 1; number < 4; number++) await AskAsync(engine, number: number);
        }

        Assert.InRange(blocks.Made, 4, int.MaxValue);
        Assert.Equal(0, blocks.Bytes);
        dead.Set();
    }

    public static TheoryData<Exception> Surprises =>
    [
        new OutOfMemoryException("no room"), new FormatException("odd"), new NotSupportedException("never"), new InvalidOperationException("broken"),
        new IOException("sectors"), new UnauthorizedAccessException("not yours"),
    ];

    [Theory]
    [MemberData(nameof(Surprises), DisableDiscoveryEnumeration = true)]
    public async Task Whatever_the_disk_thread_meets_is_said_once_and_answered(Exception surprise)
    {
        using var home = new TemporaryFolder();
        await ReusedAsync(home.Path);
        CollectedLines lines = new();
        var isBroken = true;
        await using var engine = NewEngine(home.Path, lines, beforeDisk: command =>
        {
            if (Volatile.Read(ref isBroken) && command is DiskCommand.Read) throw surprise;
        });
        Assert.Equal(0, await AskAsync(engine));
        Assert.Equal(Prompt - 1, await AskAsync(engine));
        Volatile.Write(ref isBroken, false);
        Assert.Single(lines.Lines);
        await engine.DisposeAsync();

        // What could not be read is there for the next process.
        Assert.Equal(Prompt - 1, await ReusedAsync(home.Path));
    }

    [Fact]
    public async Task Pipes_in_the_place_of_files_are_never_opened()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no such pipes in folders.");
            return;
        }

        using var home = new TemporaryFolder();
        await ReusedAsync(home.Path);
        await using var running = NewEngine(home.Path, new CollectedLines());
        while (running.Counters.DiskFiles == 0) await Task.Yield();
        foreach (var file in Directory.GetFiles(home.Path, "*.seg", SearchOption.AllDirectories)) Pipes.Replace(file);

        Assert.Equal(0, await AskAsync(running));
        await running.DisposeAsync();
        foreach (var file in Directory.GetFiles(home.Path, "*.seg", SearchOption.AllDirectories)) Pipes.Replace(file);
        Assert.Equal(0, await ReusedAsync(home.Path));
    }

    private static long Held(string folder) => SegmentArchive.List(folder).Sum(f => f.Bytes);

    // Time passes until something is so. Each second is heard before the next.
    private static async Task PassAsync(FakeTimeProvider time, Func<bool> isSo)
    {
        using var patience = new CancellationTokenSource(StepGate.Patience);
        while (!isSo())
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
            patience.Token.ThrowIfCancellationRequested();
        }
    }

    private static async Task<int> ReusedAsync(string folder, CollectedLines? lines = null, int identity = 1)
    {
        await using var engine = NewEngine(folder, lines ?? new CollectedLines(), identity);
        return await AskAsync(engine);
    }

    private static async Task<int> AskAsync(LocalEngine engine, FakeTimeProvider? time = null, int number = 1)
    {
        var accepted = Assert.IsType<Submission.Accepted>(engine.Submit(new GenerationRequest(SchedulerDrive.Prompt(Prompt, number), 1, SamplingSettings.Greedy)));
        var answering = EngineUnderTest.AllEvents(accepted.Generation);
        if (time is not null) await PassAsync(time, () => answering.IsCompleted);
        var events = await answering;
        return Assert.IsType<GenerationFinished>(events[^1]).Stats.Prefix.ReusedTokens;
    }

    private static LocalEngine NewEngine(
        string folder, CollectedLines lines, int identity = 1, long budget = 1 << 20, Action<DiskCommand>? beforeDisk = null, TimeProvider? time = null,
        NativeBlocks? blocks = null) => new(
        new EngineSettings(["none"], 1000, 2000, 4) { DiskCache = new DiskCacheSettings(folder, (UInt128)identity, "scripted", budget) },
        ScriptedDecoder.Vocabulary(SchedulerDrive.VocabularySize),
        () => new ScriptedDecoder(new DecoderLimits(2000, 4, 128, 64, SchedulerDrive.VocabularySize), blocks),
        time ?? TimeProvider.System,
        lines,
        beforeDisk: beforeDisk);
}
