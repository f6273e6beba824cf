using Hearth.Engine;
using Hearth.Tests.Engine.Scheduling;

namespace Hearth.Tests.Engine.Cache;

/// <summary>What a coding agent does, and how many tokens it may cost: the scripted decoder counts what is computed.</summary>
public sealed class PrefixReuseTests
{
    private const int AnswerTokens = 6;

    [Fact]
    public void The_next_turn_computes_what_is_new()
    {
        var drive = Drive();
        int[] first = SchedulerDrive.PromptWithAnswer(100, AnswerTokens);
        drive.Run(first, AnswerTokens);

        // The last token of an answer was sampled and never computed, so it is new as well.
        Assert.Equal(1 + 4, drive.Run([.. History(drive), 5, 6, 7, 8], 0));
        var report = drive.Submitted[1].Prefix;
        Assert.Equal((first.Length + AnswerTokens - 1, first.Length + AnswerTokens - 1), (report.ReusedTokens, report.SharedTokens));
    }

    [Fact]
    public void The_same_prompt_again_computes_its_last_token()
    {
        var drive = Drive();
        drive.Run(SchedulerDrive.Prompt(200), 1);

        Assert.Equal(1, drive.Run(SchedulerDrive.Prompt(200), 1));
        Assert.Equal(199, drive.Submitted[1].Prefix.ReusedTokens);
    }

    [Fact]
    public void Two_sessions_that_alternate_each_find_their_own_history()
    {
        var drive = Drive();
        int[][] histories = [[.. System, 3, 4], [.. System, 8, 9]];
        var computed = 0;
        for (var turn = 0; turn < 6; turn++)
        {
            ref var history = ref histories[turn % 2];
            computed += drive.Run(history, 1, $"session {turn % 2}");
            history = [.. History(drive), .. SchedulerDrive.Prompt(5, turn)];
        }

        // System prompt once, then two tokens per session, then per turn the sampled token and five new ones.
        Assert.Equal(System.Length + 2 + 2 + (4 * 6), computed);
        Assert.Equal(PrefixSource.OtherSession, drive.Submitted[1].Prefix.Source);
        Assert.Equal(PrefixSource.SameSession, drive.Submitted[3].Prefix.Source);
    }

    [Fact]
    public void A_rewind_keeps_the_branch_that_was_left()
    {
        var drive = Drive();
        int[] trunk = SchedulerDrive.Prompt(60);
        int[] old = [.. trunk, .. SchedulerDrive.Prompt(40, 2)];
        drive.Run(old, 0);

        Assert.Equal(30, drive.Run([.. trunk, .. SchedulerDrive.Prompt(30, 4)], 0));
        Assert.Equal(10, drive.Run([.. old, .. SchedulerDrive.Prompt(10, 5)], 0));
    }

    [Fact]
    public void Requests_that_arrive_together_compute_their_prefix_once()
    {
        var drive = Drive(microBatch: 32);
        var requests = Enumerable.Range(1, 4).Select(i => drive.Submit([.. System, .. SchedulerDrive.Prompt(7, i)], 0)).ToList();
        drive.RunUntilIdle();

        Assert.Equal(System.Length + (4 * 7), drive.Decoder.ComputedTokens);
        Assert.All(requests[1..], r => Assert.Equal((PrefixSource.InFlight, System.Length), (r.Prefix.Source, r.Prefix.ReusedTokens)));
    }

    [Fact]
    public void Who_waits_for_a_prefix_goes_on_alone_when_its_leader_leaves()
    {
        var drive = Drive(microBatch: 32);
        var leader = drive.Submit([.. System, 1], 0);
        var follower = drive.Submit([.. System, 2], 0);
        drive.Step();
        Assert.Equal([leader], drive.Started);
        drive.Cancel(leader);
        drive.RunUntilIdle();

        Assert.Equal(GenerationStop.MaxTokens, drive.Ends[follower]);
        Assert.Equal(System.Length + 1, drive.Decoder.ComputedTokens);
    }

    [Fact]
    public void A_prompt_that_was_cancelled_half_way_is_continued_from_there()
    {
        var drive = Drive(microBatch: 32);
        var gone = drive.Submit(SchedulerDrive.Prompt(200), 1);
        drive.Step();
        drive.Step();
        drive.Cancel(gone);

        Assert.Equal(200 - 64, drive.Run(SchedulerDrive.Prompt(200), 1));
    }

    [Fact]
    public void A_fork_of_a_running_conversation_costs_its_new_tokens()
    {
        var drive = Drive();
        int[] history = SchedulerDrive.PromptWithAnswer(100, 40);
        drive.Submit(history, 40);
        for (var i = 0; i < 5; i++) drive.Step();
        var fork = drive.Submit([.. history, .. SchedulerDrive.Prompt(9, 3)], 0);
        drive.RunUntilIdle();

        Assert.Equal(new PrefixReport(100, PrefixSource.InFlight, 100, []) with { PartedTokens = fork.Prefix.PartedTokens }, fork.Prefix);
        Assert.Equal(100 + 39 + 9, drive.Decoder.ComputedTokens);
    }

    [Fact]
    public void A_request_learns_where_it_parted_and_from_what()
    {
        var drive = Drive();
        int[] trunk = SchedulerDrive.Prompt(50);
        drive.Run([.. trunk, 1, 2, 3], 0);
        drive.Run([.. trunk, 4, 5], 0);

        var report = drive.Submitted[1].Prefix;
        Assert.Equal((50, 50), (report.ReusedTokens, report.SharedTokens));
        Assert.Equal([1, 2, 3], report.PartedTokens);
    }

    [Theory]
    [InlineData("alice", "alice", true)]
    [InlineData("alice", "bob", false)]
    [InlineData(null, "bob", false)]
    [InlineData("alice", null, false)]
    [InlineData(null, null, false)]
    public void A_request_learns_whether_its_own_session_has_what_it_parted_from(string? first, string? second, bool isOwn)
    {
        var drive = Drive();
        int[] trunk = SchedulerDrive.Prompt(50);
        drive.Run([.. trunk, 1, 2, 3], 0, first);
        drive.Run([.. trunk, 4, 5], 0, second);

        var report = drive.Submitted[1].Prefix;
        Assert.Equal([1, 2, 3], report.PartedTokens);
        Assert.Equal(isOwn, report.PartsFromSameSession);
    }

    [Fact]
    public void What_a_session_shares_with_another_does_not_make_the_others_words_its_own()
    {
        var drive = Drive();
        int[] trunk = SchedulerDrive.Prompt(50);
        drive.Run([.. trunk, 1, 2, 3], 0, "alice");
        drive.Run(trunk, 0, "bob");
        drive.Run([.. trunk, 4, 5], 0, "bob");

        var report = drive.Submitted[2].Prefix;
        Assert.Equal([1, 2, 3], report.PartedTokens);
        Assert.False(report.PartsFromSameSession);
    }

    [Fact]
    public void Cells_that_other_cells_spell_as_well_are_given_back()
    {
        var drive = Drive();
        for (var i = 0; i < 5; i++) drive.Run(SchedulerDrive.Prompt(100), 1);

        Assert.Equal(100, drive.Scheduler.Cache.UsedCells);
        Assert.Equal(1, drive.Scheduler.Cache.ParkedBranches);
    }

    private static int[] System { get; } = SchedulerDrive.Prompt(150, 11);

    private static int[] History(SchedulerDrive drive)
    {
        var last = drive.Submitted[^1];
        return [.. last.Prompt, .. drive.TokensOf(last)];
    }

    private static SchedulerDrive Drive(int microBatch = 64) =>
        new(new SchedulerLimits(window: 1000, cells: 3000, running: 4, batchTokens: 128, microBatch) { SequenceIds = 12 });
}
