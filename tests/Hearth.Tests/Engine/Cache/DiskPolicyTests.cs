using Hearth.Engine;
using Hearth.Engine.Cache;
using Hearth.Tests.Engine.Scheduling;

namespace Hearth.Tests.Engine.Cache;

/// <summary>What is written when, what comes back after a restart, and what happens when the disk does not do its part.</summary>
public sealed class DiskPolicyTests
{
    // Messages end at 300 and 700.
    private static readonly int[] Turn = [.. SchedulerDrive.Prompt(299), 0, .. SchedulerDrive.Prompt(399, 2), 0, .. SchedulerDrive.Prompt(60, 3)];

    private static int[] Next => [.. Turn, 0, .. SchedulerDrive.Prompt(25, 4)];

    public static TheoryData<string> SavedKinds => [nameof(MemoryKind.Full), nameof(MemoryKind.SlidingWindow), nameof(MemoryKind.Recurrent)];

    [Theory]
    [MemberData(nameof(SavedKinds))]
    public void After_a_restart_the_next_turn_computes_what_is_new(string kind)
    {
        var drive = Drive(kind);
        drive.Run(Turn, 0);
        Settle(drive);
        drive.Restart();

        Assert.Equal(Next.Length - Turn.Length, drive.Run(Next, 0));
        Assert.Equal((PrefixSource.Saved, Turn.Length), (drive.Submitted[1].Prefix.Source, drive.Submitted[1].Prefix.ReusedTokens));
    }

    [Fact]
    public void After_a_restart_a_prompt_that_parts_inside_a_block_restores_a_part_of_it()
    {
        var drive = Drive(nameof(MemoryKind.Full));
        drive.Run(Turn, 0);
        Settle(drive);
        drive.Restart();

        Assert.Equal(30, drive.Run([.. Turn[..400], .. SchedulerDrive.Prompt(30, 9)], 0));
    }

    [Fact]
    public void A_turn_after_every_restart_costs_what_is_new()
    {
        var drive = Drive(nameof(MemoryKind.Full));
        List<int> history = [.. Turn];
        for (var turn = 0; turn < 20; turn++)
        {
            var computed = drive.Run([.. history], 0);
            Assert.Equal(turn == 0 ? Turn.Length : 21, computed);
            Settle(drive);
            drive.Restart();
            history.AddRange([0, .. SchedulerDrive.Prompt(20, 10 + turn)]);
        }
    }

    [Fact]
    public void Without_memory_beside_the_cells_files_bring_prefixes_back_all_the_same()
    {
        var drive = Drive(nameof(MemoryKind.Full), savedBytes: 0);
        drive.Run(Turn, 0);
        Settle(drive);
        Assert.Equal(0, drive.Scheduler.Cache.SavedBytes);
        drive.Restart();

        Assert.Equal(26, drive.Run(Next, 0));
        Assert.Equal(0, drive.Scheduler.Cache.SavedBytes);
    }

    [Theory]
    [MemberData(nameof(SavedKinds))]
    public void What_cannot_be_read_is_computed_instead(string kind)
    {
        var drive = Drive(kind);
        drive.Run(Turn, 0);
        Settle(drive);
        drive.Restart();
        drive.Disk.LosesFiles = true;

        Assert.Equal(Next.Length, drive.Run(Next, 0));
        Assert.Equal(GenerationStop.MaxTokens, drive.Ends[drive.Submitted[1]]);
    }

    [Fact]
    public void A_disk_that_takes_nothing_is_left_alone_for_a_while_and_tried_again()
    {
        var drive = Drive(nameof(MemoryKind.Full));
        drive.Disk.FailsToWrite = true;
        drive.Run(Turn, 0);
        Settle(drive);
        Assert.Equal(0, drive.Scheduler.Cache.Disk.Files);

        drive.Disk.FailsToWrite = false;
        drive.Run(SchedulerDrive.Prompt(300, 7), 0);
        Settle(drive);
        Assert.Equal(0, drive.Disk.Files);

        drive.Now += 61 * drive.Limits.TicksPerSecond;
        drive.Run(SchedulerDrive.Prompt(300, 8), 0);
        Settle(drive);
        Assert.NotEqual(0, drive.Disk.Files);
    }

    [Fact]
    public void What_others_begin_with_is_written_first()
    {
        var drive = Drive(nameof(MemoryKind.Full));
        drive.Run(Turn, 0);
        drive.Run([.. Turn[..512], .. SchedulerDrive.Prompt(200, 5)], 0);

        // One block at a time: both histories' first two blocks are the same two.
        while (drive.Disk.Writes < 2)
        {
            Assert.True(drive.Scheduler.PlanTidying());
            Assert.Null(drive.Decoder.Decode(drive.Scheduler.Planned).Fault);
            drive.Scheduler.OnStepDone([], ++drive.Now);
            drive.Disk.TakeFrom(drive.Scheduler);
            drive.Disk.Answer(drive.Scheduler, drive.Now);
        }

        drive.Restart();
        Assert.InRange(drive.Run([.. Turn[..512], .. SchedulerDrive.Prompt(100, 6)], 0), 90, 100);
    }

    [Fact]
    public void Running_requests_are_written_too_a_block_at_a_time()
    {
        var drive = Drive(nameof(MemoryKind.Full));
        drive.Submit(SchedulerDrive.PromptWithAnswer(600, 40), 40);
        while (drive.TokensOf(drive.Submitted[0]).Count < 20) drive.Step();
        drive.Disk.Answer(drive.Scheduler, drive.Now);

        Assert.Equal(2, drive.Disk.Files);
    }

    [Fact]
    public void A_long_prompt_is_written_as_fast_as_it_is_computed()
    {
        var drive = Drive(nameof(MemoryKind.Full), microBatch: 640);
        drive.StepTicks = _ => 1000;
        drive.Saving = plan => TimeSpan.FromMilliseconds(5 * plan.Operations.Length);
        drive.Submit(SchedulerDrive.PromptWithAnswer(1800, 3), 3);
        while (drive.TokensOf(drive.Submitted[0]).Count < 2) drive.Step();
        drive.Disk.Answer(drive.Scheduler, drive.Now);

        // Three steps for the prompt and one more: a block a step would be four.
        Assert.Equal(1800 / 256, drive.Disk.Files);
    }

    [Fact]
    public void Files_of_another_process_are_used_when_they_appear()
    {
        var (first, second) = (Drive(nameof(MemoryKind.Full)), Drive(nameof(MemoryKind.Full)));
        first.Run(Turn, 0);
        Settle(first);
        second.Run(SchedulerDrive.Prompt(20, 12), 0);
        second.Disk.CopyFrom(first.Disk);
        second.Disk.TellAll(second.Scheduler, second.Now);

        Assert.Equal(26, second.Run(Next, 0));
    }

    private static void Settle(SchedulerDrive drive)
    {
        do drive.Disk.Answer(drive.Scheduler, drive.Now);
        while (drive.Tidy() > 0);
    }

    private static SchedulerDrive Drive(string kind, long savedBytes = 1 << 20, long diskBytes = 1 << 20, int microBatch = 64) => new(
        new SchedulerLimits(window: 2000, cells: 4000, running: 4, batchTokens: 2 * microBatch, microBatchTokens: microBatch)
        {
            SequenceIds = 12,
            Memory = Enum.Parse<MemoryKind>(kind),
            SavedBytes = savedBytes,
            DiskBytes = diskBytes,
            TicksPerSecond = 1000,
        });
}
