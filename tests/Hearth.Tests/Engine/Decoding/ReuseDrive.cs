using Hearth.Engine;
using Hearth.Engine.Decoding;
using Hearth.Llama;

namespace Hearth.Tests.Engine.Decoding;

/// <summary>A scheduler over a real cache on this thread, whose answers are given beforehand and whose logits are recorded.</summary>
internal sealed class ReuseDrive : IDisposable
{
    private readonly LlamaDecoder _decoder;
    private readonly VocabularyFacts _vocabulary;
    private readonly Scheduler _scheduler;
    private readonly Dictionary<Sequence, (ForcedStream Stream, float[][] Record)> _streams = [];
    private long _now;

    public ReuseDrive(LlamaModel model, EngineSettings settings)
    {
        _decoder = new LlamaDecoder(model, settings);
        _vocabulary = VocabularyFacts.Of(model.Vocab);
        var sizes = _decoder.Limits;
        var limits = new SchedulerLimits(settings.Window, sizes.Cells, settings.MaxSequences, sizes.BatchTokens, sizes.MicroBatchTokens)
        {
            SequenceIds = sizes.Sequences,
            Memory = sizes.Memory,
            SavedBytes = settings.SavedBytes,
        };
        _scheduler = new Scheduler(limits, _decoder.HoldsWindow);
    }

    /// <summary>Operations that were run.</summary>
    public HashSet<KvOperationKind> Operations { get; } = [];

    /// <summary>Tokens that were computed.</summary>
    public int ComputedTokens { get; private set; }

    /// <summary>A request that is answered with the stream's own answer.</summary>
    public void Submit(ForcedStream stream)
    {
        var sequence = new Sequence(new GenerationRequest(stream.Prompt, stream.Answer.Length, SamplingSettings.Greedy), _vocabulary, ++_now);
        _streams.Add(sequence, (stream, stream.NewRecord()));
        _scheduler.Submit(sequence);
    }

    /// <summary>Runs until nobody waits; returns every stream's logits, in the order they were submitted.</summary>
    public IReadOnlyList<(ForcedStream Stream, float[][] Record)> RunUntilIdle()
    {
        while (!_scheduler.IsIdle) Step();
        _scheduler.CheckIdle();
        var records = _streams.Values.ToList();
        _streams.Clear();
        return records;
    }

    public void Dispose() => _decoder.Dispose();

    private void Step()
    {
        var plan = _scheduler.Plan(++_now);
        foreach (var operation in plan.Operations) Operations.Add(operation.Kind);
        ComputedTokens += plan.Tokens.Length;
        Assert.Null(_decoder.Decode(plan).Fault);
        var sampled = new List<SampledToken>();
        foreach (var entry in plan.Entries)
        {
            if (!entry.WantsOutput) continue;
            var sequence = _scheduler.Holder(entry.SequenceId);
            var (stream, record) = _streams[sequence];
            record[sequence.GeneratedTokens] = _decoder.Logits(entry.LastToken).ToArray();
            sampled.Add(new SampledToken(stream.Answer[sequence.GeneratedTokens], EndsGeneration: false));
        }

        _scheduler.OnStepDone([.. sampled], ++_now);
        _scheduler.ClearEffects();
    }
}
