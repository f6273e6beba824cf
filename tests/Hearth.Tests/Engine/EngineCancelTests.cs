using Hearth.Engine;
using Hearth.Engine.Decoding;
using Hearth.Tests.Engine.Decoding;
using Hearth.Tests.Engine.Scheduling;

namespace Hearth.Tests.Engine;

/// <summary>Whoever leaves stops costing at once: in the queue, and in the middle of a step.</summary>
public sealed class EngineCancelTests
{
    [Fact]
    public async Task A_step_that_nobody_needs_any_more_is_interrupted_and_leaves_nothing_leased()
    {
        using var step = new EndlessStep();
        await using var test = new EngineUnderTest(isGated: false, beforeStep: step.Wait);
        var gone = test.Accept(SchedulerDrive.Prompt(60), 10);
        await step.Begins();
        gone.Cancel();

        Assert.Equal(GenerationStop.Cancelled, await EngineUnderTest.StopOf(gone));
        step.End();
        Assert.Equal(0, test.Engine.Counters.LeasedCells);
        var prompt = SchedulerDrive.Prompt(60, 2);
        Assert.Equal(
            ScriptedDecoder.Answer(prompt, 5, EngineUnderTest.VocabularySize).Tokens, await EngineUnderTest.TokensOf(test.Accept(prompt, 5)));
        await test.CheckIdle();
    }

    [Fact]
    public async Task A_step_that_serves_somebody_else_too_goes_on()
    {
        await using var test = new EngineUnderTest(sequences: 2);
        var gone = test.Accept(SchedulerDrive.Prompt(30, 1), 10);
        var prompt = SchedulerDrive.Prompt(40, 2);
        await test.Gate.Arrival();
        var living = test.Accept(prompt, 5);
        var plan = await test.Gate.NextStep();
        while (plan.Entries.Length < 2) plan = await test.Gate.NextStep();
        gone.Cancel();

        Assert.False(plan.IsUnwanted());
        living.Cancel();
        Assert.True(plan.IsUnwanted());
        test.Gate.Open();
        Assert.Equal(GenerationStop.Cancelled, await EngineUnderTest.StopOf(gone));
        Assert.Equal(GenerationStop.Cancelled, await EngineUnderTest.StopOf(living));
        await test.CheckIdle();
    }

    [Fact]
    public async Task The_deadline_of_draining_interrupts_a_step_that_somebody_still_waits_for()
    {
        using var step = new EndlessStep();
        await using var test = new EngineUnderTest(isGated: false, beforeStep: step.Wait);
        var running = test.Accept(SchedulerDrive.Prompt(60), 10);
        await step.Begins();
        var drained = test.Engine.DrainAsync(TimeSpan.FromSeconds(10));
        test.Time.Advance(TimeSpan.FromSeconds(10));

        await EngineUnderTest.Patiently(drained);
        Assert.Equal(GenerationStop.Cancelled, await EngineUnderTest.StopOf(running));
    }

    [Fact]
    public async Task Disposal_interrupts_a_step_that_somebody_still_waits_for()
    {
        using var step = new EndlessStep();
        var test = new EngineUnderTest(isGated: false, beforeStep: step.Wait);
        var running = test.Accept(SchedulerDrive.Prompt(60), 10);
        await step.Begins();

        await EngineUnderTest.Patiently(test.DisposeAsync().AsTask());
        Assert.NotEmpty(await EngineUnderTest.FailureOf(running));
    }

    [Fact]
    public async Task Who_leaves_the_queue_during_a_step_is_gone_at_once_and_its_place_is_free()
    {
        await using var test = new EngineUnderTest(sequences: 1, queue: 3);
        var running = test.Accept(EngineUnderTest.PromptWithAnswer(5, 3), 10);
        await test.Gate.Arrival();
        for (var i = 0; i < 300; i++)
        {
            var gone = test.Accept(SchedulerDrive.Prompt(50, i), 10);
            gone.Cancel();
            Assert.Equal(0, test.Engine.Counters.Waiting);

            // The engine thread stands before its step all the while.
            Assert.Equal(GenerationStop.Cancelled, await EngineUnderTest.StopOf(gone));
        }

        var next = test.Accept([1, 2], 1);
        Assert.Equal(1, test.Engine.Counters.Waiting);
        test.Gate.Open();
        Assert.Single(await EngineUnderTest.TokensOf(next));
        await EngineUnderTest.AllEvents(running);
        await test.CheckIdle();
    }

    [Fact]
    public async Task Who_leaves_while_the_engine_has_it_wait_frees_its_place_during_the_step_as_well()
    {
        await using var test = new EngineUnderTest(sequences: 1, queue: 2);
        var running = test.Accept(EngineUnderTest.PromptWithAnswer(40, 3), 10);
        await test.Gate.Arrival();
        Generation[] waiting = [test.Accept([1, 2], 1), test.Accept([1, 3], 1)];
        await test.Gate.NextStep();
        Assert.IsType<Submission.Overloaded>(test.Submit([1, 4], 1));
        foreach (var generation in waiting) generation.Cancel();

        Assert.Equal(0, test.Engine.Counters.Waiting);
        Generation[] next = [test.Accept([1, 4], 1), test.Accept([1, 5], 1)];
        Assert.IsType<Submission.Overloaded>(test.Submit([1, 6], 1));
        test.Gate.Open();
        foreach (var generation in waiting) Assert.Equal(GenerationStop.Cancelled, await EngineUnderTest.StopOf(generation));
        foreach (var generation in next) Assert.Single(await EngineUnderTest.TokensOf(generation));
        await EngineUnderTest.AllEvents(running);
        await test.CheckIdle();
    }

    [Fact]
    public async Task What_was_given_up_within_one_step_is_bounded_as_well()
    {
        await using var test = new EngineUnderTest(sequences: 1, queue: 3);
        var running = test.Accept(EngineUnderTest.PromptWithAnswer(5, 3), 10);
        await test.Gate.Arrival();
        var accepted = 0;
        while (test.Submit([1, 2], 1) is Submission.Accepted { Generation: var gone })
        {
            gone.Cancel();
            Assert.InRange(++accepted, 1, 100_000);
        }

        Assert.InRange(accepted, 1000, 100_000);
        test.Gate.Open();
        await EngineUnderTest.AllEvents(running);
        Assert.Single(await EngineUnderTest.TokensOf(test.Accept([1, 2], 1)));
        await test.CheckIdle();
    }

    /// <summary>A step that takes until nobody needs it.</summary>
    private sealed class EndlessStep : IDisposable
    {
        private readonly SemaphoreSlim _begun = new(0);
        private volatile bool _isOver;

        public DecodeOutcome? Wait(StepPlan plan)
        {
            if (_isOver || plan.Entries.IsEmpty) return null;
            _begun.Release();
            Assert.True(SpinWait.SpinUntil(plan.IsUnwanted, StepGate.Patience), "the step is not interrupted");
            return null;
        }

        public async Task Begins() => Assert.True(await _begun.WaitAsync(StepGate.Patience), "the engine makes no step");

        public void End() => _isOver = true;

        public void Dispose() => _begun.Dispose();
    }
}
