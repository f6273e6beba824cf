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
    private readonly SavedPrefixes _saved;
    private readonly PrefixTree _tree = new();

    /// <summary>An empty cache.</summary>
    /// <param name="limits">Its sizes and what the model's memory allows.</param>
    /// <param name="holdsWindow">Whether a sequence id holds the window before a position; asked only of sliding-window memory.</param>
    public PrefixCache(SchedulerLimits limits, Func<int, int, bool> holdsWindow)
    {
        (_limits, _holdsWindow) = (limits, holdsWindow);
        _retention = new Retention(limits.TicksPerSecond);
        _saved = new SavedPrefixes(limits);
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
    public long SavedBytes => _saved.Ledger.Bytes;

    /// <summary>What a prompt can continue. The last token is always computed, for its logits. Changes nothing.</summary>
    public Reuse Find(Sequence sequence) => Reuse.Of(_tree.Match(sequence.Tokens[..^1]), _limits.Memory, _holdsWindow);

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
        if (!_saved.TakesSegments) return;
        var tooMany = UsedCells - LeasedCells - Math.Max(FewCells, _limits.IdleShare * running);
        if (tooMany > 0) Evict(FreeCells + (int)Math.Min(tooMany, MostLeaving), now);
    }

    /// <summary>Plans to save one block that only cells hold, so that evicting it later costs nothing. False when there is none.</summary>
    public bool SaveNext() => _saved.SaveNext(_tree.Branches, Operations);

    /// <summary>
    /// Plans to bring the next saved segment of this request's tokens back, when there is one and room for it beside the cells that the
    /// step already <paramref name="claimed"/>. Returns the tokens that the branch then holds more.
    /// </summary>
    public int Restore(Sequence sequence, int claimed, long now)
    {
        var position = sequence.Position;
        if (_saved.Find(sequence, position) is not ({ } segment, var end)) return 0;

        // The whole segment needs cells for the moment before the rest of it is dropped again.
        if (!MakeRoom(claimed + segment.Tokens.Length, now)) return 0;
        var branch = sequence.Branch!;
        Operations.Add(KvOperation.Restore(branch.SequenceId, segment.Data, position, end));
        _saved.Ledger.Touch(segment);
        Append(branch, sequence.Tokens[position..end]);
        return end - position;
    }

    /// <summary>Tokens of this request that saved segments could bring back after the first <paramref name="position"/>.</summary>
    public int SavedAfter(Sequence sequence, int position)
    {
        var at = position;
        while (_saved.Find(sequence, at) is ({ }, var end)) at = end;
        return at - position;
    }

    /// <summary>The branch's state at its end is kept, so that later requests can continue there.</summary>
    public void TakeCheckpoint(Branch branch)
    {
        if (_limits.Memory == MemoryKind.Recurrent) _saved.TakeCheckpoint(branch, Operations);
        else if (_limits.Memory == MemoryKind.SlidingWindow && _freeIds.Count > _limits.Running) Anchor(branch);
    }

    /// <summary>The planned operations were run.</summary>
    public void Settle() => _saved.Ledger.Settle();

    /// <summary>Drops everything that nobody leases, saved states included.</summary>
    public void Forget()
    {
        foreach (var branch in _tree.Branches.Where(b => b.Holder is null).ToArray()) Remove(branch);
        _saved.Ledger.Clear();
    }

    /// <summary>The KV cells are lost; what was saved is not.</summary>
    public void LoseCells()
    {
        foreach (var branch in _tree.Branches.ToArray()) _tree.Remove(branch);
        DropOrphans();
        Operations.Clear();
        _saved.Ledger.Settle();
        FreeAllIds();
    }

    /// <summary>Cells, ids and leases are counted again; a difference is a fault.</summary>
    public void CheckIntegrity()
    {
        _tree.CheckIntegrity();
        if (_tree.Branches.Count + _freeIds.Count != _limits.SequenceIds || _tree.UsedCells > _limits.Cells)
            throw new InvalidOperationException($"{_tree.Branches.Count} branches hold {_tree.UsedCells} cells, and {_freeIds.Count} ids are free.");
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
            _saved.Ledger.Touch(checkpoint);
        }

        return _tree.Fork(id, node, reuse.Length);
    }

    // Costs an id and no cells: what two ids hold is never overwritten.
    private void Anchor(Branch branch)
    {
        var id = _freeIds.Pop();
        Operations.Add(KvOperation.Fork(branch.SequenceId, id, branch.Length));
        var anchor = _tree.Fork(id, branch.Leaf, branch.Length);
        (anchor.Session, anchor.Priority) = (branch.Session, branch.Priority);
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
        if (_saved.TakesSegments) _saved.Save(victim, length, victim.Length, Operations);
        if (length == 0 || (length == leaf.Start && leaf.Parent!.Branches > 1)) Remove(victim);
        else Trim(victim, length);
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
        _tree.Orphans.ForEach(_saved.Ledger.Drop);
        _tree.Orphans.Clear();
    }

    private void FreeAllIds()
    {
        _freeIds.Clear();
        for (var id = _limits.SequenceIds - 1; id >= 0; id--) _freeIds.Push(id);
    }
}
