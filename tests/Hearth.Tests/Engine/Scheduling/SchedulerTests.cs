using Hearth.Engine;
using Hearth.Tests.Engine.Decoding;

namespace Hearth.Tests.Engine.Scheduling;

public sealed class SchedulerTests
{
    private const int LongAnswer = 40;

    [Fact]
    public void An_answer_is_the_decoders_and_is_told_in_order()
    {
        var drive = Drive();
        var sequence = drive.Submit(SchedulerDrive.Prompt(10), 5);
        drive.RunUntilIdle();

        var (tokens, ended) = ScriptedDecoder.Answer(SchedulerDrive.Prompt(10), 5, SchedulerDrive.VocabularySize);
        Assert.Equal(tokens, drive.TokensOf(sequence));
        Assert.Equal(ended ? GenerationStop.EndOfGeneration : GenerationStop.MaxTokens, drive.Ends[sequence]);
        Assert.Equal([sequence], drive.Started);
    }

    [Fact]
    public void An_end_of_generation_token_stops_and_is_not_reported()
    {
        var drive = Drive(window: 4000, cells: 4000);
        var sequence = drive.Submit(SchedulerDrive.Prompt(10), 3000);
        drive.RunUntilIdle();

        var (tokens, ended) = ScriptedDecoder.Answer(SchedulerDrive.Prompt(10), 3000, SchedulerDrive.VocabularySize);
        Assert.True(ended);
        Assert.Equal(tokens, drive.TokensOf(sequence));
        Assert.Equal(GenerationStop.EndOfGeneration, drive.Ends[sequence]);
        Assert.Equal(tokens.Count, sequence.GeneratedTokens);
    }

    [Fact]
    public void A_full_window_stops()
    {
        var drive = Drive(window: 12);
        var sequence = drive.Submit(PromptWithAnswer(10, 2), 100);
        drive.RunUntilIdle();

        Assert.Equal(GenerationStop.WindowFull, drive.Ends[sequence]);
        Assert.Equal(2, drive.TokensOf(sequence).Count);
    }

    [Fact]
    public void No_tokens_wanted_means_prefill_only()
    {
        var drive = Drive(window: 20, microBatch: 8);
        var sequence = drive.Submit(SchedulerDrive.Prompt(20), 0);
        drive.RunUntilIdle();

        Assert.Equal(GenerationStop.MaxTokens, drive.Ends[sequence]);
        Assert.Empty(drive.TokensOf(sequence));
        Assert.NotNull(sequence.PrefilledAt);
    }

    [Fact]
    public void A_prompt_alone_is_prefilled_in_micro_batches()
    {
        var drive = Drive(window: 200, cells: 200, batch: 128, microBatch: 80);
        drive.Submit(SchedulerDrive.Prompt(190), 1);

        Assert.Equal([80, 80, 30], [Tokens(), Tokens(), Tokens()]);
        int Tokens() => drive.Step().Tokens.Length;
    }

    [Fact]
    public void A_prompt_beside_decodes_is_prefilled_in_small_chunks_and_delays_nobody()
    {
        var drive = Drive(window: 400, cells: 800, batch: 256, microBatch: 256);
        var talker = drive.Submit(PromptWithAnswer(4, LongAnswer), LongAnswer);
        drive.Step();
        drive.Submit(SchedulerDrive.Prompt(300), 1);

        for (var tokens = 2; tokens <= 5; tokens++)
        {
            Assert.Equal(SchedulerLimits.PrefillTokensBesideDecodes + 1, drive.Step().Tokens.Length);
            Assert.Equal(tokens, drive.TokensOf(talker).Count);
        }
    }

    [Fact]
    public void Prompts_share_a_step_in_the_order_they_came()
    {
        var drive = Drive(batch: 64, microBatch: 24);
        var first = drive.Submit(SchedulerDrive.Prompt(10, 1), 0);
        var second = drive.Submit(SchedulerDrive.Prompt(30, 2), 0);
        drive.Step();

        Assert.Equal(SequenceState.Ended, first.State);
        Assert.Equal(14, second.Position);
    }

    [Fact]
    public void Who_does_not_fit_waits_and_holds_up_those_behind()
    {
        var drive = Drive(window: 50, cells: 60, sequences: 4, microBatch: 64);
        var first = drive.Submit(PromptWithAnswer(20, 20), 20);
        var large = drive.Submit(SchedulerDrive.Prompt(30, 2), 5);
        var small = drive.Submit(SchedulerDrive.Prompt(2, 3), 1);
        drive.Step();

        Assert.Equal(SequenceState.Waiting, large.State);
        Assert.Equal(SequenceState.Waiting, small.State);
        Assert.Equal(20, drive.Scheduler.FreeCells);
        drive.Cancel(first);
        drive.Step();
        Assert.Equal([first, large, small], drive.Started);
    }

    [Fact]
    public void Cells_are_reserved_for_the_longest_answer_but_never_beyond_the_window()
    {
        var drive = Drive(window: 50, cells: 120);
        drive.Submit(SchedulerDrive.Prompt(10, 1), 15);
        drive.Submit(SchedulerDrive.Prompt(10, 2), int.MaxValue);
        drive.Step();

        Assert.Equal(120 - 25 - 50, drive.Scheduler.FreeCells);
    }

    [Fact]
    public void Sequence_ids_run_out_before_cells_do()
    {
        var drive = Drive(cells: 400, sequences: 2);
        for (var i = 0; i < 3; i++) drive.Submit(PromptWithAnswer(5 + i, LongAnswer), LongAnswer);
        drive.Step();

        Assert.Equal(2, drive.Scheduler.Running);
        Assert.Equal(1, drive.Scheduler.Waiting);
        Assert.Equal(0, drive.Scheduler.FreeSequenceIds);
    }

    [Fact]
    public void Cancelling_in_mid_prefill_frees_everything_at_once_and_drops_the_cells_in_the_next_step()
    {
        var drive = Drive(window: 100, cells: 100, sequences: 1, microBatch: 16);
        var first = drive.Submit(SchedulerDrive.Prompt(90, 1), 10);
        var second = drive.Submit(SchedulerDrive.Prompt(5, 2), 10);
        drive.Step();
        Assert.Equal(16, drive.Decoder.UsedCells);
        drive.Cancel(first);

        Assert.Equal(GenerationStop.Cancelled, drive.Ends[first]);
        Assert.Equal(100, drive.Scheduler.FreeCells);
        var plan = drive.Step();
        Assert.Equal([KvOperation.Drop(0)], plan.Operations.ToArray());
        Assert.Equal(5, drive.Decoder.UsedCells);
        Assert.Equal([first, second], drive.Started);
    }

    [Fact]
    public void Cancelling_who_waits_or_ended_is_harmless()
    {
        var drive = Drive(sequences: 1);
        var first = drive.Submit(SchedulerDrive.Prompt(5, 1), 1);
        var second = drive.Submit(SchedulerDrive.Prompt(5, 2), 1);
        drive.Step();
        drive.Cancel(first);
        drive.Cancel(second);
        drive.Cancel(second);
        drive.RunUntilIdle();

        Assert.Equal(GenerationStop.Cancelled, drive.Ends[second]);
        Assert.Equal([first], drive.Started);
    }

    [Fact]
    public void Losing_the_decoder_fails_the_admitted_and_keeps_the_waiting()
    {
        var drive = Drive(sequences: 1);
        var first = drive.Submit(PromptWithAnswer(5, LongAnswer), LongAnswer);
        var second = drive.Submit(SchedulerDrive.Prompt(6, 2), 3);
        drive.Step();
        drive.LoseDecoder();
        drive.RunUntilIdle();

        Assert.Null(drive.Ends[first]);
        Assert.NotNull(drive.Ends[second]);
        var (tokens, _) = ScriptedDecoder.Answer(SchedulerDrive.Prompt(6, 2), 3, SchedulerDrive.VocabularySize);
        Assert.Equal(tokens, drive.TokensOf(second));
    }

    [Fact]
    public void Times_are_those_of_the_events()
    {
        var drive = Drive(microBatch: 4);
        var sequence = drive.Submit(PromptWithAnswer(8, 2), 2);
        drive.RunUntilIdle();

        // The clock ticks at the submission and at every plan and every step's end.
        Assert.Equal(1, sequence.SubmittedAt);
        Assert.Equal(2, sequence.AdmittedAt);
        Assert.Equal(5, sequence.PrefilledAt);
        Assert.Equal(7, sequence.EndedAt);
    }

    [Theory]
    [InlineData(10, 5, 2, 8, 8)]
    [InlineData(10, 20, 9, 8, 8)]
    [InlineData(0, 20, 2, 8, 8)]
    [InlineData(10, 20, 0, 8, 8)]
    [InlineData(10, 20, 2, 8, 0)]
    public void Limits_that_cannot_work_are_refused(int window, int cells, int sequences, int batch, int microBatch) =>
        Assert.ThrowsAny<ArgumentException>(() => new SchedulerLimits(window, cells, sequences, batch, microBatch));

    private static SchedulerDrive Drive(int window = 100, int cells = 200, int sequences = 4, int batch = 64, int microBatch = 32) =>
        new(new SchedulerLimits(window, cells, sequences, batch, microBatch));

    // A prompt whose answer does not end before it has so many tokens.
    private static int[] PromptWithAnswer(int length, int tokens) => Enumerable.Range(0, 10_000)
        .Select(number => Enumerable.Range(0, length).Select(i => 1 + ((number >> (i % 4 * 4)) % 15)).ToArray())
        .First(prompt => ScriptedDecoder.Answer(prompt, tokens, SchedulerDrive.VocabularySize).Tokens.Count == tokens);
}
