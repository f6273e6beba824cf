using System.Runtime.InteropServices;
using Hearth.Llama.Native;

namespace Hearth.Llama;

/// <summary>Tokens for one decode, in native memory that is filled again for every step. Not thread-safe.</summary>
public sealed unsafe class LlamaBatch : IDisposable
{
    private NativeBatch _native;
    private int* _sequences;

    /// <summary>A batch for at most <paramref name="capacity"/> tokens.</summary>
    public LlamaBatch(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        Capacity = capacity;
        _sequences = Allocate<int>(capacity);
        _native = new NativeBatch
        {
            Token = Allocate<int>(capacity),
            Pos = Allocate<int>(capacity),
            SeqIdCount = Allocate<int>(capacity),
            SeqId = (int**)Allocate<nint>(capacity),
            Logits = Allocate<sbyte>(capacity),
        };
        for (int i = 0; i < capacity; i++)
        {
            _native.SeqIdCount[i] = 1;
            _native.SeqId[i] = _sequences + i;
        }
    }

    /// <summary>Most tokens.</summary>
    public int Capacity { get; }

    /// <summary>Tokens in the batch.</summary>
    public int Count => _native.TokenCount;

    internal ref readonly NativeBatch Native => ref _native;

    internal ReadOnlySpan<int> Tokens => new(_native.Token, Count);

    internal ReadOnlySpan<int> Positions => new(_native.Pos, Count);

    internal ReadOnlySpan<int> Sequences => new(_sequences, Count);

    internal ReadOnlySpan<sbyte> Outputs => new(_native.Logits, Count);

    /// <summary>Empties the batch.</summary>
    public void Clear() => _native.TokenCount = 0;

    /// <summary>Appends a token at <paramref name="position"/> of <paramref name="sequence"/>, with logits if <paramref name="output"/>.</summary>
    /// <exception cref="InvalidOperationException">The batch is full.</exception>
    public void Add(int token, int position, int sequence, bool output)
    {
        ObjectDisposedException.ThrowIf(_sequences is null, this);
        int index = _native.TokenCount;
        if (index == Capacity)
            throw new InvalidOperationException($"The batch holds {Capacity} tokens at most.");
        _native.Token[index] = token;
        _native.Pos[index] = position;
        _sequences[index] = sequence;
        _native.Logits[index] = (sbyte)(output ? 1 : 0);
        _native.TokenCount = index + 1;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.Free(_native.Token);
        NativeMemory.Free(_native.Pos);
        NativeMemory.Free(_native.SeqIdCount);
        NativeMemory.Free(_native.SeqId);
        NativeMemory.Free(_native.Logits);
        NativeMemory.Free(_sequences);
        _native = default;
        _sequences = null;
    }

    private static T* Allocate<T>(int count)
        where T : unmanaged => (T*)NativeMemory.AllocZeroed((nuint)count, (nuint)sizeof(T));
}
