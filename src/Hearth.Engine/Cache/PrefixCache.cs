using System.Runtime.InteropServices;

namespace Hearth.Engine.Cache;

/// <summary>
/// The KV cells as a cache of prefixes: finds what a prompt can continue, leases it to a request, parks it when the request ends, and
/// frees the least valuable when cells or sequence ids run out. Plans operations in the order in which they must run; computes nothing.
/// Owned by the engine thread.
/// </summary>
internal sealed class PrefixCache
{
    /// <summary>Idle cells that never matter: two blocks of what the library reads at once.</summary>
    private const int FewCells = 512;

    /// <summary>Most cells that leave for that reason in one step: what is not saved yet is copied out first.</summary>
    private const int MostLeaving = 8 * TokenChain.Block;

    private readonly SchedulerLimits _limits;
    private readonly Func<int, int, bool> _holdsWindow;
    private readonly Retention _retention;
    private readonly Stack<int> _freeIds = new();
    private readonly SegmentStore _segments = new();
    private readonly StateLedger _ledger;
    private readonly PrefixTree _tree = new();

    /// <summary>An empty cache.</summary>
    /// <param name="limits">Its sizes and what the model's memory allows.</param>
    /// <param name="holdsWindow">Whether a sequence id holds the window before a position; asked only of sliding-window memory.</param>
    public PrefixCache(SchedulerLimits limits, Func<int, int, bool> holdsWindow)
    {
        (_limits, _holdsWindow) = (limits, holdsWindow);
        _retention = new Retention(limits.TicksPerSecond);
        _ledger = new StateLedger(limits.SavedBytes, Forget);
        FreeAllIds();
    }

    /// <summary>Planned and not yet handed over, in order.</summary>
    public List<KvOperation> Operations { get; } = [];

    /// <summary>KV cells that hold nothing.</summary>
    public int FreeCells => _limits.Cells - _tree.UsedCells;

    /// <summary>KV cells that hold something.</summary>
    public int UsedCells => _tree.UsedCells;

    /// <summary>KV cells that running requests hold.</summary>
    public int LeasedCells => _tree.LeasedCells;

    /// <summary>Branches that nobody leases.</summary>
    public int ParkedBranches => _tree.Branches.Count(b => b.Holder is null);

    /// <summary>Bytes of saved segments and checkpoints.</summary>
    public long SavedBytes => _ledger.Bytes;

    /// <summary>What a prompt can continue. The last token is always computed, for its logits. Changes nothing.</summary>
    public Reuse Find(Sequence sequence)
    {
        var match = _tree.Match(sequence.Tokens[..^1]);
        var found = _limits.Memory switch
        {
            MemoryKind.Full => Inside(match.Node, match.Length),
            MemoryKind.SlidingWindow => WithWindow(match),
            MemoryKind.Recurrent => AtEndOrCheckpoint(match),
            _ => AtParkedEnd(match),
        };
        return found with { Shared = match };
    }

    /// <summary>Cells that the running requests and this one would hold together.</summary>
    public int LeasedWith(Reuse reuse)
    {
        var more = 0;
        for (var node = reuse.Node; node?.Parent is not null; node = node.Parent)
        {
            if (node.Leases == 0) more += Math.Min(node.End, reuse.Length) - node.Start;
        }

        return _tree.LeasedCells + more;
    }

    /// <summary>Hands what was found to a request, or an empty branch.</summary>
    public Branch Lease(Reuse reuse, Sequence sequence, long now)
    {
        var branch = reuse.TakesOver ? reuse.Source! : NewBranch(reuse, now);
        _tree.Lease(branch, sequence);
        (branch.Session, branch.Priority) = (sequence.Session, sequence.Priority);
        Touch(branch, now);
        return branch;
    }

    /// <summary>The tokens will lie in cells at the branch's end once the plan was computed.</summary>
    public void Append(Branch branch, ReadOnlySpan<int> tokens) => _tree.Append(branch, tokens);

    /// <summary>The request ended or pauses; what it computed stays for others until the cells are needed.</summary>
    public void Park(Branch branch, long now)
    {
        _tree.Unlease(branch);
        Touch(branch, now);
        if (branch.Length == 0 || (_limits.Memory == MemoryKind.Full && IsCovered(branch))) Remove(branch);
    }

    /// <summary>Frees parked cells until so many are free. False when too little is parked.</summary>
    public bool MakeRoom(int cells, long now)
    {
        if (FreeCells >= cells) return true;
        if (_limits.Cells - _tree.LeasedCells < cells) return false;
        Evict(cells, now);
        return true;
    }

    /// <summary>
    /// Takes parked branches beyond the limit out of the cells, because every running request reads past them. They are saved first, so
    /// nothing is lost; memory that cannot be saved stays where it is.
    /// </summary>
    /// <param name="running">Cells that the running requests will need.</param>
    /// <param name="now">The time.</param>
    public void LimitIdle(int running, long now)
    {
        if (!_ledger.IsOpen || !_limits.Memory.CanSaveRanges()) return;
        var tooMany = UsedCells - LeasedCells - Math.Max(FewCells, _limits.IdleShare * running);
        if (tooMany > 0) Evict(FreeCells + (int)Math.Min(tooMany, MostLeaving), now);
    }

    /// <summary>Plans to save one block that only cells hold, so that evicting it later costs nothing. False when there is none.</summary>
    public bool SaveNext()
    {
        if (!_ledger.HasRoom || !_limits.Memory.CanSaveRanges()) return false;
        foreach (var branch in _tree.Branches)
        {
            if (branch.Holder is null && SavedUpTo(branch) is var from && from < branch.Length)
            {
                Save(branch, from, Math.Min(from + TokenChain.Block, branch.Length));
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Plans to bring the next saved segment of this request's tokens back, when there is one and room for it beside the cells that the
    /// step already <paramref name="claimed"/>. Returns the tokens that the branch then holds more.
    /// </summary>
    public int Restore(Sequence sequence, int claimed, long now)
    {
        if (FindSaved(sequence, sequence.Position) is not ({ } segment, var skipped, var end)) return 0;

        // The whole segment needs cells for the moment before the rest of it is dropped again.
        if (!MakeRoom(claimed + segment.Tokens.Length, now)) return 0;
        var branch = sequence.Branch!;
        Operations.Add(KvOperation.Restore(branch.SequenceId, segment.Data, skipped, end));
        _ledger.Touch(segment);
        Append(branch, sequence.Tokens[skipped..end]);
        return end - skipped;
    }

    /// <summary>Tokens of this request that saved segments could bring back after the first <paramref name="position"/>.</summary>
    public int SavedAfter(Sequence sequence, int position)
    {
        var at = position;
        while (FindSaved(sequence, at) is ({ }, _, var end)) at = end;
        return at - position;
    }

    /// <summary>The branch's state at its end is kept, so that later requests can continue there.</summary>
    public void TakeCheckpoint(Branch branch)
    {
        var node = branch.Leaf;
        if (!_ledger.IsOpen || node.Parent is null || node.Checkpoints.Exists(c => c.Position == branch.Length)) return;
        var checkpoint = new Checkpoint(node, branch.Length);
        node.Checkpoints.Add(checkpoint);
        _ledger.Add(checkpoint);
        Operations.Add(KvOperation.SaveCheckpoint(branch.SequenceId, checkpoint));
    }

    /// <summary>The planned operations were run.</summary>
    public void Settle() => _ledger.Settle();

    /// <summary>Drops everything that nobody leases, saved states included.</summary>
    public void Forget()
    {
        foreach (var branch in _tree.Branches.Where(b => b.Holder is null).ToArray()) Remove(branch);
        _ledger.Clear();
    }

    /// <summary>The KV cells are lost; what was saved is not.</summary>
    public void LoseCells()
    {
        foreach (var branch in _tree.Branches.ToArray()) _tree.Remove(branch);
        DropOrphans();
        Operations.Clear();
        _ledger.Settle();
        FreeAllIds();
    }

    /// <summary>Cells, ids and leases are counted again; a difference is a fault.</summary>
    public void CheckIntegrity()
    {
        _tree.CheckIntegrity();
        if (_tree.Branches.Count + _freeIds.Count != _limits.SequenceIds || _tree.UsedCells > _limits.Cells)
            throw new InvalidOperationException($"{_tree.Branches.Count} branches hold {_tree.UsedCells} cells, and {_freeIds.Count} ids are free.");
    }

    /// <summary>What follows a match in cells instead of the prompt's own tokens.</summary>
    public static int[] PartedTokens(PrefixMatch match)
    {
        var parted = new List<int>();
        var (node, from) = (match.Node, match.Length);
        while (parted.Count < PrefixReport.MostPartedTokens)
        {
            if (from == node.End)
            {
                if (node.Children.Count == 0) break;
                node = node.Children[^1];
            }

            var run = CollectionsMarshal.AsSpan(node.Tokens)[(from - node.Start)..];
            parted.AddRange(run[..Math.Min(run.Length, PrefixReport.MostPartedTokens - parted.Count)]);
            from = node.End;
        }

        return parted.Count == 0 ? [] : [.. parted];
    }

    private static Reuse Inside(PrefixNode node, int length)
    {
        if (length == 0) return Reuse.Nothing;
        var parked = length == node.End ? node.Ends.Find(b => b.Holder is null) : null;
        return new Reuse(node, length, parked ?? PrefixTree.HolderOf(node), TakesOver: parked is not null);
    }

    private static Reuse AtParkedEnd(PrefixMatch match)
    {
        for (var node = match.Node; node?.Parent is not null; node = node.Parent)
        {
            if (node.End <= match.Length && node.Ends.Find(b => b.Holder is null) is { } parked)
                return new Reuse(node, node.End, parked, TakesOver: true);
        }

        return Reuse.Nothing;
    }

    // A checkpoint completes the cells before it; a sequence's own state does at its end, and then nothing is copied.
    private static Reuse AtEndOrCheckpoint(PrefixMatch match)
    {
        for (var node = match.Node; node?.Parent is not null; node = node.Parent)
        {
            if (node.End <= match.Length && node.Ends.Count > 0)
            {
                var parked = node.Ends.Find(b => b.Holder is null);
                return new Reuse(node, node.End, parked ?? node.Ends[0], TakesOver: parked is not null);
            }

            if (node.Checkpoints.FindLast(c => c.Position <= match.Length && c.Data.Length > 0) is { } checkpoint)
                return new Reuse(node, checkpoint.Position, PrefixTree.HolderOf(node), TakesOver: false) { Checkpoint = checkpoint };
        }

        return Reuse.Nothing;
    }

    // The library overwrites cells behind the window of the one sequence that holds them, and does not tell.
    private Reuse WithWindow(PrefixMatch match)
    {
        for (var node = match.Node; node?.Parent is not null; node = node.Parent)
        {
            var reuse = Inside(node, Math.Min(node.End, match.Length));
            if (_holdsWindow(reuse.Source!.SequenceId, reuse.Length)) return reuse;
        }

        return Reuse.Nothing;
    }

    private Branch NewBranch(Reuse reuse, long now)
    {
        if (!_freeIds.TryPop(out var id))
        {
            // The source goes last: when only it is left, it is continued where it can be cut, and lost where it cannot.
            var victim = Cheapest(b => _retention.WorthPerCell(b, now) * Retention.OwnCells(b), b => b != reuse.Source) ?? reuse.Source!;
            if (victim == reuse.Source && _limits.Memory.CanTrim())
            {
                Trim(victim, reuse.Length);
                return victim;
            }

            Remove(victim);
            if (victim == reuse.Source) reuse = Reuse.Nothing;
            id = _freeIds.Pop();
        }

        if (reuse.Node is not { } node) return _tree.Add(id);
        Operations.Add(KvOperation.Fork(reuse.Source!.SequenceId, id, reuse.Length));
        if (reuse.Checkpoint is { } checkpoint)
        {
            Operations.Add(KvOperation.RestoreCheckpoint(id, checkpoint.Data));
            _ledger.Touch(checkpoint);
        }

        return _tree.Fork(id, node, reuse.Length);
    }

    private void Touch(Branch branch, long now)
    {
        for (var node = branch.Leaf; node.Parent is not null; node = node.Parent)
        {
            node.LastUsed = now;
            if (branch.Holder is not null) node.Uses++;
        }
    }

    // Other cells spell all that this branch holds, so that it is of no more use.
    private bool IsCovered(Branch branch)
    {
        var leaf = branch.Leaf;
        if (leaf.Branches > 1) return true;
        var own = CollectionsMarshal.AsSpan(leaf.Tokens);
        foreach (var sibling in leaf.Parent!.Children)
        {
            if (sibling != leaf && CollectionsMarshal.AsSpan(sibling.Tokens).StartsWith(own)) return true;
        }

        return false;
    }

    private Branch? Cheapest(Func<Branch, double> worth, Func<Branch, bool> isCandidate) =>
        _tree.Branches.Where(b => b.Holder is null && isCandidate(b)).MinBy(worth);

    private void Evict(int cells, long now)
    {
        while (FreeCells < cells)
        {
            // Runs that only one branch holds go first; where there is none, cells that several parked ones share lose a holder.
            var victim = Cheapest(WorthPerCell, b => b.Leaf.Branches == 1) ?? Cheapest(WorthPerCell, b => b.Leaf.Leases == 0);
            Free(victim!, cells - FreeCells);
        }

        double WorthPerCell(Branch branch) => _retention.WorthPerCell(branch, now);
    }

    // The end goes first: what is nearer to the root is more likely to be shared, and whole blocks can be saved one by one.
    private void Free(Branch victim, int cells)
    {
        var leaf = victim.Leaf;
        if (!_limits.Memory.CanTrim() || leaf.Branches > 1)
        {
            Remove(victim);
            return;
        }

        var length = Math.Max(leaf.Start, (victim.Length - cells) / TokenChain.Block * TokenChain.Block);
        if (_ledger.IsOpen && _limits.Memory.CanSaveRanges()) Save(victim, length, victim.Length);
        if (length == 0 || (length == leaf.Start && leaf.Parent!.Branches > 1)) Remove(victim);
        else Trim(victim, length);
    }

    private void Save(Branch branch, int from, int to)
    {
        var tokens = PrefixTree.Path(branch.Leaf, branch.Length);
        var chain = TokenChain.Of(tokens);
        var superfluous = new List<Segment>();
        for (var block = from / TokenChain.Block; block * TokenChain.Block < to; block++)
        {
            var start = block * TokenChain.Block;
            var end = Math.Min(start + TokenChain.Block, tokens.Length);
            var segment = new Segment(chain[block], start, tokens[start..end]);
            if (!_segments.TryAdd(segment, superfluous)) continue;
            _ledger.Add(segment);
            Operations.Add(KvOperation.Save(branch.SequenceId, segment));
        }

        superfluous.ForEach(_ledger.Drop);
    }

    // The beginning of the first block that no segment holds. A branch that did not grow since it was found saved is not looked at again.
    private int SavedUpTo(Branch branch)
    {
        if (branch.SavedLength == branch.Length) return branch.Length;
        var tokens = PrefixTree.Path(branch.Leaf, branch.Length);
        var chain = TokenChain.Of(tokens);
        for (var start = 0; start < tokens.Length; start += TokenChain.Block)
        {
            var own = tokens.AsSpan(start, Math.Min(TokenChain.Block, tokens.Length - start));
            if (_segments.Find(chain[start / TokenChain.Block], own).Tokens < own.Length) return start;
        }

        branch.SavedLength = branch.Length;
        return branch.Length;
    }

    private (Segment? Segment, int From, int To) FindSaved(Sequence sequence, int position)
    {
        if (_segments.IsEmpty || !_limits.Memory.CanSaveRanges()) return default;
        var block = position / TokenChain.Block;
        var start = block * TokenChain.Block;
        var (segment, common) = _segments.Find(sequence.ChainAt(block), sequence.Tokens[start..^1]);
        return start + common > position && segment!.Data.Length > 0 ? (segment, position, start + common) : default;
    }

    private void Trim(Branch branch, int length)
    {
        Operations.Add(KvOperation.Drop(branch.SequenceId, length));
        _tree.Trim(branch, length);
        DropOrphans();
    }

    private void Remove(Branch branch)
    {
        Operations.Add(KvOperation.Drop(branch.SequenceId));
        _tree.Remove(branch);
        _freeIds.Push(branch.SequenceId);
        DropOrphans();
    }

    private void DropOrphans()
    {
        _tree.Orphans.ForEach(_ledger.Drop);
        _tree.Orphans.Clear();
    }

    private void Forget(SavedState state)
    {
        if (state is Segment segment) _segments.Remove(segment);
        else if (state is Checkpoint checkpoint) checkpoint.Node.Checkpoints.Remove(checkpoint);
    }

    private void FreeAllIds()
    {
        _freeIds.Clear();
        for (var id = _limits.SequenceIds - 1; id >= 0; id--) _freeIds.Push(id);
    }
}

/// <summary>What a prompt can continue.</summary>
/// <param name="Node">The run that ends at, or holds, the last reused token; null when nothing is reused.</param>
/// <param name="Length">Tokens reused.</param>
/// <param name="Source">A branch that holds them.</param>
/// <param name="TakesOver">The request continues the source itself, so that nothing is copied.</param>
internal readonly record struct Reuse(PrefixNode? Node, int Length, Branch? Source, bool TakesOver)
{
    /// <summary>Nothing is reused.</summary>
    public static Reuse Nothing => default;

    /// <summary>Completes the forked cells, where the memory needs it.</summary>
    public Checkpoint? Checkpoint { get; init; }

    /// <summary>How far the prompt lies in cells, whether or not it can be continued there.</summary>
    public PrefixMatch Shared { get; init; }
}
