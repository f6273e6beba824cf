using Hearth.Engine;
using Hearth.Engine.Cache;
using Hearth.Tests.Engine.Decoding;
using Hearth.Tests.Engine.Scheduling;

namespace Hearth.Tests.Engine.Cache;

/// <summary>What happens when cells or sequence ids run out.</summary>
public sealed class PressureTests
{
    [Fact]
    public void What_many_share_outlives_what_one_used()
    {
        var drive = Drive(cells: 700);
        int[] system = SchedulerDrive.Prompt(150, 11);
        for (var i = 1; i <= 3; i++) drive.Run([.. system, .. SchedulerDrive.Prompt(100, i)], 0, $"session {i}");
        drive.Run(SchedulerDrive.Prompt(500, 20), 0);

        Assert.InRange(drive.Run([.. system, .. SchedulerDrive.Prompt(10, 9)], 0), 10, 10);
    }

    [Fact]
    public void The_least_recently_used_goes_first_and_its_end_before_its_beginning()
    {
        var drive = Drive(cells: 1000);
        drive.Run(SchedulerDrive.Prompt(400, 1), 0);
        drive.Now += 600;
        drive.Run(SchedulerDrive.Prompt(400, 2), 0);
        drive.Run(SchedulerDrive.Prompt(250, 3), 0);

        Assert.Equal(1, drive.Run(SchedulerDrive.Prompt(400, 2), 0));
        Assert.Equal(400 - TokenChain.Block, drive.Run(SchedulerDrive.Prompt(400, 1), 0));
    }

    [Fact]
    public void A_sub_agents_prefix_goes_before_the_main_conversations()
    {
        var drive = Drive(cells: 1000);
        drive.Submit(SchedulerDrive.Prompt(400, 1), 0);
        drive.RunUntilIdle();
        drive.Submit(SchedulerDrive.Prompt(400, 2), 0, RequestPriority.SubAgent);
        drive.RunUntilIdle();
        drive.Run(SchedulerDrive.Prompt(250, 3), 0);

        Assert.Equal(1, drive.Run(SchedulerDrive.Prompt(400, 1), 0));
    }

    [Fact]
    public void When_ids_run_out_the_cheapest_branch_gives_its_own()
    {
        var drive = new SchedulerDrive(new SchedulerLimits(400, 3000, 1, 128, 64) { SequenceIds = 3 });
        drive.Run(SchedulerDrive.Prompt(300, 1), 0);
        drive.Run(SchedulerDrive.Prompt(10, 2), 0);
        drive.Run(SchedulerDrive.Prompt(300, 3), 0);
        drive.Run(SchedulerDrive.Prompt(300, 4), 0);

        Assert.Equal(1, drive.Run(SchedulerDrive.Prompt(300, 1), 0));
        Assert.Equal(10, drive.Run(SchedulerDrive.Prompt(10, 2), 0));
    }

    [Fact]
    public void A_prefix_that_left_the_cells_comes_back_from_memory()
    {
        var drive = Drive(cells: 1000, savedBytes: 1 << 20);
        drive.Run(SchedulerDrive.Prompt(700, 1), 0);
        drive.Run(SchedulerDrive.Prompt(900, 2), 0);
        Assert.Contains(KvOperationKind.Save, drive.Decoder.Operations);

        Assert.Equal(1, drive.Run(SchedulerDrive.Prompt(700, 1), 0));
        Assert.Contains(KvOperationKind.Restore, drive.Decoder.Operations);
        Assert.Equal((PrefixSource.Saved, 699), (drive.Submitted[2].Prefix.Source, drive.Submitted[2].Prefix.ReusedTokens));
    }

    [Fact]
    public void A_tail_that_was_saved_serves_a_prompt_that_parts_inside_it()
    {
        var drive = Drive(cells: 1000, savedBytes: 1 << 20);
        int[] trunk = SchedulerDrive.Prompt(600, 1);
        drive.Run([.. trunk, .. SchedulerDrive.Prompt(50, 2)], 0);
        drive.Run(SchedulerDrive.Prompt(980, 3), 0);

        Assert.Equal(30, drive.Run([.. trunk, .. SchedulerDrive.Prompt(30, 4)], 0));
    }

    [Fact]
    public void Saved_states_stay_within_their_budget()
    {
        const int Budget = 10_000;
        var drive = Drive(cells: 1000, savedBytes: Budget);
        for (var i = 1; i < 12; i++)
        {
            drive.Run(SchedulerDrive.Prompt(900, i), 0);
            Assert.InRange(drive.Scheduler.Cache.SavedBytes, 0, Budget);
        }

        Assert.InRange(drive.Scheduler.Cache.SavedBytes, 1, Budget);
    }

    [Fact]
    public void While_nobody_asks_parked_cells_are_saved_a_block_at_a_time_so_that_they_can_leave_at_once()
    {
        var drive = Drive(cells: 3000, savedBytes: 1 << 20, idleShare: 0.5);
        drive.Run(SchedulerDrive.Prompt(1000, 1), 0);
        drive.Run(SchedulerDrive.Prompt(700, 2), 0);
        Assert.InRange(drive.Tidy(), 1, 4 + 3);
        Assert.Equal(0, drive.Tidy());
        var saves = drive.Decoder.Operations.Count(o => o == KvOperationKind.Save);

        // Beside 100 cells in use, 512 others may stay.
        drive.Submit(SchedulerDrive.PromptWithAnswer(80, 20), 20);
        drive.Step();
        Assert.InRange(drive.Scheduler.Cache.UsedCells, 80, 80 + 512);
        Assert.Equal(saves, drive.Decoder.Operations.Count(o => o == KvOperationKind.Save));

        drive.RunUntilIdle();
        Assert.Equal(1, drive.Run(SchedulerDrive.Prompt(1000, 1), 0));
    }

    [Fact]
    public void Who_runs_out_of_cells_pauses_and_its_client_sees_nothing_else()
    {
        var drive = new SchedulerDrive(new SchedulerLimits(window: 300, cells: 300, running: 2, batchTokens: 128, microBatchTokens: 64) { SequenceIds = 6 });
        int[] first = SchedulerDrive.PromptWithAnswer(60, 150);
        int[] second = SchedulerDrive.PromptWithAnswer(60, 150, skip: 1);
        var one = drive.Submit(first, 150);
        var other = drive.Submit(second, 150, RequestPriority.SubAgent);
        var paused = false;
        while (!drive.Scheduler.IsIdle)
        {
            drive.Step();
            Assert.NotEqual(SequenceState.Waiting, one.State);
            paused |= drive.Started.Contains(other) && other.State == SequenceState.Waiting;
        }

        Assert.True(paused);
        Assert.Equal(ScriptedDecoder.Answer(first, 150, SchedulerDrive.VocabularySize).Tokens, drive.TokensOf(one));
        Assert.Equal(ScriptedDecoder.Answer(second, 150, SchedulerDrive.VocabularySize).Tokens, drive.TokensOf(other));
        Assert.Equal([one, other], drive.Started);
    }

    [Fact]
    public void A_request_as_large_as_the_pool_runs_whatever_is_cached()
    {
        var drive = Drive(cells: 1000);
        for (var i = 1; i < 5; i++) drive.Run(SchedulerDrive.Prompt(300, i), 0);
        var largest = drive.Submit(SchedulerDrive.Prompt(1000, 9), 0);
        drive.RunUntilIdle();

        Assert.Equal(GenerationStop.MaxTokens, drive.Ends[largest]);
    }

    [Fact]
    public void Forgetting_leaves_what_runs_and_nothing_else()
    {
        var drive = Drive(cells: 1000, savedBytes: 1 << 20);
        drive.Run(SchedulerDrive.Prompt(700, 1), 0);
        drive.Run(SchedulerDrive.Prompt(900, 2), 0);
        var running = drive.Submit(SchedulerDrive.PromptWithAnswer(60, 20), 20);
        drive.Step();
        drive.Scheduler.Cache.Forget();
        drive.Step();

        Assert.Equal(running.Position, drive.Scheduler.Cache.UsedCells);
        Assert.Equal(0, drive.Scheduler.Cache.SavedBytes);
        drive.RunUntilIdle();
        Assert.Equal(20, drive.TokensOf(running).Count);
        Assert.Equal(700, drive.Run(SchedulerDrive.Prompt(700, 1), 0));
    }

    private static SchedulerDrive Drive(int cells, long savedBytes = 0, double idleShare = double.PositiveInfinity) => new(
        new SchedulerLimits(window: cells, cells, running: 4, batchTokens: 128, microBatchTokens: 64)
        {
            SequenceIds = 12,
            SavedBytes = savedBytes,
            IdleShare = idleShare,
            TicksPerSecond = 1,
            StepTargetTicks = 1000,
        });
}
