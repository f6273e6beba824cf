using Hearth.Engine;
using Hearth.Engine.Cache;
using Hearth.Engine.Cache.Disk;
using Hearth.Tests.Engine.Scheduling;

namespace Hearth.Tests.Engine.Cache;

/// <summary>A disk that is slow or dead is never worse than none: in virtual time, in which a token takes ten milliseconds.</summary>
public sealed class SlowDiskTests
{
    private const int TicksPerSecond = 1000;
    private const int TicksPerToken = 10;
    private const int Length = 1025;
    private const long Dead = long.MaxValue;

    private static int BlockTicks => TokenChain.Block * TicksPerToken;

    public static TheoryData<string> SavedKinds => [nameof(MemoryKind.Full), nameof(MemoryKind.SlidingWindow), nameof(MemoryKind.Recurrent)];

    [Theory]
    [InlineData(nameof(MemoryKind.Full), 1.2, 1.3)]
    [InlineData(nameof(MemoryKind.Full), 10, 1.3)]
    [InlineData(nameof(MemoryKind.Full), 0, 1.3)]
    [InlineData(nameof(MemoryKind.Recurrent), 10, 2.1)]
    [InlineData(nameof(MemoryKind.Recurrent), 0, 2.1)]
    [InlineData(nameof(MemoryKind.SlidingWindow), 10, 2.1)]
    public void A_request_waits_for_a_slow_disk_no_longer_than_computing_takes(string kind, double slower, double most)
    {
        var drive = OnDisk(kind, 1);
        drive.Disk.Takes = slower == 0 ? _ => Dead : command => command is DiskCommand.Read ? (long)(slower * BlockTicks) : 1;

        Assert.InRange(Time(drive, Asked(1)), 0, (long)(Length * TicksPerToken * most));
    }

    [Theory]
    [MemberData(nameof(SavedKinds))]
    public void The_first_use_of_a_dead_disk_costs_the_others_nothing(string kind)
    {
        var drive = OnDisk(kind, 1, 2, 3);
        drive.Disk.Takes = _ => Dead;
        Time(drive, Asked(1));

        // Whatever the disk has owed for so long already, nobody waits for again.
        Assert.InRange(Time(drive, Asked(2)), 0, (long)(Length * TicksPerToken * 1.4));
        drive.Now += DiskBooks.HangSeconds * TicksPerSecond;
        Assert.InRange(Time(drive, Asked(3)), 0, (Length * TicksPerToken) + 200);
        Assert.Equal(1, drive.Disk.Abandoned);
    }

    [Fact]
    public void What_is_read_in_time_is_taken_while_the_rest_is_computed()
    {
        var drive = OnDisk(nameof(MemoryKind.Full), 1);
        var reads = 0;
        drive.Disk.Takes = command => command is DiskCommand.Read && reads++ == 0 ? BlockTicks * 3 / 2 : 1;

        // While the first block that is late is computed, and another, the disk is done with all of them.
        drive.Run(Asked(1), 0);
        Assert.InRange(drive.Submitted[^1].ReusedTokens, 2 * TokenChain.Block, Length - 1);
    }

    [Fact]
    public void A_state_that_comes_while_everything_is_computed_anew_is_taken_too()
    {
        var drive = OnDisk(nameof(MemoryKind.Recurrent), 1);
        drive.Disk.Takes = command => command is DiskCommand.Read ? BlockTicks * 7 / 10 : 1;
        var cold = Length;
        var computed = drive.Run(Asked(1), 0);

        Assert.InRange(computed, 1, cold - TokenChain.Block);
    }

    [Fact]
    public void After_one_slow_read_everything_is_reused_from_its_second_use_on()
    {
        var drive = OnDisk(nameof(MemoryKind.Full), 1, 2, 3, 4);
        drive.Disk.Takes = command => command is DiskCommand.Read ? 20 * BlockTicks : 1;
        drive.Run(Asked(1), 0);
        drive.Disk.Takes = _ => 1;
        foreach (var number in (int[])[2, 3, 4]) drive.Run(Asked(number), 0);

        foreach (var number in (int[])[1, 2, 3, 4, 1, 2, 3, 4]) Assert.InRange(drive.Run(Asked(number), 0), 1, 2);
    }

    [Fact]
    public void A_prompt_that_was_computed_because_the_disk_is_slow_stays_in_memory()
    {
        var drive = OnDisk(nameof(MemoryKind.Full), 1, 2, 3);
        drive.Disk.Takes = _ => Dead;
        foreach (var number in (int[])[1, 2, 3]) drive.Run(Asked(number), 0);

        foreach (var number in (int[])[1, 2, 3]) Assert.InRange(drive.Run(Asked(number), 0), 1, 2);
    }

    [Fact]
    public void Reading_a_block_for_a_few_of_its_tokens_says_nothing_of_what_tokens_cost()
    {
        var drive = OnDisk(nameof(MemoryKind.Full), 1, 2);
        drive.Disk.Takes = _ => 1;
        drive.Restoring = plan => TimeSpan.FromSeconds((double)Restores(plan) / TicksPerSecond * 100);
        drive.StepTicks = plan => (plan.Tokens.Length * TicksPerToken) + (Restores(plan) * 100);

        // Each block takes 100 to bring back, and what is brought back of this one would have taken 200.
        drive.Run([.. Prompt(1)[..20], .. SchedulerDrive.Prompt(60, 77)], 0);
        Assert.Equal(20, drive.Submitted[^1].ReusedTokens);
        Assert.InRange(drive.Run(Asked(2), 0), 1, 2);

        static int Restores(StepPlan plan)
        {
            var count = 0;
            foreach (var operation in plan.Operations) count += operation.Kind == KvOperationKind.Restore ? 1 : 0;
            return count;
        }
    }

    [Fact]
    public void A_dead_disk_is_asked_again_ever_more_seldom_and_used_when_it_answers()
    {
        var drive = OnDisk(nameof(MemoryKind.Full), 1, 2);
        drive.Disk.Takes = _ => Dead;
        var probes = 0;
        drive.Run(Asked(1), 0);
        for (var hour = 0; hour < 24; hour++)
        {
            for (var minute = 0; minute < 60; minute++)
            {
                drive.Now += 60 * TicksPerSecond;
                drive.Step();
                drive.Disk.Advance(drive.Scheduler, drive.Now);
            }

            if (hour == 0) probes = drive.Disk.Abandoned;
        }

        Assert.InRange(probes, 4, 7);
        Assert.InRange(drive.Disk.Abandoned, probes + 20, probes + 24);
        Assert.False(drive.Scheduler.Cache.Disk.Answers);

        drive.Disk.Takes = _ => 1;
        for (var second = 0; second < 3700 && !drive.Scheduler.Cache.Disk.Answers; second++)
        {
            drive.Now += TicksPerSecond;
            drive.Step();
            drive.Disk.Advance(drive.Scheduler, drive.Now);
        }

        Assert.InRange(drive.Run(Asked(2), 0), 1, 2);
    }

    [Fact]
    public void A_dead_disk_holds_no_memory()
    {
        var drive = OnDisk(nameof(MemoryKind.Full), savedBytes: 0, 1);
        drive.Disk.Takes = _ => Dead;
        drive.Run(SchedulerDrive.Prompt(900, 50), 0);
        drive.Tidy();
        Assert.NotEqual(0, drive.Scheduler.Cache.SavedBytes);
        drive.Now += DiskBooks.HangSeconds * TicksPerSecond;
        drive.Step();
        drive.Scheduler.Cache.Settle(drive.Now);

        Assert.Equal(0, drive.Scheduler.Cache.SavedBytes);
        Assert.False(drive.Scheduler.Cache.Disk.IsBusy);
    }

    private static long Time(SchedulerDrive drive, int[] prompt)
    {
        var start = drive.Now;
        drive.Run(prompt, 0);
        return drive.Now - start;
    }

    private static int[] Prompt(int number) => [.. SchedulerDrive.Prompt(Length - 1, number), 0];

    private static int[] Asked(int number) => [.. Prompt(number), 1];

    private static SchedulerDrive OnDisk(string kind, params int[] prompts) => OnDisk(kind, 1 << 20, prompts);

    /// <summary>A process over a disk that has these prompts.</summary>
    private static SchedulerDrive OnDisk(string kind, long savedBytes, params int[] prompts)
    {
        var drive = new SchedulerDrive(
            new SchedulerLimits(window: 2000, cells: 4000, running: 4, batchTokens: 512, microBatchTokens: 256)
            {
                SequenceIds = 12,
                Memory = Enum.Parse<MemoryKind>(kind),
                SavedBytes = savedBytes,
                DiskBytes = 1 << 20,

                // What nobody uses leaves the cells, so that all that is reused was saved.
                IdleShare = 0,
                TicksPerSecond = TicksPerSecond,
            })
        {
            StepTicks = plan => plan.Tokens.Length * TicksPerToken,
        };
        foreach (var number in prompts)
        {
            drive.Run(Prompt(number), 0);
            do drive.Disk.Answer(drive.Scheduler, drive.Now);
            while (drive.Tidy() > 0);
        }

        drive.Restart();
        return drive;
    }
}
