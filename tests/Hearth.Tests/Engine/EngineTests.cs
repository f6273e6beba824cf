using Hearth.Engine;
using Hearth.Engine.Decoding;
using Hearth.Tests.Engine.Decoding;
using Hearth.Tests.Engine.Scheduling;

namespace Hearth.Tests.Engine;

public sealed class EngineTests
{
    [Fact]
    public async Task A_request_starts_streams_and_finishes_with_its_numbers()
    {
        var prompt = EngineUnderTest.PromptWithAnswer(20, 5);
        EngineUnderTest? test = null;
        await using (test = new EngineUnderTest(beforeStep: _ =>
        {
            test!.Time.Advance(TimeSpan.FromSeconds(1));
            return null;
        }))
        {
            var generation = test.Accept(prompt, 50);
            await test.Gate.Arrival();
            test.Gate.Open();
            var events = await EngineUnderTest.AllEvents(generation);

            Assert.Equal(new GenerationStarted(20, 0), events[0]);
            Assert.Equal(
                ScriptedDecoder.Answer(prompt, 50, EngineUnderTest.VocabularySize).Tokens,
                events.OfType<TokenGenerated>().Select(e => e.Token));

            // Two chunks of prefill, the second of which gives the first token; five more steps, the last of which gives the end.
            var stats = new GenerationStats(
                20, PrefixReport.Nothing, 5, Queued: TimeSpan.Zero, Prefill: TimeSpan.FromSeconds(2), Decode: TimeSpan.FromSeconds(5));
            Assert.Equal(new GenerationFinished(GenerationStop.EndOfGeneration, stats), events[^1]);
        }
    }

    [Fact]
    public async Task Many_requests_at_once_each_get_their_own_answer()
    {
        await using var test = new EngineUnderTest(isGated: false);
        var prompts = Enumerable.Range(1, 40).Select(i => EngineUnderTest.PromptWithAnswer(3 + i, i % 7)).ToList();
        var generations = prompts.Select(prompt => test.Accept(prompt, 20)).ToList();
        for (var i = 0; i < prompts.Count; i++)
        {
            var expected = ScriptedDecoder.Answer(prompts[i], 20, EngineUnderTest.VocabularySize).Tokens;
            Assert.Equal(expected, await EngineUnderTest.TokensOf(generations[i]));
        }

        await test.CheckIdle();
    }

    [Fact]
    public async Task A_full_inbox_answers_overloaded_until_there_is_room()
    {
        await using var test = new EngineUnderTest(sequences: 1, queue: 2);
        var running = test.Accept(EngineUnderTest.PromptWithAnswer(5, 3), 10);
        await test.Gate.Arrival();
        var waiting = new[] { test.Accept([1, 2], 1), test.Accept([1, 3], 1) };

        Assert.IsType<Submission.Overloaded>(test.Submit([1, 4], 1));
        Assert.Equal(2, test.Engine.Counters.Waiting);
        test.Gate.Open();
        foreach (var generation in waiting) await EngineUnderTest.AllEvents(generation);
        await EngineUnderTest.AllEvents(running);
        await EngineUnderTest.AllEvents(test.Accept([1, 4], 1));
    }

    [Fact]
    public async Task A_cancel_is_not_lost_when_the_inbox_is_full()
    {
        await using var test = new EngineUnderTest(sequences: 1, queue: 1);
        var running = test.Accept([1, 2, 3], 50);
        await test.Gate.Arrival();
        var waiting = test.Accept([1, 2], 1);
        Assert.IsType<Submission.Overloaded>(test.Submit([1, 4], 1));
        waiting.Cancel();
        running.Dispose();
        test.Gate.Open();

        Assert.Equal(GenerationStop.Cancelled, await EngineUnderTest.StopOf(waiting));
        Assert.Equal(GenerationStop.Cancelled, await EngineUnderTest.StopOf(running));
        await test.CheckIdle();
    }

    [Fact]
    public async Task A_client_that_hangs_up_in_mid_prefill_frees_its_sequence_within_one_step()
    {
        await using var test = new EngineUnderTest(sequences: 1, microBatch: 16);
        var gone = test.Accept([.. Enumerable.Repeat(5, 80)], 10);
        await test.Gate.Arrival();
        var next = test.Accept([1, 2, 3], 1);
        gone.Dispose();
        var plan = await test.Gate.NextStep();

        Assert.Equal([KvOperation.Drop(0)], plan.Operations.ToArray().Distinct());
        Assert.Equal([1, 2, 3], plan.Tokens.ToArray());
        test.Gate.Open();
        Assert.Equal(GenerationStop.Cancelled, await EngineUnderTest.StopOf(gone));
        Assert.Single(await EngineUnderTest.TokensOf(next));
        await test.CheckIdle();
    }

    [Fact]
    public async Task A_client_that_hangs_up_while_decoding_frees_its_sequence_within_one_step()
    {
        await using var test = new EngineUnderTest(sequences: 2);
        var gone = test.Accept(EngineUnderTest.PromptWithAnswer(4, 20), 50);
        await test.Gate.Arrival();
        await test.Gate.NextStep();
        gone.Dispose();
        test.Accept(SchedulerDrive.Prompt(3), 1);
        var plan = await test.Gate.NextStep();

        Assert.Equal(3, plan.Tokens.Length);
        Assert.Equal(0, test.Engine.Counters.LeasedCells);
    }

    [Fact]
    public async Task A_prompt_that_can_never_fit_is_refused_with_its_numbers()
    {
        await using var test = new EngineUnderTest(window: 50, isGated: false);

        Assert.Equal(new Submission.PromptTooLong(50, 49), test.Submit([.. Enumerable.Repeat(3, 50)], 1));
        Assert.Equal(new Submission.PromptTooLong(51, 50), test.Submit([.. Enumerable.Repeat(3, 51)], 0));
        Assert.Equal(GenerationStop.MaxTokens, await EngineUnderTest.StopOf(test.Accept([.. Enumerable.Repeat(3, 50)], 0)));
        Assert.Equal(49, test.Engine.LongestPrompt);
    }

    [Fact]
    public async Task What_no_client_can_cause_is_the_callers_fault()
    {
        await using var test = new EngineUnderTest(isGated: false);

        Assert.ThrowsAny<ArgumentException>(() => test.Submit([], 1));
        Assert.ThrowsAny<ArgumentException>(() => test.Submit([EngineUnderTest.VocabularySize], 1));
        Assert.ThrowsAny<ArgumentException>(() => test.Submit([-1], 1));
        Assert.ThrowsAny<ArgumentException>(() => test.Submit([1], -1));
    }

    [Fact]
    public async Task Random_hang_ups_from_many_threads_leak_nothing_and_end_every_request()
    {
        await using var test = new EngineUnderTest(queue: 1000, isGated: false);
        var clients = Enumerable.Range(0, 300).Select(i => Task.Run(async () =>
        {
            using var generation = test.Accept(EngineUnderTest.PromptWithAnswer(2 + (i % 50), i % 5), 30);
            if (i % 3 == 0) generation.Cancel();
            var events = generation.Events;
            if (i % 3 == 1) await events.ReadAsync();
            if (i % 3 == 1) generation.Dispose();
            return await EngineUnderTest.AllEvents(generation);
        }));
        await EngineUnderTest.Patiently(Task.WhenAll(clients));

        await test.CheckIdle();
        Assert.Equal(EngineState.Draining, test.Engine.Health.State);
    }

    [Fact]
    public async Task The_engine_thread_allocates_less_than_one_object_per_token()
    {
        const int Tokens = 4000;
        long start = 0;
        long end = 0;
        var step = 0;
        await using var test = new EngineUnderTest(
            window: Tokens + 10,
            cells: Tokens + 10,
            sequences: 1,
            isGated: false,
            createDecoder: _ => new ConstantDecoder(new DecoderLimits(Tokens + 10, 1, 64, 16, EngineUnderTest.VocabularySize)),
            beforeStep: _ =>
            {
                step++;
                if (step == Tokens / 2) start = GC.GetAllocatedBytesForCurrentThread();
                if (step == Tokens) end = GC.GetAllocatedBytesForCurrentThread();
                return null;
            });
        var generation = test.Accept([1], Tokens);
        Assert.Equal(Tokens, (await EngineUnderTest.TokensOf(generation)).Count);

        // The smallest object takes 24 bytes. What is left is the reader's queue growing while it is behind, 8 bytes a token and slack.
        Assert.InRange((end - start) / (Tokens / 2.0), 0, 20);
    }
}
