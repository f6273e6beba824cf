using System.Diagnostics;
using Hearth.Engine.Cache;
using Hearth.Llama;

namespace Hearth.Engine.Decoding;

/// <summary>
/// A llama.cpp context behind <see cref="IDecoder"/>. Owns the context; the model outlives it. The scheduler's books keep the cells from
/// running out, so a step without a slot is a fault like any other failure.
/// </summary>
internal sealed class LlamaDecoder : IDecoder
{
    /// <summary>What the library puts before every state: a magic number and the sequence id.</summary>
    private const int StateHeaderBytes = 8;

    private readonly LlamaContext _context;
    private readonly LlamaBatch _batch;
    private readonly int _slidingWindow;

    // A sequence id of the decoder's own: ranges go in and out through it, because the library saves and restores whole sequences only,
    // and wipes the one it restores.
    private readonly int _scratch;
    private readonly WindowProof _windowProof;

    // What the library writes of the windowed and recurrent layers of a sequence that holds nothing: completes a segment, which has
    // only the other layers.
    private readonly byte[] _noState;

    /// <summary>Makes a context with cells of its own.</summary>
    public LlamaDecoder(LlamaModel model, EngineSettings settings)
    {
        _batch = new LlamaBatch(settings.BatchTokens);
        _scratch = settings.SequenceIds;
        _slidingWindow = model.SlidingWindow;
        Limits = new DecoderLimits(
            settings.CellPool, settings.SequenceIds, settings.BatchTokens, settings.MicroBatchTokens, model.Vocab.TokenCount,
            MemoryKinds.Of(model));
        try
        {
            _context = model.CreateContext(settings.ToContextOptions());
            _windowProof = new WindowProof(_context, _scratch);
            _noState = Limits.Memory.NeedsCheckpoints() ? ReadNoState() : [];
        }
        catch
        {
            _batch.Dispose();
            _context?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public DecoderLimits Limits { get; }

    /// <inheritdoc/>
    public DecodeOutcome Decode(StepPlan plan)
    {
        var (restoring, saving) = (TimeSpan.Zero, TimeSpan.Zero);
        foreach (var operation in plan.Operations)
        {
            var start = Stopwatch.GetTimestamp();
            if (Run(operation) is { } fault) return new DecodeOutcome(fault);
            if (operation.Kind is KvOperationKind.Restore or KvOperationKind.RestoreCheckpoint) restoring += Stopwatch.GetElapsedTime(start);
            if (operation.Kind is KvOperationKind.Save or KvOperationKind.SaveCheckpoint) saving += Stopwatch.GetElapsedTime(start);
        }

        if (plan.Entries.IsEmpty) return new DecodeOutcome(null, restoring, saving);
        if (plan.IsUnwanted()) return new DecodeOutcome(null, restoring, saving, WasInterrupted: true);

        _batch.Clear();
        foreach (var entry in plan.Entries)
        {
            var tokens = plan.TokensOf(entry);
            for (var i = 0; i < tokens.Length; i++)
                _batch.Add(tokens[i], entry.Position + i, entry.SequenceId, entry.WantsOutput && i == tokens.Length - 1);
        }

        var status = _context.Decode(_batch, plan.IsUnwanted);
        if (status is not (DecodeStatus.Ok or DecodeStatus.Aborted))
            return new DecodeOutcome($"llama_decode of {_batch.Count} tokens: {status}. {_context.InvalidReason}".TrimEnd());

        // A GPU computes behind the call's back: without this the step's time would be paid, and shown, by whoever looks next. And what
        // was interrupted may still be on its way there.
        _context.Synchronize();
        return new DecodeOutcome(null, restoring, saving, WasInterrupted: status == DecodeStatus.Aborted);
    }

    /// <inheritdoc/>
    public bool HoldsWindow(int sequenceId, int position) =>
        _slidingWindow <= 0 || _windowProof.Holds(sequenceId, position, _slidingWindow);

    /// <inheritdoc/>
    public Span<float> Logits(int tokenIndex) => _context.Logits(tokenIndex);

    /// <inheritdoc/>
    public void Dispose()
    {
        _batch.Dispose();
        _context.Dispose();
    }

    // What went wrong, or null. A state that cannot be saved is empty and nothing is lost; one that cannot be restored is a fault,
    // because the scheduler counts on its cells.
    private string? Run(KvOperation operation)
    {
        switch (operation.Kind)
        {
            case KvOperationKind.Drop:
                return _context.SequenceRemove(operation.SequenceId, operation.From) ? null : $"The memory cannot drop positions from {operation.From} on.";
            case KvOperationKind.Fork:
                _context.SequenceCopy(operation.Source, operation.SequenceId, 0, operation.To);
                return null;
            case KvOperationKind.Save:
                _context.SequenceCopy(operation.SequenceId, _scratch, operation.From, operation.To);
                operation.State!.Data = ReadSegment();
                _context.SequenceRemove(_scratch);
                return null;
            case KvOperationKind.SaveCheckpoint:
                operation.State!.Data = Read(operation.SequenceId, StateFlags.PartialOnly);
                return null;
            case KvOperationKind.RestoreCheckpoint:
                return SetState(operation.Data!, operation.SequenceId, StateFlags.PartialOnly);
            case KvOperationKind.Restore:
                return Restore(operation);
            default:
                throw new InvalidOperationException($"Unknown operation {operation}.");
        }
    }

    private string? Restore(KvOperation operation)
    {
        if (RestoreScratch(operation.Data!) is { } fault) return fault;
        _context.SequenceCopy(_scratch, operation.SequenceId, operation.From, operation.To);
        _context.SequenceRemove(_scratch);
        return null;
    }

    private string? RestoreScratch(NativeBytes segment)
    {
        if (_noState.Length == 0) return SetState(segment, _scratch, StateFlags.None);
        using var whole = Joined(segment, segment.Length, _noState);
        return SetState(whole, _scratch, StateFlags.None);
    }

    // The library writes the layers that keep every position first, and the others behind them.
    private NativeBytes ReadSegment()
    {
        var all = Read(_scratch, StateFlags.None);
        if (_noState.Length == 0 || all.Length == 0) return all;
        using (all) return Joined(all, (int)(all.Length - _context.SequenceStateSize(_scratch, StateFlags.PartialOnly) + StateHeaderBytes), []);
    }

    private byte[] ReadNoState()
    {
        using var all = Read(_scratch, StateFlags.PartialOnly);
        using var bytes = all.Lend();
        return bytes.Span[StateHeaderBytes..].ToArray();
    }

    private NativeBytes Read(int sequenceId, StateFlags flags)
    {
        if (NativeBytes.TryAllocate(_context.SequenceStateSize(sequenceId, flags)) is not { } data) return NativeBytes.Empty;
        using var bytes = data.Lend();
        if (_context.SequenceStateGet(bytes.Span, sequenceId, flags) == data.Length) return data;
        data.Dispose();
        return NativeBytes.Empty;
    }

    private string? SetState(NativeBytes state, int sequenceId, StateFlags flags)
    {
        using var bytes = state.Lend();
        return _context.SequenceStateSet(bytes.Span, sequenceId, flags) > 0 ? null : "llama.cpp could not restore a saved state.";
    }

    private static NativeBytes Joined(NativeBytes first, int length, ReadOnlySpan<byte> second)
    {
        using var from = first.Lend();
        if (from.Span.Length < length || NativeBytes.TryAllocate(length + (long)second.Length) is not { } joined) return NativeBytes.Empty;
        using var to = joined.Lend();
        from.Span[..length].CopyTo(to.Span);
        second.CopyTo(to.Span[length..]);
        return joined;
    }
}
