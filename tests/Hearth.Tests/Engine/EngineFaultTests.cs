using Hearth.Engine;
using Hearth.Engine.Decoding;
using Hearth.Tests.Engine.Decoding;
using Hearth.Tests.Engine.Scheduling;

namespace Hearth.Tests.Engine;

public sealed class EngineFaultTests
{
    private const string Broken = "the device is gone";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_fault_fails_what_runs_and_a_new_decoder_serves_what_waits(bool throws)
    {
        var steps = 0;
        await using var test = new EngineUnderTest(sequences: 1, beforeStep: _ => ++steps == 2 ? Fault(throws) : null);
        var running = test.Accept(EngineUnderTest.PromptWithAnswer(4, 9), 20);
        await test.Gate.Arrival();
        var prompt = SchedulerDrive.Prompt(6, 2);
        var waiting = test.Accept(prompt, 3);
        test.Gate.Open();

        Assert.Equal(Broken, await EngineUnderTest.FailureOf(running));
        Assert.Equal(
            ScriptedDecoder.Answer(prompt, 3, EngineUnderTest.VocabularySize).Tokens, await EngineUnderTest.TokensOf(waiting));
        Assert.Equal(EngineHealth.Ready, test.Engine.Health);
        Assert.Equal(2, test.DecodersMade);
        await test.CheckIdle();
    }

    [Fact]
    public async Task A_decoder_that_breaks_again_too_soon_leaves_the_engine_faulted_and_nobody_waiting()
    {
        await using var test = new EngineUnderTest(sequences: 1, beforeStep: _ => new DecodeOutcome(Broken));
        var generations = new[] { test.Accept([1], 5), test.Accept([2], 5), test.Accept([3], 5) };
        test.Gate.Open();

        foreach (var generation in generations) Assert.Equal(Broken, await EngineUnderTest.FailureOf(generation));
        Assert.Equal(new EngineHealth(EngineState.Faulted, Broken), test.Engine.Health);
        Assert.Equal(new Submission.Unavailable(Broken), test.Submit([1], 5));
        Assert.Equal(2, test.DecodersMade);
    }

    [Fact]
    public async Task A_decoder_that_worked_for_long_enough_is_replaced_again()
    {
        var sinceFault = 0;
        await using var test = new EngineUnderTest(isGated: false, beforeStep: _ =>
        {
            if (++sinceFault <= EngineLoop.StepsBetweenReloads) return null;
            sinceFault = 0;
            return new DecodeOutcome(Broken);
        });
        for (var round = 0; round < 3; round++)
        {
            while (test.DecodersMade == round + 1) await EngineUnderTest.AllEvents(test.Accept(SchedulerDrive.Prompt(20, 1), 0));
        }

        Assert.Equal(4, test.DecodersMade);
        await EngineUnderTest.StopOf(test.Accept([1], 0));
    }

    [Fact]
    public async Task When_no_new_decoder_can_be_made_the_engine_stays_faulted()
    {
        await using var test = new EngineUnderTest(
            isGated: false,
            beforeStep: _ => new DecodeOutcome(Broken),
            createDecoder: number => number == 1
                ? new ScriptedDecoder(new DecoderLimits(400, 4, 64, 16, EngineUnderTest.VocabularySize))
                : throw new InvalidOperationException("no memory"));
        Assert.Equal(Broken, await EngineUnderTest.FailureOf(test.Accept([1], 5)));
        await EngineUnderTest.Patiently(test.Engine.DrainAsync(TimeSpan.Zero));

        Assert.Equal(new EngineHealth(EngineState.Faulted, "no memory"), test.Engine.Health);
    }

    [Fact]
    public async Task Disposal_ends_everything_and_can_be_repeated()
    {
        var test = new EngineUnderTest(sequences: 1);
        var running = test.Accept([1, 2, 3], 50);
        await test.Gate.Arrival();
        var waiting = test.Accept([4], 5);
        var disposal = test.Engine.DisposeAsync().AsTask();
        test.Gate.Open();
        await EngineUnderTest.Patiently(disposal);

        Assert.NotEmpty(await EngineUnderTest.FailureOf(running));
        Assert.NotEmpty(await EngineUnderTest.FailureOf(waiting));
        Assert.Equal(EngineState.Stopped, test.Engine.Health.State);
        Assert.IsType<Submission.Unavailable>(test.Submit([1], 1));
        running.Cancel();
        await test.DisposeAsync();
    }

    [Fact]
    public void An_engine_that_cannot_be_made_frees_the_decoder_that_was()
    {
        var decoder = new ScriptedDecoder(new DecoderLimits(400, Sequences: -1, 64, 16, EngineUnderTest.VocabularySize));

        Assert.ThrowsAny<Exception>(() => new EngineUnderTest(createDecoder: _ => decoder));
        Assert.True(decoder.IsDisposed);
    }

    [Fact]
    public async Task Disposal_frees_the_decoder()
    {
        var decoder = new ScriptedDecoder(new DecoderLimits(400, 4, 64, 16, EngineUnderTest.VocabularySize));
        var test = new EngineUnderTest(createDecoder: _ => decoder);
        await test.DisposeAsync();

        Assert.True(decoder.IsDisposed);
    }

    [Fact]
    public async Task Draining_refuses_the_new_and_finishes_the_old()
    {
        await using var test = new EngineUnderTest(sequences: 1);
        var running = test.Accept(EngineUnderTest.PromptWithAnswer(4, 9), 20);
        await test.Gate.Arrival();
        var waiting = test.Accept([1, 2], 1);
        var drained = test.Engine.DrainAsync(TimeSpan.FromSeconds(10));

        Assert.IsType<Submission.Unavailable>(test.Submit([1], 1));
        Assert.Equal(EngineState.Draining, test.Engine.Health.State);
        Assert.False(drained.IsCompleted);
        test.Gate.Open();
        await EngineUnderTest.Patiently(drained);
        Assert.Equal(GenerationStop.EndOfGeneration, await EngineUnderTest.StopOf(running));
        Assert.Single(await EngineUnderTest.TokensOf(waiting));
    }

    [Fact]
    public async Task Draining_cancels_what_is_left_at_the_deadline()
    {
        // An answer so long that only a cancel can be what ends it.
        const int Endless = 10_000_000;
        await using var test = new EngineUnderTest(
            window: Endless,
            cells: Endless,
            sequences: 1,
            isGated: false,
            createDecoder: _ => new ConstantDecoder(new DecoderLimits(Endless, 1, 64, 16, EngineUnderTest.VocabularySize)));
        var running = test.Accept([1], Endless);
        var waiting = test.Accept([1, 2], 1);
        var drained = test.Engine.DrainAsync(TimeSpan.FromSeconds(10));
        test.Time.Advance(TimeSpan.FromSeconds(10));
        await EngineUnderTest.Patiently(drained);

        Assert.Equal(GenerationStop.Cancelled, await EngineUnderTest.StopOf(running));
        Assert.Equal(GenerationStop.Cancelled, await EngineUnderTest.StopOf(waiting));
    }

    private static DecodeOutcome? Fault(bool throws) =>
        throws ? throw new InvalidOperationException(Broken) : new DecodeOutcome(Broken);
}
