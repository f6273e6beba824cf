using System.Runtime.InteropServices;
using Hearth.Engine.Cache;
using Hearth.Llama;

namespace Hearth.Engine;

/// <summary>
/// What the decoder does next: KV operations first, then the entries as one batch. One object is filled again for every step, so it
/// is valid until the next <see cref="Scheduler.Plan"/>.
/// </summary>
/// <param name="batchTokens">Most tokens a plan can hold.</param>
/// <param name="sequences">Most entries a plan can hold: one per sequence.</param>
internal sealed class StepPlan(int batchTokens, int sequences)
{
    private readonly int[] _tokens = new int[batchTokens];
    private readonly StepEntry[] _entries = new StepEntry[sequences];
    private readonly List<KvOperation> _operations = new(sequences);
    private int _tokenCount;
    private int _entryCount;

    /// <summary>Changes of the KV cache that come before the entries, in order.</summary>
    public ReadOnlySpan<KvOperation> Operations => CollectionsMarshal.AsSpan(_operations);

    /// <summary>What each sequence computes; no sequence has two entries.</summary>
    public ReadOnlySpan<StepEntry> Entries => _entries.AsSpan(0, _entryCount);

    /// <summary>The tokens of all entries, in the order of the entries.</summary>
    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, _tokenCount);

    /// <summary>Tokens that can still be added.</summary>
    public int FreeTokens => _tokens.Length - _tokenCount;

    /// <summary>
    /// Asked while the entries are computed, from any thread: once it says yes, nobody needs the result and the step may end as
    /// interrupted. Never throws.
    /// </summary>
    public Func<bool> IsUnwanted { get; set; } = () => false;

    /// <summary>True when there is nothing to do.</summary>
    public bool IsEmpty => _entryCount == 0 && _operations.Count == 0;

    /// <summary>The tokens of one entry.</summary>
    public ReadOnlySpan<int> TokensOf(StepEntry entry) => Tokens.Slice(entry.FirstToken, entry.Count);

    /// <summary>Empties the plan.</summary>
    public void Clear()
    {
        _operations.Clear();
        _tokenCount = 0;
        _entryCount = 0;
    }

    /// <summary>Adds a change of the KV cache.</summary>
    public void Add(KvOperation operation) => _operations.Add(operation);

    /// <summary>Adds an entry that feeds <paramref name="tokens"/> to a sequence from <paramref name="position"/> on.</summary>
    public void Add(int sequenceId, int position, ReadOnlySpan<int> tokens, bool wantsOutput)
    {
        tokens.CopyTo(_tokens.AsSpan(_tokenCount));
        _entries[_entryCount++] = new StepEntry(sequenceId, position, _tokenCount, tokens.Length, wantsOutput);
        _tokenCount += tokens.Length;
    }
}

/// <summary>A run of tokens that one sequence computes in a step.</summary>
/// <param name="SequenceId">Whose history it continues.</param>
/// <param name="Position">Position of the first token; the sequence holds exactly the positions before it.</param>
/// <param name="FirstToken">Index of the first token in <see cref="StepPlan.Tokens"/>.</param>
/// <param name="Count">Number of tokens, at least one.</param>
/// <param name="WantsOutput">The last token's logits are needed.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct StepEntry(int SequenceId, int Position, int FirstToken, int Count, bool WantsOutput)
{
    /// <summary>Index in <see cref="StepPlan.Tokens"/> of the token whose logits are needed.</summary>
    public int LastToken => FirstToken + Count - 1;
}

/// <summary>A change of the KV cache. The one place where operations on cells are named.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct KvOperation
{
    /// <summary>What to do.</summary>
    public required KvOperationKind Kind { get; init; }

    /// <summary>The sequence that changes, or is read.</summary>
    public required int SequenceId { get; init; }

    /// <summary>The sequence that <see cref="KvOperationKind.Fork"/> copies.</summary>
    public int Source { get; init; }

    /// <summary>First position concerned.</summary>
    public int From { get; init; }

    /// <summary>Position after the last one concerned.</summary>
    public int To { get; init; }

    /// <summary>Receives what is saved.</summary>
    public SavedState? State { get; init; }

    /// <summary>What is restored; a saved state's, which is pinned until the operation was run.</summary>
    public NativeBytes? Data { get; init; }

    /// <summary>Gives up the sequence's cells from a position on.</summary>
    public static KvOperation Drop(int sequenceId, int from = 0) =>
        new() { Kind = KvOperationKind.Drop, SequenceId = sequenceId, From = from };

    /// <summary>An empty sequence holds the first cells of another one as well. No tensor is copied: a pass over the cells' metadata.</summary>
    public static KvOperation Fork(int source, int sequenceId, int length) =>
        new() { Kind = KvOperationKind.Fork, SequenceId = sequenceId, Source = source, To = length };

    /// <summary>Copies a segment's cells out of the cache, and leaves them there.</summary>
    public static KvOperation Save(int sequenceId, SavedState segment) => new()
    {
        Kind = KvOperationKind.Save,
        SequenceId = sequenceId,
        From = segment.Key.Start,
        To = segment.Key.End,
        State = segment,
    };

    /// <summary>Copies the part of a segment from one position to another into cells that continue the sequence.</summary>
    public static KvOperation Restore(int sequenceId, NativeBytes segment, int from, int to) =>
        new() { Kind = KvOperationKind.Restore, SequenceId = sequenceId, From = from, To = to, Data = segment };

    /// <summary>Copies the state that the sequence has at its end.</summary>
    public static KvOperation SaveCheckpoint(int sequenceId, SavedState checkpoint) =>
        new() { Kind = KvOperationKind.SaveCheckpoint, SequenceId = sequenceId, To = checkpoint.Key.End, State = checkpoint };

    /// <summary>Gives a sequence, whose other layers are complete, the state of its end.</summary>
    public static KvOperation RestoreCheckpoint(int sequenceId, NativeBytes checkpoint) =>
        new() { Kind = KvOperationKind.RestoreCheckpoint, SequenceId = sequenceId, Data = checkpoint };
}

/// <summary>What a <see cref="KvOperation"/> does.</summary>
internal enum KvOperationKind
{
    /// <summary>Cells become free unless another sequence holds them.</summary>
    Drop,

    /// <summary>Cells get another holder.</summary>
    Fork,

    /// <summary>Cells are copied out.</summary>
    Save,

    /// <summary>Cells are copied in.</summary>
    Restore,

    /// <summary>A state is copied out.</summary>
    SaveCheckpoint,

    /// <summary>A state is copied in.</summary>
    RestoreCheckpoint,
}
