using Hearth.Engine;
using Hearth.Engine.Cache;
using Hearth.Engine.Decoding;
using Hearth.Tests.Engine.Decoding;
using Hearth.Tests.Engine.Scheduling;
using Hearth.Tests.Support;
using Microsoft.Extensions.Logging;
using LocalEngine = Hearth.Engine.Engine;

namespace Hearth.Tests.Engine;

/// <summary>Wherever something throws: every accepted request ends once, the engine's thread comes to its end, and the process lives.</summary>
public sealed class EngineEndTests
{
    private const string Broken = "the device is gone";

    public static TheoryData<string, string> CallSites
    {
        get
        {
            var sites = new TheoryData<string, string>();
            foreach (var site in (string[])[nameof(IDecoder.Decode), nameof(IDecoder.Logits), nameof(IDecoder.HoldsWindow), nameof(IDecoder.Dispose)])
            {
                foreach (var memory in Enum.GetNames<MemoryKind>()) sites.Add(site, memory);
            }

            return sites;
        }
    }

    [Theory]
    [MemberData(nameof(CallSites))]
    public async Task A_decoder_that_throws_at_one_call_ends_whom_it_must_and_no_more(string site, string memory)
    {
        var isBroken = false;
        await using var engine = NewEngine(new CollectedLines(), TimeProvider.System, number => new BreakingDecoder(
            new ScriptedDecoder(Limits with { Memory = Enum.Parse<MemoryKind>(memory) }), at => number == 1 && at == site && Volatile.Read(ref isBroken)));
        await RunSome(engine, 2);
        Volatile.Write(ref isBroken, true);

        // To be let go of, a decoder must have failed first.
        await RunSome(engine, 40);
        Assert.True(engine.Health.State is EngineState.Ready or EngineState.Faulted, $"{engine.Health}");
        if (engine.Health.State == EngineState.Faulted) Assert.Equal(Broken, engine.Health.Reason);
    }

    [Fact]
    public async Task A_decoder_that_cannot_even_be_let_go_of_leaves_the_engine_faulted_and_the_process_alive()
    {
        await using var engine = NewEngine(new CollectedLines(), TimeProvider.System, _ => new BreakingDecoder(
            new ScriptedDecoder(Limits), at => at is nameof(IDecoder.Decode) or nameof(IDecoder.Dispose)));
        await RunSome(engine, 10);

        Assert.Equal(new EngineHealth(EngineState.Faulted, Broken), engine.Health);
        Assert.Equal(new Submission.Unavailable(Broken), engine.Submit(new GenerationRequest([1], 1, SamplingSettings.Greedy)));
        await EngineUnderTest.Patiently(engine.DisposeAsync().AsTask());
    }

    // Every reading of the clock is a place at which the engine thread, its way of surviving and its end can break.
    [Fact]
    public async Task Wherever_on_the_engine_thread_something_throws_every_request_ends_once_and_the_engine_says_why()
    {
        for (var calls = 0; calls < 120; calls += 1 + (calls / 20))
        {
            var lines = new CollectedLines();
            await using var engine = NewEngine(lines, new BreakingClock(calls), _ => new ScriptedDecoder(Limits));
            await RunSome(engine, 30);
            await EngineUnderTest.Patiently(engine.DisposeAsync().AsTask());
            if (engine.Health.State == EngineState.Faulted) Assert.Equal(BreakingClock.Message, engine.Health.Reason);
        }
    }

    [Fact]
    public async Task Books_that_contradict_the_step_end_the_engine_at_worst_and_every_request_once()
    {
        for (var step = 1; step < 12; step++)
        {
            var steps = 0;
            await using var engine = NewEngine(new CollectedLines(), TimeProvider.System, _ => new HookedDecoder(new ScriptedDecoder(Limits), plan =>
            {
                // Entries that the scheduler did not plan: of one who computes already, or of nobody.
                if (++steps % step == 0 && plan.Entries.Length > 0)
                {
                    plan.Add(plan.Entries[0].SequenceId, 0, [1, 2, 3], wantsOutput: false);
                    if (plan.Entries.Length < Limits.Sequences) plan.Add(Limits.Sequences - 1, 0, [1, 2, 3], wantsOutput: true);
                    return DecodeOutcome.Completed;
                }

                return null;
            }));
            await RunSome(engine, 30);
            await EngineUnderTest.Patiently(engine.DisposeAsync().AsTask());
        }
    }

    [Fact]
    public async Task A_log_that_throws_costs_a_line_and_nothing_else()
    {
        await using var engine = NewEngine(new BrokenLog(), TimeProvider.System, _ => new BreakingDecoder(
            new ScriptedDecoder(Limits), at => at is nameof(IDecoder.Decode) or nameof(IDecoder.Dispose)));
        await RunSome(engine, 10);
        await EngineUnderTest.Patiently(engine.DisposeAsync().AsTask());
        Assert.Equal(EngineState.Faulted, engine.Health.State);
    }

    [Fact]
    public async Task Requests_that_come_while_the_engine_ends_are_refused_or_end_once()
    {
        for (var round = 0; round < 20; round++)
        {
            var steps = 0;
            await using var engine = NewEngine(new CollectedLines(), TimeProvider.System, _ => new BreakingDecoder(
                new ScriptedDecoder(Limits), at => at == nameof(IDecoder.Decode) && Interlocked.Increment(ref steps) > 3));
            await EngineUnderTest.Patiently(Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => RunSome(engine, 50)))));
        }
    }

    private static DecoderLimits Limits => new(400, 4, 64, 16, SchedulerDrive.VocabularySize);

    private static LocalEngine NewEngine(ILogger log, TimeProvider time, Func<int, IDecoder> createDecoder)
    {
        var made = 0;
        return new LocalEngine(
            new EngineSettings(["none"], 100, Limits.Cells, Limits.Sequences) { SavedBytes = 1 << 20 },
            ScriptedDecoder.Vocabulary(SchedulerDrive.VocabularySize),
            () => createDecoder(++made),
            time,
            log);
    }

    /// <summary>Submits requests, some of which leave; all that are accepted come to one end.</summary>
    private static async Task RunSome(LocalEngine engine, int requests)
    {
        List<Generation> accepted = [];
        for (var i = 0; i < requests; i++)
        {
            int[] prompt = [.. SchedulerDrive.Prompt(10 + (i % 40), i % 3), 0, .. SchedulerDrive.Prompt(i % 7, i)];
            var submission = engine.Submit(new GenerationRequest(prompt, i % 6, SamplingSettings.Greedy));
            if (submission is Submission.Accepted { Generation: var generation })
            {
                if (i % 5 == 0) generation.Cancel();
                if (i % 8 == 7) await EngineUnderTest.AllEvents(generation);
                else accepted.Add(generation);
            }
            else
            {
                Assert.True(submission is Submission.Unavailable or Submission.Overloaded, $"{submission}");
            }
        }

        foreach (var generation in accepted) await EngineUnderTest.AllEvents(generation);
    }

    /// <summary>Throws where it is told to, once the call itself is done where that matters.</summary>
    private sealed class BreakingDecoder(IDecoder inner, Func<string, bool> breaks) : IDecoder
    {
        public DecoderLimits Limits => inner.Limits;

        public DecodeOutcome Decode(StepPlan plan)
        {
            var outcome = inner.Decode(plan);
            Break(nameof(Decode));
            return outcome;
        }

        public bool HoldsWindow(int sequenceId, int position)
        {
            Break(nameof(HoldsWindow));
            return inner.HoldsWindow(sequenceId, position);
        }

        public Span<float> Logits(int tokenIndex)
        {
            Break(nameof(Logits));
            return inner.Logits(tokenIndex);
        }

        public void Dispose()
        {
            inner.Dispose();
            Break(nameof(Dispose));
        }

        private void Break(string at)
        {
            if (breaks(at)) throw new InvalidOperationException(Broken);
        }
    }

    /// <summary>Throws on the engine thread from the given reading on, every second time.</summary>
    private sealed class BreakingClock(int calls) : TimeProvider
    {
        public const string Message = "the clock is broken";

        private int _calls;

        public override long GetTimestamp()
        {
            if (Thread.CurrentThread.Name == "hearth-engine" && ++_calls > calls && _calls % 2 == 0) throw new InvalidOperationException(Message);
            return base.GetTimestamp();
        }
    }

    private sealed class BrokenLog : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            throw new IOException("nobody reads the log");
    }
}
