using Hearth.Engine;
using Hearth.Engine.Cache.Disk;
using Hearth.Engine.Decoding;
using Hearth.Llama;

namespace Hearth.Tests.Engine.Decoding;

/// <summary>A scheduler over a real cache on this thread, whose answers are given beforehand and whose logits are recorded.</summary>
internal sealed class ReuseDrive : IDisposable
{
    private readonly LlamaDecoder _decoder;
    private readonly VocabularyFacts _vocabulary;
    private readonly Scheduler _scheduler;
    private readonly SegmentFolder? _folder;
    private readonly Dictionary<Sequence, (ForcedStream Stream, float[][] Record)> _streams = [];
    private long _now;
    private int _steps;

    /// <summary>With a folder, what is saved lies in its files, which a drive before this one may have written.</summary>
    public ReuseDrive(LlamaModel model, EngineSettings settings, SegmentFolder? folder = null)
    {
        _folder = folder;
        _decoder = new LlamaDecoder(model, settings);
        _vocabulary = VocabularyFacts.Of(model.Vocab);
        var sizes = _decoder.Limits;
        var limits = new SchedulerLimits(settings.Window, sizes.Cells, settings.MaxSequences, sizes.BatchTokens, sizes.MicroBatchTokens)
        {
            SequenceIds = sizes.Sequences,
            Memory = sizes.Memory,
            SavedBytes = settings.SavedBytes,
            DiskBytes = folder is null ? 0 : 1 << 30,
        };
        _scheduler = new Scheduler(limits, _decoder.HoldsWindow);
        if (folder is null) return;
        folder.Open();
        _scheduler.OnDisk(
            new DiskResult.Found([.. folder.Scan(new HashSet<string>()).Select(f => new FoundState(f.Key, f.Bytes, f.ComputeCost, TimeSpan.Zero))]), _now);
    }

    /// <summary>Operations that were run.</summary>
    public HashSet<KvOperationKind> Operations { get; } = [];

    /// <summary>
    /// Steps that are interrupted, of all that can be, by their number; the library had computed so many of a step's operations.
    /// </summary>
    public Func<int, int?> InterruptAt { get; init; } = _ => null;

    /// <summary>Steps that were interrupted.</summary>
    public int Interrupted { get; private set; }

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
        while (_folder is not null && _scheduler.PlanTidying())
        {
            Assert.Null(_decoder.Decode(_scheduler.Planned).Fault);
            _scheduler.OnStepDone([], ++_now);
            AnswerDisk();
        }

        var records = _streams.Values.ToList();
        _streams.Clear();
        return records;
    }

    public void Dispose()
    {
        _scheduler.Cache.Close();
        _decoder.Dispose();
    }

    private void Step()
    {
        var plan = _scheduler.Plan(++_now);
        foreach (var operation in plan.Operations) Operations.Add(operation.Kind);
        ComputedTokens += plan.Tokens.Length;
        var left = InterruptAt(_steps++);
        plan.IsUnwanted = () => _scheduler.CanInterrupt && left-- <= 0;
        var outcome = _decoder.Decode(plan);
        Assert.Null(outcome.Fault);
        if (outcome.WasInterrupted)
        {
            Interrupted++;
            _scheduler.OnStepInterrupted(++_now);
            AnswerDisk();
            return;
        }

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
        AnswerDisk();
    }

    private void AnswerDisk()
    {
        foreach (var command in _scheduler.Cache.Disk.Commands.ToArray())
        {
            if (command is DiskCommand.Write write)
                _scheduler.OnDisk(new DiskResult.Written(write.Key, _folder!.Write(write.Key, write.ComputeCost, NativeBlocks.Read(write.Data)).Bytes), _now);
            else if (command is DiskCommand.Read read)
                _scheduler.OnDisk(new DiskResult.WasRead(read.Key, _folder!.Read(read.Key) is { Outcome: ReadOutcome.Ok } file ? file.Payload : null, TimeSpan.Zero), _now);
            else if (command is DiskCommand.Delete delete)
                _folder!.Delete(delete.Key);
        }

        _scheduler.Cache.Disk.Commands.Clear();
    }
}
