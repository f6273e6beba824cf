using Hearth.Engine;
using Hearth.Engine.Cache;
using Hearth.Tests.Engine.Scheduling;

namespace Hearth.Tests.Engine.Cache;

/// <summary>What each kind of memory lets a later prompt continue.</summary>
public sealed class MemoryKindTests
{
    // Ends of messages at 40 and 90.
    private static readonly int[] Trunk = [.. SchedulerDrive.Prompt(39), 0, .. SchedulerDrive.Prompt(49, 2), 0];

    [Theory]
    [InlineData("llama", false, 0, nameof(MemoryKind.Full))]
    [InlineData("gemma3", false, 1024, nameof(MemoryKind.SlidingWindow))]
    [InlineData("gpt-oss", false, 128, nameof(MemoryKind.SlidingWindow))]
    [InlineData("lfm2", true, 0, nameof(MemoryKind.Recurrent))]
    [InlineData("mamba2", true, 0, nameof(MemoryKind.Recurrent))]
    [InlineData("deepseek4", false, 128, nameof(MemoryKind.Unknown))]
    [InlineData("qwen4exp", true, 0, nameof(MemoryKind.Unknown))]
    public void Every_architecture_has_its_kind(string architecture, bool hasRecurrentLayers, int window, string kind) =>
        Assert.Equal(kind, MemoryKinds.Of(architecture, hasRecurrentLayers, window).ToString());

    [Theory]
    [InlineData(nameof(MemoryKind.Full), 20)]
    [InlineData(nameof(MemoryKind.SlidingWindow), 20 + 10)]
    [InlineData(nameof(MemoryKind.Recurrent), 20 + 10)]
    [InlineData(nameof(MemoryKind.Unknown), 100 + 20)]
    public void A_fork_inside_a_history_costs_what_its_memory_demands(string kind, int computed)
    {
        var drive = Drive(kind);
        drive.Run([.. Trunk, .. SchedulerDrive.Prompt(50, 3)], 0);

        Assert.Equal(computed, drive.Run([.. Trunk, .. SchedulerDrive.Prompt(50, 3)[..10], .. SchedulerDrive.Prompt(20, 5)], 0));
        Assert.Equal(100, drive.Submitted[1].Prefix.SharedTokens);
    }

    [Theory]
    [InlineData(nameof(MemoryKind.Full))]
    [InlineData(nameof(MemoryKind.SlidingWindow))]
    [InlineData(nameof(MemoryKind.Recurrent))]
    [InlineData(nameof(MemoryKind.Unknown))]
    public void The_next_turn_costs_what_is_new_whatever_the_memory(string kind)
    {
        var drive = Drive(kind);
        int[] history = SchedulerDrive.PromptWithAnswer(80, 10);
        drive.Run(history, 10);
        int[] next = [.. history, .. drive.TokensOf(drive.Submitted[0]), 0, .. SchedulerDrive.Prompt(7)];

        // The sampled token that was not computed, the end of the message, the new text.
        Assert.Equal(1 + 1 + 7, drive.Run(next, 0));
    }

    [Fact]
    public void Requests_that_arrive_together_share_a_recurrent_prefix_at_the_very_point_where_they_part()
    {
        var drive = Drive(nameof(MemoryKind.Recurrent));
        for (var i = 1; i <= 3; i++) drive.Submit([.. Trunk, 3, 4, 5, .. SchedulerDrive.Prompt(6, i)], 0);
        drive.RunUntilIdle();

        Assert.Equal(Trunk.Length + 3 + (3 * 6), drive.Decoder.ComputedTokens);
    }

    [Fact]
    public void Without_memory_for_states_a_recurrent_history_is_continued_at_its_end_only()
    {
        var drive = Drive(nameof(MemoryKind.Recurrent), savedBytes: 0);
        drive.Run([.. Trunk, 1, 2], 0);

        Assert.Equal(Trunk.Length + 1, drive.Run([.. Trunk, 3], 0));
        Assert.Equal(1, drive.Run([.. Trunk, 1, 2, 3], 0));
    }

    [Fact]
    public void A_window_that_is_not_proven_is_computed_again_from_the_last_message_end_that_is()
    {
        var drive = Drive(nameof(MemoryKind.SlidingWindow));
        drive.Run([.. Trunk, .. SchedulerDrive.Prompt(50, 3)], 0);
        drive.Decoder.Window = (_, position) => position <= 40;

        Assert.Equal(50 + 15, drive.Run([.. Trunk, .. SchedulerDrive.Prompt(50, 3)[..10], .. SchedulerDrive.Prompt(5, 7)], 0));
    }

    private static SchedulerDrive Drive(string kind, long savedBytes = 1 << 20) => new(
        new SchedulerLimits(window: 500, cells: 2000, running: 4, batchTokens: 128, microBatchTokens: 64)
        {
            SequenceIds = 12,
            Memory = Enum.Parse<MemoryKind>(kind),
            SavedBytes = savedBytes,
        });
}
