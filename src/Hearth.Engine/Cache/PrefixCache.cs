using System.Runtime.InteropServices;
using Hearth.Engine.Cache.Disk;

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
    private readonly StepMeter _meter;
    private readonly Retention _retention;
    private readonly Stack<int> _freeIds = new();
    private readonly SavedPrefixes _saved;
    private PrefixTree _tree = new();

    /// <summary>An empty cache.</summary>
    /// <param name="limits">Its sizes and what the model's memory allows.</param>
    /// <param name="holdsWindow">Whether a sequence id holds the window before a position; asked only of sliding-window memory.</param>
    /// <param name="meter">What computing and restoring cost.</param>
    public PrefixCache(SchedulerLimits limits, Func<int, int, bool> holdsWindow, StepMeter meter)
    {
        (_limits, _holdsWindow, _meter) = (limits, holdsWindow, meter);
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

    /// <summary>Bytes of saved segments and checkpoints in memory.</summary>
    public long SavedBytes => _saved.Ledger.Bytes;

    /// <summary>The files of saved states.</summary>
    public DiskBooks Disk => _saved.Disk;

    /// <summary>What a prompt can continue. The last token is always computed, for its logits. Changes nothing.</summary>
    public Reuse Find(Sequence sequence, long now)
    {
        var match = _tree.Match(sequence.Tokens[..^1]);
        var cells = Reuse.OfCells(match, _limits.Memory, _holdsWindow);
        if (sequence.SkipsSaved || !_saved.TakesStates || Saved(sequence, cells, fromFiles: true) is not { } all) return cells;
        if (Pays(all, cells.Length, now)) return all;
        if (all.Saved!.FirstOrDefault(s => s.Data.Length == 0) is not { } unread) return cells;

        // What is in memory may pay without the files behind it.
        var kept = Saved(sequence, cells, fromFiles: false);
        return (kept is { } found && Pays(found, cells.Length, now) ? found : cells) with { Unread = unread };
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
        if (reuse.Unread is { } unread) Disk.Explore(unread, now);

        // With too few ids the cells may be fewer than were found, and then what continues them does not fit.
        if (reuse.Saved is not { } saved || branch.Length != reuse.Length) return branch;
        sequence.Restoring = new RestorePath(saved, reuse.End);
        branch.IsIncomplete = _limits.Memory.NeedsCheckpoints();
        return branch;
    }

    /// <summary>The tokens will lie in cells at the branch's end once the plan was computed.</summary>
    public void Append(Branch branch, ReadOnlySpan<int> tokens) => _tree.Append(branch, tokens);

    /// <summary>
    /// A step of the branch was interrupted: what cells have behind its end is dropped. A recurrent state cannot go back, so nobody can
    /// continue the branch any more; what a kept state completes is saved first.
    /// </summary>
    public void Rewind(Branch branch)
    {
        if (_limits.Memory.CanTrim())
        {
            Operations.Add(KvOperation.Drop(branch.SequenceId, branch.Length));
            return;
        }

        branch.IsIncomplete = true;
        if (_saved.TakesStates && branch.Holder is { } holder && _saved.LastCheckpoint(holder, after: 0, until: branch.Length, fromFiles: true) is not null)
            _saved.Save(branch, branch.Leaf.Start, Operations, _holdsWindow);
    }

    /// <summary>The request ended or pauses; what it computed stays for others until the cells are needed.</summary>
    public void Park(Branch branch, long now)
    {
        _tree.Unlease(branch);
        Touch(branch, now);
        if (branch.Length == 0 || branch.IsIncomplete || (_limits.Memory == MemoryKind.Full && IsCovered(branch))) Remove(branch);
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
    /// nothing is lost; memory that cannot be continued anywhere stays where it is.
    /// </summary>
    /// <param name="running">Cells that the running requests will need.</param>
    /// <param name="now">The time.</param>
    public void LimitIdle(int running, long now)
    {
        if (!_saved.TakesStates || _limits.Memory != MemoryKind.Full) return;
        var tooMany = UsedCells - LeasedCells - Math.Max(FewCells, _limits.IdleShare * running);
        if (tooMany > 0) Evict(FreeCells + (int)Math.Min(tooMany, MostLeaving), now);
    }

    /// <summary>Plans to save a little of what only cells hold, so that evicting it later costs nothing. False when there is none.</summary>
    public bool SaveNext(long now) => _saved.SaveNext(_tree.Branches, Operations, _holdsWindow, now);

    /// <summary>
    /// Plans to bring back the next saved state of a request, when there is room for it beside the cells that the step already
    /// <paramref name="claimed"/>.
    /// </summary>
    public RestoreStep Restore(Sequence sequence, int claimed, long now)
    {
        var (path, branch) = (sequence.Restoring!, sequence.Branch!);
        if (!_saved.ReadAhead(path, now)) return RestoreStep.Lost;
        var state = path.Next!;
        if (state.Data.Length == 0) return Wait(path, branch, now);
        if (state.Key.Kind == StateKind.Checkpoint)
        {
            Operations.Add(KvOperation.RestoreCheckpoint(branch.SequenceId, state.Data));
            branch.IsIncomplete = false;
        }
        else
        {
            // The whole segment needs cells for the moment before the rest of it is dropped again.
            if (!MakeRoom(claimed + state.Key.Tokens.Length, now)) return RestoreStep.Lost;
            var (from, to) = (branch.Length, Math.Min(state.Key.End, path.End));
            Operations.Add(KvOperation.Restore(branch.SequenceId, state.Data, from, to));
            Append(branch, sequence.Tokens[from..to]);
        }

        _saved.Use(state, now);
        path.Advance();
        if (_limits.Memory == MemoryKind.Full) path.WaitsUntil = null;
        return RestoreStep.Restored;
    }

    /// <summary>True when all that a request gave up waiting for is in memory now, and still spares it more than a little.</summary>
    public bool IsWorthTaking(RestorePath path, int position, long now) =>
        path.IsRead && path.End >= position + SchedulerLimits.LeastChunk && _meter.RestorePays(CostOf(path.Rest, path.End - position, now), now);

    /// <summary>The state at the end of a request's branch is kept, so that later requests can continue there.</summary>
    public void TakeCheckpoint(Sequence sequence)
    {
        if (_limits.Memory == MemoryKind.Recurrent) _saved.TakeCheckpoint(sequence, Operations);
        else if (_limits.Memory == MemoryKind.SlidingWindow && _freeIds.Count > _limits.Running) Anchor(sequence.Branch!);
    }

    /// <summary>The planned operations were run.</summary>
    public void Settle(long now) => _saved.Settle(now, _meter.SecondsPerToken);

    /// <summary>The disk thread tells something.</summary>
    public void OnDisk(DiskResult result, long now)
    {
        _saved.OnDisk(result, now, _limits.TicksPerSecond);
        if (result is DiskResult.WasRead { Data: { } data } read) _meter.ObserveRead(data.Length, (long)(read.Took.TotalSeconds * _limits.TicksPerSecond), now);
    }

    /// <summary>Drops everything that nobody leases, from the cells and from memory; files stay.</summary>
    public void Forget()
    {
        foreach (var branch in _tree.Branches.Where(b => b.Holder is null).ToArray()) Remove(branch);
        _saved.Ledger.Clear();
    }

    /// <summary>Nobody continues anything any more: all memory of saved states goes back to the system.</summary>
    public void Close() => _saved.Ledger.Close();

    /// <summary>The KV cells are lost; what was saved is not. Looks at nothing that was written down of them, which may be wrong.</summary>
    public void LoseCells(long now)
    {
        _tree = new PrefixTree();
        Operations.Clear();
        _saved.Settle(now, secondsPerToken: 0);
        FreeAllIds();
    }

    /// <summary>Cells, ids and leases are counted again; a difference is a fault.</summary>
    public void CheckIntegrity()
    {
        _tree.CheckIntegrity();
        if (_tree.Branches.Count + _freeIds.Count != _limits.SequenceIds || _tree.UsedCells > _limits.Cells)
            throw new InvalidOperationException($"{_tree.Branches.Count} branches hold {_tree.UsedCells} cells, and {_freeIds.Count} ids are free.");
    }

    private Reuse? Saved(Sequence sequence, Reuse cells, bool fromFiles) => _limits.Memory.NeedsCheckpoints()
        ? WithCheckpoint(sequence, cells, fromFiles)
        : WithSegments(sequence, cells, fromFiles);

    // Full attention continues wherever segments do.
    private Reuse? WithSegments(Sequence sequence, Reuse cells, bool fromFiles)
    {
        var (segments, end) = _saved.SegmentsFrom(sequence, cells.Length, fromFiles);
        return segments.Count > 0 ? cells with { Saved = segments, End = end } : null;
    }

    // Everything up to a checkpoint, which replaces what the cells have in windowed and recurrent layers. With sliding windows from the
    // first token on: the restored window must not take cells beside those that another holder of the same tokens has.
    private Reuse? WithCheckpoint(Sequence sequence, Reuse cells, bool fromFiles)
    {
        var inCells = _limits.Memory == MemoryKind.Recurrent ? cells.Shared.Length : 0;
        var (segments, covered) = _saved.SegmentsFrom(sequence, inCells, fromFiles);
        if (_saved.LastCheckpoint(sequence, cells.Length, covered, fromFiles) is not { } checkpoint) return null;
        var end = checkpoint.Key.End;
        return Reuse.Incomplete(cells.Shared, Math.Min(inCells, end)) with
        {
            Saved = [.. segments.Where(s => s.Key.Start < end && end > inCells), checkpoint],
            End = end,
        };
    }

    private bool Pays(Reuse found, int without, long now) => _meter.RestorePays(CostOf(found.Saved!, found.End - without, now), now);

    private RestoreCost CostOf(IEnumerable<SavedState> states, int tokens, long now)
    {
        var cost = new RestoreCost(tokens, 0, 0, 0, Disk.ReadingBytes, Disk.Silence(now));
        foreach (var state in states)
        {
            var inFile = state.Data.Length == 0 ? state.FileBytes : 0;
            cost = cost with
            {
                Bytes = cost.Bytes + Math.Max(state.Data.Length, inFile),
                FileBytes = cost.FileBytes + inFile,
                ComputeSeconds = cost.ComputeSeconds + (state.Key.Kind == StateKind.Segment ? state.ComputeSeconds : 0),
            };
        }

        return cost;
    }

    // Waiting costs at most what computing would: of the next block, where a request can go on in the middle, and of everything where only
    // the end is of use.
    private RestoreStep Wait(RestorePath path, Branch branch, long now)
    {
        if (path.WaitsUntil is not { } until)
        {
            List<SavedState> awaited = _limits.Memory == MemoryKind.Full ? [path.Next!] : [.. path.Rest];
            var tokens = (_limits.Memory == MemoryKind.Full ? path.NextEnd : path.End) - branch.Length;
            until = now + _meter.Patience(tokens, awaited.Sum(s => s.Key.Kind == StateKind.Segment ? s.ComputeSeconds : 0));
            path.WaitsUntil = until;
        }

        path.IsLate |= now >= until;
        return path.IsLate ? RestoreStep.Late : RestoreStep.Waits;
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
            if (leaf.Branches == 1 && _saved.TakesStates) _saved.Save(victim, leaf.Start, Operations, _holdsWindow);
            Remove(victim);
            return;
        }

        var length = Math.Max(leaf.Start, (victim.Length - cells) / TokenChain.Block * TokenChain.Block);
        if (_saved.TakesStates) _saved.Save(victim, length, Operations, _holdsWindow);
        if (length == 0 || (length == leaf.Start && leaf.Parent!.Branches > 1)) Remove(victim);
        else Trim(victim, length);
    }

    private void Trim(Branch branch, int length)
    {
        Operations.Add(KvOperation.Drop(branch.SequenceId, length));
        _tree.Trim(branch, length);
    }

    private void Remove(Branch branch)
    {
        Operations.Add(KvOperation.Drop(branch.SequenceId));
        _tree.Remove(branch);
        _freeIds.Push(branch.SequenceId);
    }

    private void FreeAllIds()
    {
        _freeIds.Clear();
        for (var id = _limits.SequenceIds - 1; id >= 0; id--) _freeIds.Push(id);
    }
}

/// <summary>How a request's next saved state came along.</summary>
internal enum RestoreStep
{
    /// <summary>It comes back in this step.</summary>
    Restored,

    /// <summary>It is still being read.</summary>
    Waits,

    /// <summary>It is still being read, for longer than computing takes.</summary>
    Late,

    /// <summary>It is nowhere any more, or has no room.</summary>
    Lost,
}
