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

    public SchedulerDrive(SchedulerLimits limits)
    {
        Limits = limits;
        Scheduler = new Scheduler(limits);
        Decoder = NewDecoder();
    }

    public SchedulerLimits Limits { get; }

    public Scheduler Scheduler { get; }

    public ScriptedDecoder Decoder { get; private set; }

    public long Now { get; private set; }

    /// <summary>Everyone who was submitted, in order.</summary>
    public IReadOnlyList<Sequence> Submitted => _submitted;

    /// <summary>Everyone who was admitted, in order.</summary>
    public List<Sequence> Started { get; } = [];

    /// <summary>How everyone ended; null for a failure.</summary>
    public Dictionary<Sequence, GenerationStop?> Ends { get; } = [];

    public IReadOnlyList<int> TokensOf(Sequence sequence) => _tokens[sequence];

    public Sequence Submit(int[] prompt, int maxTokens)
    {
        var sequence = new Sequence(new GenerationRequest(prompt, maxTokens, SamplingSettings.Greedy), [], ++Now);
        _submitted.Add(sequence);
        _tokens[sequence] = [];
        Scheduler.Submit(sequence);
        return sequence;
    }

    /// <summary>A prompt that no other number gives; no token ends a generation.</summary>
    public static int[] Prompt(int length, int number = 1) =>
        [.. Enumerable.Range(0, length).Select(i => 1 + (((i * 7) + (number * 13) + (i / 5)) % (VocabularySize - 1)))];

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

    /// <summary>One step. The plan it returns is the one that was computed.</summary>
    public StepPlan Step()
    {
        var decoding = _submitted.Where(s => s.State == SequenceState.Decoding).ToList();
        var plan = Scheduler.Plan(++Now);
        TakeEffects();
        CheckBooks();
        CheckPlan(plan, decoding);
        Assert.Null(Decoder.Decode(plan).Fault);
        var sampled = new List<SampledToken>();
        foreach (var entry in plan.Entries)
        {
            if (!entry.WantsOutput) continue;
            var token = Scheduler.Holder(entry.SequenceId).Sampler.Sample(Decoder.Logits(entry.LastToken));
            sampled.Add(new SampledToken(token, token == ScriptedDecoder.EndOfGeneration));
        }

        Scheduler.OnStepDone([.. sampled], ++Now);
        TakeEffects();
        return plan;
    }

    /// <summary>Steps until nothing is left, then checks that nothing leaked.</summary>
    public void RunUntilIdle(int mostSteps = 100_000)
    {
        while (!Scheduler.IsIdle)
        {
            Assert.True(mostSteps-- > 0, "the scheduler does not come to an end");
            Step();
        }

        Scheduler.CheckIdle();
        Assert.Equal(0, Decoder.UsedCells);
    }

    private ScriptedDecoder NewDecoder() => new(
        new DecoderLimits(Limits.Cells, Limits.Sequences, Limits.BatchTokens, Limits.MicroBatchTokens, VocabularySize));

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
        var holders = _submitted.Where(s => s.SequenceId != Sequence.None).ToList();
        Assert.Equal(Limits.Cells, Scheduler.FreeCells + holders.Sum(s => s.Reservation));
        Assert.Equal(Limits.Sequences, Scheduler.FreeSequenceIds + holders.Count);
        Assert.Equal(holders.Count, holders.Select(s => s.SequenceId).Distinct().Count());
        Assert.All(holders, s => Assert.InRange(s.Position, 0, s.Reservation));
        Assert.Equal(Started, _submitted.Where(Started.Contains));
        if (Scheduler.Waiting == 0) return;

        // Who waits does so because the oldest of them does not fit.
        var oldest = _submitted.First(s => s.State == SequenceState.Waiting);
        var cells = Math.Min(oldest.Prompt.Length + oldest.MaxTokens, Limits.Window);
        Assert.True(Scheduler.FreeSequenceIds == 0 || cells > Scheduler.FreeCells, "somebody waits who fits");
    }

    private void CheckPlan(StepPlan plan, List<Sequence> decoding)
    {
        var prefillTokens = 0;
        foreach (var entry in plan.Entries)
        {
            var sequence = Scheduler.Holder(entry.SequenceId);
            Assert.Equal(sequence.Position, entry.Position);
            if (sequence.State == SequenceState.Prefilling) prefillTokens += entry.Count;
            else Assert.True(decoding.Remove(sequence) && entry is { Count: 1, WantsOutput: true }, "a decode is not one token");
        }

        Assert.Empty(decoding);
        Assert.InRange(plan.Tokens.Length, 0, Limits.BatchTokens);
        var isAlone = plan.Tokens.Length == prefillTokens;
        Assert.InRange(prefillTokens, 0, isAlone ? Limits.MicroBatchTokens : SchedulerLimits.PrefillTokensBesideDecodes);
    }
}
