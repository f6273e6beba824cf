using Hearth.Engine.Cache.Disk;
using Hearth.Llama;

namespace Hearth.Engine.Cache;

/// <summary>
/// Prefixes outside the cells: segments and checkpoints, found by the tokens before them, in memory within one budget and in files within
/// another.
/// </summary>
internal sealed class SavedPrefixes
{
    /// <summary>A request's saved states are read ahead of their use up to here.</summary>
    private const long MostReadAheadBytes = 128L << 20;

    /// <summary>What waits to be written takes at most a quarter of the memory for saved states, within these bounds.</summary>
    private const long LeastWaitingBytes = 64L << 20;
    private const long MostWaitingBytes = 256L << 20;

    /// <summary>A checkpoint spares about this many tokens: those since the one before it.</summary>
    private const int TokensOfCheckpoint = 4 * TokenChain.Block;

    private readonly SegmentStore _states = new();
    private readonly List<SavedState> _unsettled = [];
    private readonly List<SavedState> _restoring = [];
    private readonly MemoryKind _memory;
    private bool _hasFailed;

    /// <summary>Nothing is saved.</summary>
    public SavedPrefixes(SchedulerLimits limits)
    {
        _memory = limits.Memory;
        Ledger = new StateLedger(limits.SavedBytes, OnMemoryLeft);
        Disk = new DiskBooks(
            limits.DiskBytes, Math.Clamp(limits.SavedBytes / 4, LeastWaitingBytes, MostWaitingBytes), limits.TicksPerSecond, OnFileGone);
    }

    /// <summary>What is in memory.</summary>
    public StateLedger Ledger { get; }

    /// <summary>What is in files.</summary>
    public DiskBooks Disk { get; }

    /// <summary>True when what leaves the cells can be brought back.</summary>
    public bool TakesStates => _memory.CanSave() && (Ledger.IsOpen || Disk.IsOn);

    /// <summary>
    /// Plans to save one block that only cells hold, or the state at a parked branch's end. False when there is none, or no room for it.
    /// What is nearest to the root goes first: it is what most requests begin with.
    /// </summary>
    public bool SaveNext(IReadOnlyList<Branch> branches, List<KvOperation> operations, Func<int, int, bool> holdsWindow, long now)
    {
        if (!_memory.CanSave() || !(Disk.TakesMore(now) || (Ledger.HasRoom && !_hasFailed))) return false;
        foreach (var branch in branches.Where(b => Savable(b) > b.SavedLength || LacksEnd(b)).OrderBy(b => b.SavedLength))
        {
            if (branch.Length < TokenChain.Block) continue;
            if (SaveBlock(branch, operations, now)) return true;
            if (!LacksEnd(branch)) continue;
            branch.KeptEnd = branch.Length;
            if (SaveEnd(branch, operations, holdsWindow)) return true;
        }

        return false;
    }

    /// <summary>Plans to copy what a branch has from a position on out of the cells, but for what is saved.</summary>
    public void Save(Branch branch, int from, List<KvOperation> operations, Func<int, int, bool> holdsWindow)
    {
        for (var start = from / TokenChain.Block * TokenChain.Block; start < branch.Length; start += TokenChain.Block)
            Save(branch, start, operations);
        if (LacksEnd(branch)) SaveEnd(branch, operations, holdsWindow);
    }

    /// <summary>Plans to keep the state that a sequence has at its end, where none is kept yet.</summary>
    public void TakeCheckpoint(Sequence sequence, List<KvOperation> operations)
    {
        if (!TakesStates) return;
        var block = sequence.Position / TokenChain.Block;
        AddCheckpoint(
            sequence.SequenceId, sequence.ChainAt(block), block * TokenChain.Block,
            sequence.Tokens[(block * TokenChain.Block)..sequence.Position].ToArray(), operations);
    }

    /// <summary>The segments that go on where a request's first <paramref name="position"/> tokens end, and how far they reach.</summary>
    public (List<SavedState> Segments, int End) SegmentsFrom(Sequence sequence, int position, bool fromFiles)
    {
        var (segments, at) = (new List<SavedState>(), position);
        if (_states.IsEmpty) return (segments, at);
        while (true)
        {
            var start = at / TokenChain.Block * TokenChain.Block;
            var (segment, common) = _states.Find(sequence.ChainAt(at / TokenChain.Block), sequence.Tokens[start..^1], Usable(fromFiles));
            if (segment is null || start + common <= at) return (segments, at);
            segments.Add(segment);
            at = start + common;
        }
    }

    /// <summary>The last checkpoint of a request's tokens that is after a position and not after another, or null.</summary>
    public SavedState? LastCheckpoint(Sequence sequence, int after, int until, bool fromFiles)
    {
        if (_states.IsEmpty) return null;
        for (var block = until / TokenChain.Block; block >= after / TokenChain.Block; block--)
        {
            var start = block * TokenChain.Block;
            var end = Math.Min(until, start + TokenChain.Block - 1);
            if (_states.FindCheckpoint(sequence.ChainAt(block), sequence.Tokens[start..end], Usable(fromFiles)) is { } found && found.Key.End > after) return found;
        }

        return null;
    }

    /// <summary>Asks for the states of a path that only files hold, in their order. False when the next one is nowhere.</summary>
    public bool ReadAhead(RestorePath path, long now)
    {
        long bytes = 0;
        foreach (var state in path.Rest)
        {
            if (!IsToBeHad(state)) return state != path.Next;
            bytes += Math.Max(state.FileBytes, state.Data.Length);
            if (bytes > MostReadAheadBytes && state != path.Next) return true;
            if (state.Data.Length == 0) Disk.Read(state, now);
        }

        return true;
    }

    /// <summary>A state's restoring is planned: its bytes stay until that was run.</summary>
    public void Use(SavedState state, long now)
    {
        state.Pins++;
        _restoring.Add(state);
        Ledger.Touch(state);
        Disk.Touch(state, now);
    }

    /// <summary>The planned operations were run.</summary>
    /// <param name="now">The time.</param>
    /// <param name="secondsPerToken">What computing a token costs, 0 while unknown.</param>
    public void Settle(long now, double secondsPerToken)
    {
        foreach (var state in _unsettled)
        {
            if (state.Data.Length == 0)
            {
                _hasFailed = true;
                OnMemoryLeft(state);
                continue;
            }

            state.LastUsed = now;
            if (secondsPerToken > 0) state.ComputeSeconds = secondsPerToken * (state.Key.Kind == StateKind.Segment ? state.Key.Tokens.Length : TokensOfCheckpoint);
            Ledger.Add(state);
            if (Disk.TakesMore(now)) Write(state, now);
            else if (!Disk.IsOn) _states.Superseded(by: state).ForEach(Forget);
        }

        _unsettled.Clear();
        foreach (var state in _restoring) state.Pins--;
        _restoring.Clear();
        Ledger.Limit();
    }

    /// <summary>The disk thread tells something.</summary>
    public void OnDisk(DiskResult result, long now, long ticksPerSecond)
    {
        Disk.Hear(result, now);
        switch (result)
        {
            case DiskResult.Found found:
                foreach (var state in found.States) AddFound(state, now - (long)(state.Age.TotalSeconds * ticksPerSecond));
                break;
            case DiskResult.Gone gone:
                foreach (var key in gone.Keys)
                {
                    if (_states.Get(key) is { } lost) Disk.OnGone(lost);
                }

                break;
            case DiskResult.Written written:
                if (Disk.OnWritten(written, now) is { FileBytes: > 0 } kept) _states.Superseded(by: kept).ForEach(Forget);
                break;
            case DiskResult.WasRead read:
                if (Disk.OnRead(read) is { } back) Take(back, read.Data);
                else read.GiveBack();
                break;
        }

        Ledger.Limit();
    }

    private bool IsToBeHad(SavedState state) => state.Data.Length > 0 || (state.FileBytes > 0 && Disk.Answers);

    private Func<SavedState, bool> Usable(bool fromFiles) => fromFiles ? IsToBeHad : static s => s.Data.Length > 0;

    // A running request's last block still grows.
    private static int Savable(Branch branch) =>
        branch.Holder is null ? branch.Length : branch.Length / TokenChain.Block * TokenChain.Block;

    private bool LacksEnd(Branch branch) =>
        _memory.NeedsCheckpoints() && branch is { Holder: null, IsIncomplete: false } && branch.KeptEnd != branch.Length;

    private bool SaveBlock(Branch branch, List<KvOperation> operations, long now)
    {
        Span<int> block = stackalloc int[TokenChain.Block];
        var start = branch.SavedLength / TokenChain.Block * TokenChain.Block;
        for (var end = Savable(branch); start < end; start += TokenChain.Block)
        {
            var own = block[..Math.Min(TokenChain.Block, branch.Length - start)];
            branch.Read(start, own);
            var (segment, common) = _states.Find(branch.ChainAt(start / TokenChain.Block), own);
            if (common < own.Length) return Save(branch, start, operations);
            branch.SavedLength = start + own.Length;
            if (segment!.Data.Length > 0 && Disk.TakesMore(now)) Write(segment, now);
            else if (segment.Data.Length == 0 && Ledger.HasRoom && Save(branch, start, operations)) return true;
        }

        return false;
    }

    private bool Save(Branch branch, int start, List<KvOperation> operations)
    {
        var own = new int[Math.Min(TokenChain.Block, branch.Length - start)];
        branch.Read(start, own);
        if (ToFill(new StateKey(StateKind.Segment, branch.ChainAt(start / TokenChain.Block), start, own)) is not { } segment) return false;
        _unsettled.Add(segment);
        operations.Add(KvOperation.Save(branch.SequenceId, segment));
        return true;
    }

    // The state of this key that lacks its bytes, made where there is none; null where nothing is missing. What only a file holds is kept in
    // memory as well when it was computed: whoever computes it beside its file does so because reading takes longer.
    private SavedState? ToFill(StateKey key)
    {
        if (_states.Get(key) is { } known) return known.Data.Length == 0 && Ledger.IsOpen && !_unsettled.Contains(known) ? known : null;
        var state = new SavedState(key);
        return _states.TryAdd(state, besideFiles: Ledger.IsOpen) ? state : null;
    }

    // What a longer segment's file holds needs none of its own.
    private void Write(SavedState state, long now)
    {
        if (!_states.IsInLongerFile(state)) Disk.Write(state, now);
    }

    private bool SaveEnd(Branch branch, List<KvOperation> operations, Func<int, int, bool> holdsWindow)
    {
        if (_memory == MemoryKind.SlidingWindow && !holdsWindow(branch.SequenceId, branch.Length)) return false;
        var block = branch.Length / TokenChain.Block;
        var tokens = new int[branch.Length - (block * TokenChain.Block)];
        branch.Read(block * TokenChain.Block, tokens);
        return AddCheckpoint(branch.SequenceId, branch.ChainAt(block), block * TokenChain.Block, tokens, operations);
    }

    private bool AddCheckpoint(int sequenceId, UInt128 chain, int start, int[] tokens, List<KvOperation> operations)
    {
        if (ToFill(new StateKey(StateKind.Checkpoint, chain, start, tokens)) is not { } checkpoint) return false;
        _unsettled.Add(checkpoint);
        operations.Add(KvOperation.SaveCheckpoint(sequenceId, checkpoint));
        return true;
    }

    private void AddFound(FoundState found, long lastUsed)
    {
        if (_states.Get(found.Key) is { } known)
        {
            if (!known.IsOnItsWay) Disk.Add(known, found.Bytes);
            return;
        }

        var state = new SavedState(found.Key) { ComputeSeconds = found.ComputeCost.TotalSeconds, LastUsed = lastUsed };
        if (!_states.TryAdd(state))
        {
            Disk.Commands.Add(new DiskCommand.Delete(found.Key));
            return;
        }

        Disk.Add(state, found.Bytes);
        _states.Superseded(by: state).Where(s => s.Pins == 0).ToList().ForEach(Forget);
    }

    private void Take(SavedState state, NativeBytes? data)
    {
        if (data is null)
        {
            OnFileGone(state);
            return;
        }

        // The same was computed meanwhile.
        if (state.Data.Length > 0)
        {
            data.Dispose();
            return;
        }

        state.Data = data;
        Ledger.Add(state);
    }

    private void Forget(SavedState state)
    {
        if (state.Pins > 0) return;
        _states.Remove(state);
        Disk.Delete(state);
        Ledger.Drop(state);
    }

    private void OnMemoryLeft(SavedState state)
    {
        if (state.FileBytes == 0) _states.Remove(state);
    }

    private void OnFileGone(SavedState state)
    {
        if (state.Data.Length == 0) _states.Remove(state);
    }
}
