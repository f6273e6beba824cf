using Hearth.Llama;

namespace Hearth.Engine.Decoding;

/// <summary>
/// A llama.cpp context behind <see cref="IDecoder"/>. Owns the context; the model outlives it. The scheduler's reservations keep the
/// cells from running out, so a step without a slot is a fault like any other failure.
/// </summary>
internal sealed class LlamaDecoder : IDecoder
{
    private readonly LlamaContext _context;
    private readonly LlamaBatch _batch;

    /// <summary>Makes a context with cells of its own.</summary>
    public LlamaDecoder(LlamaModel model, EngineSettings settings)
    {
        _context = model.CreateContext(OptionsOf(settings));
        _batch = new LlamaBatch(settings.BatchTokens);
        Limits = new DecoderLimits(
            settings.CellPool, settings.MaxSequences, settings.BatchTokens, settings.MicroBatchTokens, model.Vocab.TokenCount);
    }

    /// <inheritdoc/>
    public DecoderLimits Limits { get; }

    /// <inheritdoc/>
    public DecodeOutcome Decode(StepPlan plan)
    {
        foreach (var operation in plan.Operations) Run(operation);
        if (plan.Entries.IsEmpty) return DecodeOutcome.Completed;

        _batch.Clear();
        foreach (var entry in plan.Entries)
        {
            var tokens = plan.TokensOf(entry);
            for (var i = 0; i < tokens.Length; i++)
                _batch.Add(tokens[i], entry.Position + i, entry.SequenceId, entry.WantsOutput && i == tokens.Length - 1);
        }

        var status = _context.Decode(_batch);
        if (status != DecodeStatus.Ok)
            return new DecodeOutcome($"llama_decode of {_batch.Count} tokens: {status}. {_context.InvalidReason}".TrimEnd());

        // A GPU computes behind the call's back: without this the step's time would be paid, and shown, by whoever looks next.
        _context.Synchronize();
        return DecodeOutcome.Completed;
    }

    /// <inheritdoc/>
    public Span<float> Logits(int tokenIndex) => _context.Logits(tokenIndex);

    /// <inheritdoc/>
    public void Dispose()
    {
        _batch.Dispose();
        _context.Dispose();
    }

    private static LlamaContextOptions OptionsOf(EngineSettings settings) => new(settings.CellPool)
    {
        BatchTokens = settings.BatchTokens,
        MicroBatchTokens = settings.MicroBatchTokens,
        MaxSequences = settings.MaxSequences,

        // One output per sequence and step; fewer than sequences make the library abort.
        MaxOutputs = settings.MaxSequences,
        Threads = settings.Threads,
        BatchThreads = settings.BatchThreads,

        // One pool of cells for all sequences, so that the scheduler's reservations can be of any size.
        KvUnified = true,

        // Whole windows, so that every position of a sequence stays where it was put.
        SwaFull = true,
        KeyType = TypeOf(settings.KvType),
        ValueType = TypeOf(settings.KvType),
    };

    private static GgmlType TypeOf(KvType type) => type switch
    {
        KvType.F16 => GgmlType.F16,
        KvType.Q8 => GgmlType.Q8Zero,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Unknown number format."),
    };

    private void Run(KvOperation operation)
    {
        switch (operation.Kind)
        {
            case KvOperationKind.Drop: _context.SequenceRemove(operation.SequenceId, from: 0, to: -1); break;
            default: throw new InvalidOperationException($"Unknown operation {operation}.");
        }
    }
}
