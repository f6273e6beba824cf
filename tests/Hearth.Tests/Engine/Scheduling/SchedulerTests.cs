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
        var sequence = drive.Submit(SchedulerDrive.PromptWithAnswer(10, 2), 100);
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
        Assert.Equal(20, drive.Decoder.ComputedTokens);
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
    public void Cancelling_who_waits_or_ended_is_harmless()
    {
        var drive = Drive(running: 1);
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
        var drive = Drive(running: 1);
        var first = drive.Submit(SchedulerDrive.PromptWithAnswer(5, LongAnswer), LongAnswer);
        var second = drive.Submit(SchedulerDrive.Prompt(6, 2), 3);
        drive.Step();
        drive.LoseDecoder();
        drive.RunUntilIdle();

        Assert.Null(drive.Ends[first]);
        Assert.NotNull(drive.Ends[second]);
        var (tokens, _) = ScriptedDecoder.Answer(SchedulerDrive.Prompt(6, 2), 3, SchedulerDrive.VocabularySize);
        Assert.Equal(tokens, drive.TokensOf(second));
    }

    [Theory]
    [InlineData(10, 5, 2, 8, 8)]
    [InlineData(10, 20, 9, 8, 8)]
    [InlineData(0, 20, 2, 8, 8)]
    [InlineData(10, 20, 0, 8, 8)]
    [InlineData(10, 20, 2, 8, 0)]
    public void Limits_that_cannot_work_are_refused(int window, int cells, int running, int batch, int microBatch) =>
        Assert.ThrowsAny<ArgumentException>(() => new SchedulerLimits(window, cells, running, batch, microBatch));

    private static SchedulerDrive Drive(int window = 100, int cells = 200, int running = 4, int batch = 64, int microBatch = 32) =>
        new(new SchedulerLimits(window, cells, running, batch, microBatch));
}
