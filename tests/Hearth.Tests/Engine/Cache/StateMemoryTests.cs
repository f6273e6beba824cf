using Hearth.Engine;
using Hearth.Engine.Cache;
using Hearth.Engine.Cache.Disk;
using Hearth.Tests.Engine.Cache.Disk;
using Hearth.Tests.Engine.Scheduling;
using Hearth.Tests.Support;

namespace Hearth.Tests.Engine.Cache;

/// <summary>The memory of saved states goes back when they are dropped, and never before somebody is done with it.</summary>
public sealed class StateMemoryTests
{
    public static TheoryData<string> SavedKinds => [nameof(MemoryKind.Full), nameof(MemoryKind.SlidingWindow), nameof(MemoryKind.Recurrent)];

    [Theory]
    [MemberData(nameof(SavedKinds))]
    public void Forgetting_gives_all_memory_back(string kind)
    {
        var drive = Drive(kind);
        Save(drive, 1, 2, 3);
        Assert.NotEqual(0, drive.Blocks.Bytes);
        drive.Scheduler.Cache.Forget();

        Assert.Equal(0, drive.Blocks.Bytes);
        Assert.Equal(700, drive.Run(SchedulerDrive.Prompt(700, 1), 0));
    }

    [Fact]
    public void What_is_over_budget_is_given_back_and_what_is_within_stays()
    {
        const int Budget = 10_000;
        var drive = Drive(nameof(MemoryKind.Full), savedBytes: Budget);
        for (var i = 1; i < 12; i++)
        {
            drive.Run(SchedulerDrive.Prompt(700, i), 0);
            Assert.InRange(drive.Blocks.Bytes, 0, Budget);
        }

        Assert.InRange(drive.Blocks.Bytes, 1, Budget);
        Assert.InRange(drive.Blocks.Made, drive.Blocks.Live.Count + 10, int.MaxValue);
    }

    [Theory]
    [MemberData(nameof(SavedKinds))]
    public void What_is_about_to_be_restored_stays_until_it_was(string kind)
    {
        var drive = Drive(kind);
        Save(drive, 1);
        drive.LoseDecoder();
        drive.Submit([.. SchedulerDrive.Prompt(700, 1), .. SchedulerDrive.Prompt(30, 2)], 0);
        var plan = drive.Scheduler.Plan(++drive.Now);
        Assert.Contains(plan.Operations.ToArray(), o => o.Data is not null);
        drive.Scheduler.Cache.Forget();

        // The decoder compares what is restored with the history.
        Assert.Null(drive.Decoder.Decode(plan).Fault);
        drive.Scheduler.OnStepDone(drive.Sample(plan), ++drive.Now);
        drive.RunUntilIdle();
        drive.Scheduler.Cache.Forget();
        Assert.Equal(0, drive.Blocks.Bytes);
    }

    [Fact]
    public void What_was_read_and_nobody_waits_for_is_given_back()
    {
        var drive = Drive(nameof(MemoryKind.Full), diskBytes: 1 << 20);
        var late = drive.Blocks.Copy([1, 2, 3]);
        drive.Scheduler.OnDisk(new DiskResult.WasRead(States.Key(1), late, TimeSpan.Zero), drive.Now);

        Assert.True(late.IsClosed);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_dead_disk_keeps_no_memory_of_what_it_was_to_write_or_read(bool isReading)
    {
        var drive = Drive(nameof(MemoryKind.Full), diskBytes: 1 << 20);
        Save(drive, 1);
        if (isReading) drive.Restart();
        drive.Disk.Takes = _ => long.MaxValue;
        Save(drive, isReading ? 1 : 2);
        drive.Now += 2 * DiskBooks.HangSeconds * drive.Limits.TicksPerSecond;
        drive.Scheduler.Plan(drive.Now);
        drive.Scheduler.Cache.Forget();

        Assert.Equal((0, 1), (drive.Blocks.Bytes, drive.Disk.Abandoned + drive.Scheduler.Cache.Disk.Commands.Count(c => c is DiskCommand.Abandon)));
    }

    // Left behind in a call that returns after all, it finds that the state is gone.
    [Fact]
    public void A_disk_thread_that_comes_late_writes_nothing_of_a_dropped_state()
    {
        using var home = new TemporaryFolder();
        NativeBlocks blocks = new();
        var data = blocks.Copy(States.Bytes(1, 100_000));
        List<DiskResult> told = [];
        CollectedLines lines = new();
        DiskWork work = new(
            new DiskCacheSettings(home.Path, States.Identity, "scripted", 1 << 20), TimeProvider.System, new DiskLog(lines), told.Add, _ => data.Dispose());
        work.Do(new DiskCommand.Write(States.Key(1), data, TimeSpan.FromSeconds(1)));

        Assert.Equal([new DiskResult.Written(States.Key(1), 0)], told);
        Assert.Empty(Directory.GetFiles(home.Path, "*", SearchOption.AllDirectories));
        Assert.Empty(lines.Lines);
    }

    private static void Save(SchedulerDrive drive, params int[] prompts)
    {
        foreach (var prompt in prompts) drive.Run(SchedulerDrive.Prompt(700, prompt), 0);
        drive.Tidy();
        if (drive.Disk.Takes is null) drive.Disk.Answer(drive.Scheduler, drive.Now);
    }

    private static SchedulerDrive Drive(string kind, long savedBytes = 1 << 20, long diskBytes = 0) => new(
        new SchedulerLimits(window: 1000, cells: 1000, running: 4, batchTokens: 128, microBatchTokens: 64)
        {
            SequenceIds = 12,
            Memory = Enum.Parse<MemoryKind>(kind),
            SavedBytes = savedBytes,
            DiskBytes = diskBytes,
            TicksPerSecond = 1000,
        });
}
