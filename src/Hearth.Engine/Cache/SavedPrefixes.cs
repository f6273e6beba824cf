namespace Hearth.Engine.Cache;

/// <summary>
/// Prefixes outside the cells: segments, found by the tokens before them, and checkpoints, found by where they stand in the tree. Both
/// within one budget. The place where a second tier joins.
/// </summary>
internal sealed class SavedPrefixes
{
    private readonly SegmentStore _segments = new();
    private readonly bool _canSaveRanges;

    /// <summary>Nothing is saved.</summary>
    public SavedPrefixes(SchedulerLimits limits)
    {
        Ledger = new StateLedger(limits.SavedBytes, Forget);
        _canSaveRanges = limits.Memory.CanSaveRanges();
    }

    /// <summary>What everything saved costs.</summary>
    public StateLedger Ledger { get; }

    /// <summary>True when cells that leave can be brought back.</summary>
    public bool TakesSegments => _canSaveRanges && Ledger.IsOpen;

    /// <summary>Plans to save one block that only cells hold. False when there is none, or no room for it.</summary>
    public bool SaveNext(IReadOnlyList<Branch> branches, List<KvOperation> operations)
    {
        if (!_canSaveRanges || !Ledger.HasRoom) return false;
        foreach (var branch in branches)
        {
            // A branch that did not grow since all of it was found saved is not looked at again.
            if (branch.Holder is not null || branch.SavedLength == branch.Length) continue;
            var tokens = PrefixTree.Path(branch.Leaf, branch.Length);
            var chain = TokenChain.Of(tokens);
            if (FirstUnsaved(tokens, chain) is { } from)
            {
                Save(branch.SequenceId, tokens, chain, from, Math.Min(from + TokenChain.Block, tokens.Length), operations);
                return true;
            }

            branch.SavedLength = branch.Length;
        }

        return false;
    }

    /// <summary>Plans to copy the blocks of a branch between two positions out of the cells, but for those that are saved.</summary>
    public void Save(Branch branch, int from, int to, List<KvOperation> operations)
    {
        var tokens = PrefixTree.Path(branch.Leaf, branch.Length);
        Save(branch.SequenceId, tokens, TokenChain.Of(tokens), from, to, operations);
    }

    private void Save(int sequenceId, int[] tokens, UInt128[] chain, int from, int to, List<KvOperation> operations)
    {
        var superfluous = new List<Segment>();
        for (var block = from / TokenChain.Block; block * TokenChain.Block < to; block++)
        {
            var start = block * TokenChain.Block;
            var end = Math.Min(start + TokenChain.Block, tokens.Length);
            var segment = new Segment(chain[block], start, tokens[start..end]);
            if (!_segments.TryAdd(segment, superfluous)) continue;
            Ledger.Add(segment);
            operations.Add(KvOperation.Save(sequenceId, segment));
        }

        superfluous.ForEach(Ledger.Drop);
    }

    // The beginning of the first block that no segment holds, or null.
    private int? FirstUnsaved(int[] tokens, UInt128[] chain)
    {
        for (var start = 0; start < tokens.Length; start += TokenChain.Block)
        {
            var own = tokens.AsSpan(start, Math.Min(TokenChain.Block, tokens.Length - start));
            if (_segments.Find(chain[start / TokenChain.Block], own).Tokens < own.Length) return start;
        }

        return null;
    }

    /// <summary>The segment that goes on where a request's first <paramref name="position"/> tokens end, and up to which position.</summary>
    public (Segment? Segment, int End) Find(Sequence sequence, int position)
    {
        if (_segments.IsEmpty) return default;
        var block = position / TokenChain.Block;
        var start = block * TokenChain.Block;
        var (segment, common) = _segments.Find(sequence.ChainAt(block), sequence.Tokens[start..^1]);
        return start + common > position && segment!.Data.Length > 0 ? (segment, start + common) : default;
    }

    /// <summary>Plans to keep the state that a branch has at its end, where none is kept yet.</summary>
    public void TakeCheckpoint(Branch branch, List<KvOperation> operations)
    {
        var node = branch.Leaf;
        if (!Ledger.IsOpen || node.Checkpoints.Exists(c => c.Position == branch.Length)) return;
        var checkpoint = new Checkpoint(node, branch.Length);
        node.Checkpoints.Add(checkpoint);
        Ledger.Add(checkpoint);
        operations.Add(KvOperation.SaveCheckpoint(branch.SequenceId, checkpoint));
    }

    private void Forget(SavedState state)
    {
        if (state is Segment segment) _segments.Remove(segment);
        else if (state is Checkpoint checkpoint) checkpoint.Node.Checkpoints.Remove(checkpoint);
    }
}
