namespace Hearth.Engine.Cache.Disk;

/// <summary>
/// The files of the disk thread as the engine thread knows them: which states they hold, which are on their way there or back, and which
/// go when the budget is full. Says what it wants in <see cref="Commands"/>.
/// </summary>
/// <param name="budgetBytes">Most bytes of files; 0: there is no disk.</param>
/// <param name="mostWaitingBytes">Most bytes that wait to be written: they stay in memory until they are.</param>
/// <param name="ticksPerSecond">Unit of the timestamps.</param>
/// <param name="forget">Hears that a state's file is gone.</param>
internal sealed class DiskBooks(long budgetBytes, long mostWaitingBytes, long ticksPerSecond, Action<SavedState> forget)
{
    /// <summary>Nothing is written for so long after a write failed: a full disk stays full for a while.</summary>
    private const long PauseSeconds = 60;

    /// <summary>After this time without use a prefix is half as likely to be used: between a working day and a weekend.</summary>
    private const double HalfLifeSeconds = 2 * 86_400;

    /// <summary>A file's time of use is kept to this.</summary>
    private const long TouchSeconds = 3600;

    private readonly HashSet<SavedState> _files = [];
    private readonly Dictionary<StateKey, SavedState> _onTheirWay = [];

    // How many files continue a prefix: what others continue goes after them, because they are of no use without it.
    private readonly Dictionary<UInt128, int> _continuations = [];
    private long _waitingBytes;
    private long _resumesAt = long.MinValue;

    /// <summary>What the disk thread is to do, in order; whoever hands it over empties it.</summary>
    public List<DiskCommand> Commands { get; } = [];

    /// <summary>Bytes of all files.</summary>
    public long Bytes { get; private set; }

    /// <summary>Number of files.</summary>
    public int Files => _files.Count;

    /// <summary>False when there is no disk.</summary>
    public bool IsOn => budgetBytes > 0;

    /// <summary>True while something is on its way there or back.</summary>
    public bool IsBusy => _onTheirWay.Count > 0;

    /// <summary>True while more can be written.</summary>
    public bool TakesMore(long now) => IsOn && _waitingBytes < mostWaitingBytes && now >= _resumesAt;

    /// <summary>Has a state written that is in memory, unless it is there or on its way.</summary>
    public void Write(SavedState state)
    {
        if (state.FileBytes > 0 || state.IsOnItsWay || state.Data.Length > budgetBytes) return;
        Send(state, new DiskCommand.Write(state.Key, state.Data, TimeSpan.FromSeconds(state.ComputeSeconds)));
        _waitingBytes += state.Data.Length;
    }

    /// <summary>Has a state read that only a file holds, unless it is on its way.</summary>
    public void Read(SavedState state)
    {
        if (!state.IsOnItsWay) Send(state, new DiskCommand.Read(state.Key));
    }

    /// <summary>A state was used.</summary>
    public void Touch(SavedState state, long now)
    {
        if (state.FileBytes > 0 && now - state.LastUsed > TouchSeconds * ticksPerSecond) Commands.Add(new DiskCommand.Touch(state.Key));
        state.LastUsed = now;
    }

    /// <summary>A write ended. Returns the state.</summary>
    public SavedState OnWritten(DiskResult.Written written, long now)
    {
        var state = Arrived(written.Key);
        _waitingBytes -= state.Data.Length;
        if (written.Bytes > 0) Add(state, written.Bytes);
        else _resumesAt = now + (PauseSeconds * ticksPerSecond);
        return state;
    }

    /// <summary>A read ended. Returns the state, whose file is forgotten when there was nothing to read.</summary>
    public SavedState OnRead(DiskResult.WasRead read)
    {
        var state = Arrived(read.Key);
        if (read.Data is null) Uncount(state);
        return state;
    }

    /// <summary>A file holds the state.</summary>
    public void Add(SavedState state, long bytes)
    {
        if (!_files.Add(state)) return;
        state.FileBytes = bytes;
        Bytes += bytes;
        _continuations[state.Key.Chain] = _continuations.GetValueOrDefault(state.Key.Chain) + 1;
    }

    /// <summary>Deletes the state's file, if there is one.</summary>
    public void Delete(SavedState state)
    {
        if (Uncount(state)) Commands.Add(new DiskCommand.Delete(state.Key));
    }

    /// <summary>Deletes what is over budget, the least worth per byte first; what somebody waits for or continues stays.</summary>
    public void Limit(long now)
    {
        while (Bytes > budgetBytes && _files.Where(IsFree).MinBy(f => Worth(f, now)) is { } least)
        {
            Delete(least);
            forget(least);
        }
    }

    private bool IsFree(SavedState state) =>
        state.Pins == 0 && !(state.Next is { } next && _continuations.ContainsKey(next));

    private double Worth(SavedState state, long now)
    {
        var age = Math.Max(0, (double)(now - state.LastUsed) / ticksPerSecond);
        return state.ComputeSeconds * Math.Pow(2, -age / HalfLifeSeconds) / state.FileBytes;
    }

    private void Send(SavedState state, DiskCommand command)
    {
        state.Pins++;
        state.IsOnItsWay = true;
        _onTheirWay.Add(state.Key, state);
        Commands.Add(command);
    }

    private SavedState Arrived(StateKey key)
    {
        _onTheirWay.Remove(key, out var state);
        state!.IsOnItsWay = false;
        state.Pins--;
        return state;
    }

    private bool Uncount(SavedState state)
    {
        if (!_files.Remove(state)) return false;
        Bytes -= state.FileBytes;
        state.FileBytes = 0;
        var left = _continuations[state.Key.Chain] - 1;
        if (left == 0) _continuations.Remove(state.Key.Chain);
        else _continuations[state.Key.Chain] = left;
        return true;
    }
}
