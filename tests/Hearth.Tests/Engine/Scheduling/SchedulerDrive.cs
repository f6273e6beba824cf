using Hearth.Engine;
using Hearth.Engine.Decoding;
using Hearth.Tests.Engine.Decoding;

namespace Hearth.Tests.Engine.Scheduling;

/// <summary>Runs a scheduler over the scripted decoder, step by step, and checks its invariants before each.</summary>
internal sealed class SchedulerDrive
{
    public const int VocabularySize = 23;

    private readonly List<Sequence> _submitted = [];
    private readonly Dictionary<Sequence, List<int>> _tokens = [];
    private bool _lastWasEmpty;

    public SchedulerDrive(SchedulerLimits limits)
    {
        Limits = limits;
        Disk = new SimulatedDisk(Blocks);
        Decoder = NewDecoder();
        Scheduler = NewScheduler();
    }

    public SchedulerLimits Limits { get; }

    public Scheduler Scheduler { get; private set; }

    /// <summary>The bytes of all states that were ever saved or read.</summary>
    public NativeBlocks Blocks { get; } = new();

    public SimulatedDisk Disk { get; }

    public ScriptedDecoder Decoder { get; private set; }

    public long Now { get; set; }

    /// <summary>How long a step takes.</summary>
    public Func<StepPlan, long> StepTicks { get; set; } = _ => 1;

    /// <summary>How much of it goes into bringing states back.</summary>
    public Func<StepPlan, TimeSpan> Restoring { get; set; } = _ => TimeSpan.Zero;

    /// <summary>How much of it goes into copying states out.</summary>
    public Func<StepPlan, TimeSpan> Saving { get; set; } = _ => TimeSpan.Zero;

    /// <summary>Steps are interrupted though somebody needs them, as far as the memory lets them.</summary>
    public bool IsStopped { get; set; }

    /// <summary>Steps that were interrupted.</summary>
    public int Interrupted { get; private set; }

    /// <summary>Everyone who was submitted, in order.</summary>
    public IReadOnlyList<Sequence> Submitted => _submitted;

    /// <summary>Everyone who was admitted, in order.</summary>
    public List<Sequence> Started { get; } = [];

    /// <summary>How everyone ended; null for a failure.</summary>
    public Dictionary<Sequence, GenerationStop?> Ends { get; } = [];

    public IReadOnlyList<int> TokensOf(Sequence sequence) => _tokens[sequence];

    public Sequence Submit(int[] prompt, int maxTokens, RequestPriority priority = RequestPriority.Main, string? session = null)
    {
        var request = new GenerationRequest(prompt, maxTokens, SamplingSettings.Greedy) { Priority = priority, Session = session };
        var sequence = new Sequence(request, ScriptedDecoder.Vocabulary(VocabularySize), ++Now);
        _submitted.Add(sequence);
        _tokens[sequence] = [];
        Scheduler.Submit(sequence);
        return sequence;
    }

    /// <summary>Submits and runs to the end; returns the tokens that were computed for it.</summary>
    public int Run(int[] prompt, int maxTokens, string? session = null)
    {
        var before = Decoder.ComputedTokens;
        Submit(prompt, maxTokens, session: session);
        RunUntilIdle();
        return Decoder.ComputedTokens - before;
    }

    /// <summary>A prompt that no other number gives; no token ends a generation.</summary>
    public static int[] Prompt(int length, int number = 1) =>
        [.. Enumerable.Range(0, length).Select(i => 1 + (((i * 7) + (number * 13) + (i / 5)) % (VocabularySize - 1)))];

    /// <summary>A prompt whose answer does not end before it has so many tokens.</summary>
    public static int[] PromptWithAnswer(int length, int tokens, int skip = 0) => Enumerable.Range(0, 100_000)
        .Select(number => Enumerable.Range(0, length).Select(i => 1 + ((number >> (i % 4 * 4)) % 15)).ToArray())
        .Where(prompt => ScriptedDecoder.Answer(prompt, tokens, VocabularySize).Tokens.Count == tokens)
        .Skip(skip).First();

    public void Cancel(Sequence sequence)
    {
        Scheduler.Cancel(sequence, ++Now);
        TakeEffects();
    }

    /// <summary>As the engine does after a failure: who was admitted fails, the decoder is a new one.</summary>
    public void LoseDecoder()
    {
        Scheduler.FailAdmitted(++Now);
        Decoder = NewDecoder();
        TakeEffects();
    }

    /// <summary>The process ends and another one starts: only files are left.</summary>
    public void Restart()
    {
        Close();
        Decoder = NewDecoder();
        Scheduler = NewScheduler();
        Disk.TellAll(Scheduler, Now);
    }

    /// <summary>The engine ends, and everything is given back.</summary>
    public void Close()
    {
        Scheduler.FailAll(++Now);
        TakeEffects();
        CheckMemory();
        Scheduler.Cache.Close();
        Assert.Equal((0, 0), (Blocks.Bytes, Scheduler.Cache.SavedBytes));
    }

    /// <summary>The memory of states is that of those in the books, and no other.</summary>
    public void CheckMemory() => Assert.Equal(Scheduler.Cache.SavedBytes, Blocks.Bytes);

    /// <summary>One step. The plan it returns is the one that was computed.</summary>
    /// <param name="whileComputing">What happens in its middle; after it, a step that nobody needs is interrupted where it can be.</param>
    public StepPlan Step(Action<StepPlan>? whileComputing = null)
    {
        var plan = Scheduler.Plan(++Now);
        TakeEffects();
        CheckPlan(plan);
        plan.IsUnwanted = () =>
        {
            whileComputing?.Invoke(plan);
            return (IsStopped || Scheduler.IsForNobody) && Scheduler.CanInterrupt;
        };
        var outcome = Decoder.Decode(plan);
        Assert.Null(outcome.Fault);
        if (outcome.WasInterrupted)
        {
            Interrupted++;
            Scheduler.OnStepInterrupted(++Now);
            Disk.TakeFrom(Scheduler);
            CheckBooks();
            TakeEffects();
            return plan;
        }

        var sampled = Sample(plan);
        Now += StepTicks(plan);
        Scheduler.OnStepDone(sampled, Now, Restoring(plan), Saving(plan));
        Disk.TakeFrom(Scheduler);
        CheckBooks();
        TakeEffects();
        return plan;
    }

    /// <summary>What the decoder wants next, of everyone who wants to know.</summary>
    public SampledToken[] Sample(StepPlan plan)
    {
        var sampled = new List<SampledToken>();
        foreach (var entry in plan.Entries)
        {
            if (!entry.WantsOutput) continue;
            var token = Scheduler.Holder(entry.SequenceId).Sampler.Sample(Decoder.Logits(entry.LastToken));
            sampled.Add(new SampledToken(token, token == ScriptedDecoder.EndOfGeneration));
        }

        return [.. sampled];
    }

    /// <summary>As the engine does while nobody asks anything: tidies up, a piece at a time. Returns the number of pieces.</summary>
    public int Tidy()
    {
        var pieces = 0;
        while (Scheduler.IsIdle && Scheduler.Plan(++Now) is { IsEmpty: true } plan && Scheduler.PlanTidying())
        {
            Assert.False(plan.IsEmpty);
            Assert.Null(Decoder.Decode(plan).Fault);
            Scheduler.OnStepDone([], ++Now);
            Disk.TakeFrom(Scheduler);
            pieces++;
        }

        return pieces;
    }

    /// <summary>Steps until nothing is left, then checks that nothing leaked.</summary>
    public void RunUntilIdle(int mostSteps = 100_000)
    {
        while (!Scheduler.IsIdle)
        {
            Assert.True(mostSteps-- > 0, "the scheduler does not come to an end");
            Step();
            if (Scheduler.WaitsForDisk || Disk.Takes is not null) Disk.Answer(Scheduler, Now);
            if (!Scheduler.WaitsForDisk) continue;
            Now = Math.Max(Now, Math.Min(Disk.EndsAt, Scheduler.PlansAt));
            Disk.Answer(Scheduler, Now);
        }

        Scheduler.CheckIdle();
        Assert.Equal(Decoder.UsedCells, Scheduler.Cache.UsedCells);
    }

    private Scheduler NewScheduler() => new(Limits, (id, position) => Decoder.HoldsWindow(id, position));

    private ScriptedDecoder NewDecoder() => new(new DecoderLimits(
        Limits.Cells, Limits.SequenceIds, Limits.BatchTokens, Limits.MicroBatchTokens, VocabularySize, Limits.Memory), Blocks);

    private void TakeEffects()
    {
        foreach (var effect in Scheduler.Effects)
        {
            Assert.False(Ends.ContainsKey(effect.Sequence), "something happens to a sequence after its end");
            switch (effect.Kind)
            {
                case SchedulerEffectKind.Started: Started.Add(effect.Sequence); break;
                case SchedulerEffectKind.Token: _tokens[effect.Sequence].Add(effect.Token); break;
                case SchedulerEffectKind.Finished: Ends.Add(effect.Sequence, effect.Stop); break;
                default: Ends.Add(effect.Sequence, null); break;
            }
        }

        Scheduler.ClearEffects();
    }

    private void CheckBooks()
    {
        Scheduler.Cache.CheckIntegrity();
        CheckMemory();
        var holders = _submitted.Where(s => s.SequenceId != Sequence.None).ToList();
        Assert.Equal(holders.Count, Scheduler.Running);
        Assert.Equal(holders.Count, holders.Select(s => s.SequenceId).Distinct().Count());
        Assert.Equal(Started.Count, Started.Distinct().Count());
    }

    private void CheckPlan(StepPlan plan)
    {
        var prefillTokens = 0;
        foreach (var entry in plan.Entries)
        {
            var sequence = Scheduler.Holder(entry.SequenceId);
            Assert.Equal(sequence.Position, entry.Position);
            if (sequence.State == SequenceState.Prefilling) prefillTokens += entry.Count;
            else Assert.True(entry is { Count: 1, WantsOutput: true }, "a decode is not one token");
        }

        Assert.InRange(plan.Tokens.Length, 0, Limits.BatchTokens);
        Assert.InRange(prefillTokens, 0, Limits.MicroBatchTokens);

        // A request whose saved states failed it begins anew in the next step.
        var mayBeEmpty = Scheduler.IsIdle || Scheduler.WaitsForDisk || _lastWasEmpty is false && _submitted.Exists(s => s.SkipsSaved);
        Assert.False(plan.IsEmpty && !mayBeEmpty, "nothing is planned, and somebody waits");
        _lastWasEmpty = plan.IsEmpty && !Scheduler.WaitsForDisk;
    }
}
