using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Hearth.Llama.Native;

namespace Hearth.Llama;

/// <summary>
/// The KV cache of a model and its computations. One thread uses it. Every argument is checked here, because a failed assert in native
/// code ends the process.
/// </summary>
public sealed unsafe class LlamaContext : IDisposable
{
    private readonly ContextHandle _handle;
    private readonly nint _memory;
    private readonly int _vocabularySize;
    private readonly bool _isUnified;
    private readonly BatchCheck _check;
    private readonly bool[] _hasOutput;
    private readonly Threadpool? _threads;
    private readonly GCHandle _unwanted;
    private bool _isDisposed;

    internal LlamaContext(LlamaModel model, LlamaContextOptions options)
    {
        int outputs = Math.Max(options.MaxOutputs, options.MaxSequences);
        _handle = LlamaNative.llama_init_from_model(model.Handle, Parameters(options, outputs));
        if (_handle.IsInvalid)
            throw new LlamaException($"llama.cpp cannot make a context of {options.Cells} cells: it may not fit the memory; try a smaller one.");
        _handle.KeepAlive(model.Handle);
        _threads = Threadpool.Attach(_handle, Math.Max(options.Threads, options.BatchThreads));
        _memory = LlamaNative.llama_get_memory(_handle);
        _vocabularySize = model.Vocab.TokenCount;
        _isUnified = options.KvUnified;
        Cells = (int)LlamaNative.llama_n_ctx(_handle);
        BatchTokens = (int)LlamaNative.llama_n_batch(_handle);
        MicroBatchTokens = (int)LlamaNative.llama_n_ubatch(_handle);
        MaxSequences = (int)LlamaNative.llama_n_seq_max(_handle);
        _check = new BatchCheck(_vocabularySize, BatchTokens, MaxSequences, outputs);
        _hasOutput = new bool[BatchTokens];
        _unwanted = GCHandle.Alloc(new StrongBox<Func<bool>?>());
        LlamaNative.llama_set_abort_callback(_handle, &IsUnwanted, GCHandle.ToIntPtr(_unwanted));
    }

    /// <summary>KV cells, as the library rounded them.</summary>
    public int Cells { get; }

    /// <summary>Most tokens in one decode.</summary>
    public int BatchTokens { get; }

    /// <summary>Most tokens computed at once.</summary>
    public int MicroBatchTokens { get; }

    /// <summary>Sequence ids run from 0 to this less one.</summary>
    public int MaxSequences { get; }

    /// <summary>Why the last decode was <see cref="DecodeStatus.InvalidBatch"/>, or null.</summary>
    public string? InvalidReason { get; private set; }

    /// <summary>
    /// Computes a batch. An invalid one changes nothing. On a GPU this returns before the work is done: <see cref="Synchronize"/> or
    /// <see cref="Logits"/> wait for it.
    /// </summary>
    /// <param name="batch">What to compute.</param>
    /// <param name="isUnwanted">
    /// Asked after every operation that the CPU or Metal computes, from any thread; must not throw. Once it says yes the decode ends as
    /// <see cref="DecodeStatus.Aborted"/>. Other devices are not interrupted.
    /// </param>
    public DecodeStatus Decode(LlamaBatch batch, Func<bool>? isUnwanted = null)
    {
        Array.Clear(_hasOutput);
        InvalidReason = _check.Find(batch, _memory);
        if (InvalidReason is not null)
            return DecodeStatus.InvalidBatch;
        ((StrongBox<Func<bool>?>)_unwanted.Target!).Value = isUnwanted;
        int result = LlamaNative.llama_decode(_handle, batch.Native);
        GC.KeepAlive(batch);
        if (result == 0)
        {
            for (int i = 0; i < batch.Count; i++)
                _hasOutput[i] = batch.Outputs[i] != 0;
        }

        return result switch
        {
            0 => DecodeStatus.Ok,
            1 => DecodeStatus.NoSlot,
            2 => DecodeStatus.Aborted,
            _ => DecodeStatus.Failed,
        };
    }

    /// <summary>Waits for the device.</summary>
    public void Synchronize() => LlamaNative.llama_synchronize(_handle);

    /// <summary>
    /// Logits after the token at <paramref name="batchIndex"/> of the last decode, one per id of the vocabulary. May be overwritten;
    /// valid until the next decode.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">That token had no output.</exception>
    public Span<float> Logits(int batchIndex)
    {
        if ((uint)batchIndex >= (uint)_hasOutput.Length || !_hasOutput[batchIndex])
            throw new ArgumentOutOfRangeException(nameof(batchIndex), batchIndex, "The last decode gave no output here.");
        float* logits = LlamaNative.llama_get_logits_ith(_handle, batchIndex);
        return logits is null ? throw new LlamaException("llama.cpp lost the logits of the last decode.") : new Span<float>(logits, _vocabularySize);
    }

    /// <summary>Removes positions from <paramref name="from"/> to <paramref name="to"/> (exclusive; negative: to the end).</summary>
    /// <returns>False where the memory cannot remove a part: recurrent states go only as a whole.</returns>
    public bool SequenceRemove(int sequence, int from = 0, int to = -1) =>
        LlamaNative.llama_memory_seq_rm(_memory, Checked(sequence), from, to) != 0;

    /// <summary>Gives the cells of a range to another sequence as well; no tensor is copied.</summary>
    public void SequenceCopy(int source, int destination, int from = 0, int to = -1)
    {
        if (!_isUnified && (from > 0 || to >= 0))
            throw new InvalidOperationException("Without a unified cache only whole sequences can be copied.");
        LlamaNative.llama_memory_seq_cp(_memory, Checked(source), Checked(destination), from, to);
    }

    /// <summary>First position present, or -1.</summary>
    public int SequencePositionMin(int sequence) => LlamaNative.llama_memory_seq_pos_min(_memory, Checked(sequence));

    /// <summary>Last position present, or -1.</summary>
    public int SequencePositionMax(int sequence) => LlamaNative.llama_memory_seq_pos_max(_memory, Checked(sequence));

    /// <summary>Forgets everything.</summary>
    public void ClearMemory() => LlamaNative.llama_memory_clear(_memory, data: false);

    /// <summary>Bytes that <see cref="SequenceStateGet"/> would write.</summary>
    public long SequenceStateSize(int sequence, StateFlags flags = StateFlags.None) =>
        (long)LlamaNative.llama_state_seq_get_size_ext(_handle, Checked(sequence), (uint)flags);

    /// <summary>Saves a sequence's cells; returns the bytes written, 0 when <paramref name="destination"/> is too small.</summary>
    public long SequenceStateGet(Span<byte> destination, int sequence, StateFlags flags = StateFlags.None)
    {
        fixed (byte* pointer = destination)
            return (long)LlamaNative.llama_state_seq_get_data_ext(_handle, pointer, (nuint)destination.Length, Checked(sequence), (uint)flags);
    }

    /// <summary>
    /// Restores what <see cref="SequenceStateGet"/> saved, after wiping the destination: restore through a scratch sequence. Returns
    /// the bytes read, 0 on failure.
    /// </summary>
    public long SequenceStateSet(ReadOnlySpan<byte> source, int sequence, StateFlags flags = StateFlags.None)
    {
        if (source.IsEmpty)
            return 0;
        fixed (byte* pointer = source)
            return (long)LlamaNative.llama_state_seq_set_data_ext(_handle, pointer, (nuint)source.Length, Checked(sequence), (uint)flags);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        _handle.Dispose();
        _threads?.Dispose();
        _unwanted.Free();
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte IsUnwanted(nint box) =>
        (byte)(GCHandle.FromIntPtr(box).Target is StrongBox<Func<bool>?> { Value: { } isUnwanted } && isUnwanted() ? 1 : 0);

    private static ContextParams Parameters(LlamaContextOptions options, int outputs)
    {
        ContextParams parameters = LlamaNative.llama_context_default_params();
        parameters.Ctx = (uint)options.Cells;
        parameters.Batch = (uint)options.BatchTokens;
        parameters.Ubatch = (uint)options.MicroBatchTokens;
        parameters.SeqMax = (uint)Math.Clamp(options.MaxSequences, 1, (int)LlamaNative.llama_max_parallel_sequences());
        parameters.OutputsMax = (uint)outputs;
        parameters.Threads = options.Threads;
        parameters.ThreadsBatch = options.BatchThreads;
        parameters.FlashAttnType = (int)options.FlashAttention;
        parameters.TypeK = (int)options.KeyType;
        parameters.TypeV = (int)options.ValueType;
        parameters.SwaFull = (byte)(options.SwaFull ? 1 : 0);
        parameters.KvUnified = (byte)(options.KvUnified ? 1 : 0);
        return parameters;
    }

    private int Checked(int sequence)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sequence);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(sequence, MaxSequences);
        return sequence;
    }
}

/// <summary>How a decode ended (<c>llama_decode</c> in llama.h).</summary>
public enum DecodeStatus
{
    /// <summary>Computed.</summary>
    Ok,

    /// <summary>No cells are free for the batch; nothing changed.</summary>
    NoSlot,

    /// <summary>
    /// Aborted. Micro batches that were done stay; of the one in progress the library removed what it could, which is nothing where
    /// states cannot be rewound: whoever goes on removes all from the batch's first positions on. Where a micro batch held several
    /// sequences, recurrent states of others may have been on their way to another place and are lost.
    /// </summary>
    Aborted,

    /// <summary>Refused before native code saw it; nothing changed.</summary>
    InvalidBatch,

    /// <summary>A native failure; the context is not to be trusted any more.</summary>
    Failed,
}

/// <summary><c>LLAMA_STATE_SEQ_FLAGS_*</c>.</summary>
[Flags]
public enum StateFlags
{
    /// <summary>Everything.</summary>
    None = 0,

    /// <summary>Only recurrent states and sliding-window layers.</summary>
    PartialOnly = 1,

    /// <summary>Keep the data on the device.</summary>
    OnDevice = 2,
}
