using Hearth.Engine;
using Hearth.Engine.Cache.Disk;
using Hearth.Engine.Decoding;
using Hearth.Tests.Engine.Decoding;
using Hearth.Tests.Engine.Scheduling;
using Hearth.Tests.Support;
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
    public async Task Other_models_keep_at_most_half_of_the_budget()
    {
        using var home = new TemporaryFolder();
        await ReusedAsync(home.Path, identity: 7);
        var held = SegmentArchive.List(home.Path)[0].Bytes;
        await using (NewEngine(home.Path, new CollectedLines(), budget: held * 2))
            Assert.Equal(held, SegmentArchive.List(home.Path).Sum(f => f.Bytes));
        await using (NewEngine(home.Path, new CollectedLines(), budget: held))
            Assert.InRange(SegmentArchive.List(home.Path).Sum(f => f.Bytes), 1, held / 2);
    }

    private static async Task<int> ReusedAsync(string folder, CollectedLines? lines = null, int identity = 1)
    {
        await using var engine = NewEngine(folder, lines ?? new CollectedLines(), identity);
        return await AskAsync(engine);
    }

    private static async Task<int> AskAsync(LocalEngine engine)
    {
        var accepted = Assert.IsType<Submission.Accepted>(engine.Submit(new GenerationRequest(SchedulerDrive.Prompt(Prompt), 1, SamplingSettings.Greedy)));
        var events = await EngineUnderTest.AllEvents(accepted.Generation);
        return Assert.IsType<GenerationFinished>(events[^1]).Stats.Prefix.ReusedTokens;
    }

    private static LocalEngine NewEngine(string folder, CollectedLines lines, int identity = 1, long budget = 1 << 20) => new(
        new EngineSettings(["none"], 1000, 2000, 4) { DiskCache = new DiskCacheSettings(folder, (UInt128)identity, "scripted", budget) },
        ScriptedDecoder.Vocabulary(SchedulerDrive.VocabularySize),
        () => new ScriptedDecoder(new DecoderLimits(2000, 4, 128, 64, SchedulerDrive.VocabularySize)),
        TimeProvider.System,
        lines);
}
