using Hearth.Engine;

namespace Hearth.Tests.Engine.Scheduling;

/// <summary>Who goes first, and what a step may cost the others.</summary>
public sealed class PriorityTests
{
    private const int LongAnswer = 60;

    [Fact]
    public void A_main_turn_overtakes_the_prefill_of_a_sub_agent_within_one_step()
    {
        var drive = Drive();
        var agent = drive.Submit(SchedulerDrive.Prompt(900, 1), 1, RequestPriority.SubAgent);
        drive.Step();
        var main = drive.Submit(SchedulerDrive.Prompt(90, 2), 1);
        drive.Step();

        Assert.Equal(SequenceState.Ended, main.State);
        Assert.NotEqual(SequenceState.Ended, agent.State);
    }

    [Fact]
    public void A_main_turn_takes_the_place_of_a_sub_agent_when_all_are_taken()
    {
        var drive = Drive(running: 2);
        int[] prompt = SchedulerDrive.PromptWithAnswer(10, LongAnswer);
        var agent = drive.Submit(prompt, LongAnswer, RequestPriority.SubAgent);
        var title = drive.Submit(SchedulerDrive.PromptWithAnswer(10, LongAnswer, skip: 1), LongAnswer, RequestPriority.Background);
        for (var i = 0; i < 5; i++) drive.Step();
        var main = drive.Submit(SchedulerDrive.Prompt(9, 3), 1);
        drive.Step();

        Assert.Equal(SequenceState.Ended, main.State);
        Assert.Equal(SequenceState.Waiting, title.State);
        Assert.Equal(SequenceState.Decoding, agent.State);
        drive.RunUntilIdle();
        Assert.Equal(LongAnswer, drive.TokensOf(title).Count);
        Assert.Equal(3, drive.Started.Count);
    }

    [Fact]
    public void Waiting_raises_a_request_so_that_nobody_starves()
    {
        var drive = Drive(running: 1);
        var first = drive.Submit(SchedulerDrive.PromptWithAnswer(10, LongAnswer), LongAnswer);
        drive.Step();
        var background = drive.Submit(SchedulerDrive.Prompt(9, 2), 1, RequestPriority.Background);
        drive.Now += 61 * drive.Limits.TicksPerSecond;
        var main = drive.Submit(SchedulerDrive.Prompt(9, 3), 1);
        drive.RunUntilIdle();

        Assert.Equal([first, background, main], drive.Started);
    }

    [Fact]
    public void Whoever_computes_for_a_main_turn_is_as_urgent_as_it()
    {
        var drive = Drive();
        int[] shared = SchedulerDrive.Prompt(600, 1);
        var leader = drive.Submit([.. shared, 1], 0, RequestPriority.Background);
        var other = drive.Submit(SchedulerDrive.Prompt(600, 7), 0, RequestPriority.SubAgent);
        drive.Step();
        var follower = drive.Submit([.. shared, 2], 0);
        while (follower.State != SequenceState.Ended) drive.Step();

        Assert.NotEqual(SequenceState.Ended, other.State);
        Assert.Equal(PrefixSource.InFlight, follower.Prefix.Source);
        Assert.True(leader.Position >= shared.Length || leader.State == SequenceState.Ended);
    }

    [Fact]
    public void Chunks_beside_others_take_as_many_tokens_as_the_step_target_allows_and_never_fewer_than_the_least()
    {
        // A token takes 10 ticks: 400 ticks are 40 tokens.
        var drive = Drive(stepTarget: 400);
        drive.StepTicks = plan => 10 * plan.Tokens.Length;
        drive.Submit(SchedulerDrive.PromptWithAnswer(4, LongAnswer), LongAnswer);
        drive.Step();
        drive.Submit(SchedulerDrive.Prompt(900, 2), 0);
        var chunks = Enumerable.Range(0, 6).Select(_ => drive.Step().Tokens.Length - 1).ToList();

        Assert.Equal(SchedulerLimits.FirstChunk, chunks[0]);
        Assert.All(chunks[1..], c => Assert.InRange(c, 38, 40));

        drive.StepTicks = plan => 1000 * plan.Tokens.Length;
        for (var i = 0; i < 8; i++) drive.Step();
        Assert.Equal(SchedulerLimits.LeastChunk, drive.Step().Tokens.Length - 1);
    }

    [Fact]
    public void A_prompt_alone_is_prefilled_at_full_size_however_long_that_takes()
    {
        var drive = Drive(stepTarget: 10);
        drive.StepTicks = plan => 10 * plan.Tokens.Length;
        drive.Submit(SchedulerDrive.Prompt(500, 2), 0);

        Assert.Equal([200, 200, 100], [drive.Step().Tokens.Length, drive.Step().Tokens.Length, drive.Step().Tokens.Length]);
    }

    [Fact]
    public void Only_as_many_decode_at_once_as_still_gain_and_they_take_turns()
    {
        var drive = Drive(running: 4);

        // Up to two sequences cost one step's time; each one more costs two.
        drive.StepTicks = plan => plan.Entries.Length <= 2 ? 100 : 100 + (200 * (plan.Entries.Length - 2));
        List<Sequence> all = [];
        foreach (var i in Enumerable.Range(0, 4))
        {
            all.Add(drive.Submit(SchedulerDrive.PromptWithAnswer(8, LongAnswer, skip: i), LongAnswer));
            for (var step = 0; step < 3; step++) drive.Step();
        }

        var widths = Enumerable.Range(0, 20).Select(_ => drive.Step().Entries.Length).ToList();
        Assert.All(widths[2..], w => Assert.Equal(2, w));
        drive.RunUntilIdle();
        Assert.All(all, s => Assert.Equal(LongAnswer, drive.TokensOf(s).Count));
    }

    private static SchedulerDrive Drive(int running = 4, long stepTarget = 100) => new(
        new SchedulerLimits(window: 1000, cells: 4000, running, batchTokens: 256, microBatchTokens: 200)
        {
            SequenceIds = 12,
            TicksPerSecond = 1000,
            StepTargetTicks = stepTarget,
        });
}
