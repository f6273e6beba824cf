namespace Hearth.Engine.Cache.Disk;

/// <summary>
/// The files of the disk thread as the engine thread knows them: which states they hold, which are on their way there or back, and whether
/// the disk answers at all. Says what it wants in <see cref="Commands"/>.
/// </summary>
/// <param name="budgetBytes">Most bytes of files, of whichever model; 0: there is no disk.</param>
/// <param name="mostWaitingBytes">Most bytes that wait to be written: they stay in memory until they are.</param>
/// <param name="ticksPerSecond">Unit of the timestamps.</param>
/// <param name="forget">Hears that a state's file is gone.</param>
internal sealed class DiskBooks(long budgetBytes, long mostWaitingBytes, long ticksPerSecond, Action<SavedState> forget)
{
    /// <summary>A disk that owes an answer for so long is taken for dead: the slowest that is worth asking answers sooner.</summary>
    public const long HangSeconds = 30;

    /// <summary>A dead disk is asked again after so long, and after twice as long each time, up to the most.</summary>
    public const long FirstProbeSeconds = 60;
    private const long MostProbeSeconds = 3600;

    /// <summary>Nothing is written for so long after a write failed: a full disk stays full for a while.</summary>
    private const long PauseSeconds = 60;

    /// <summary>A file's time of use is kept to this.</summary>
    private const long TouchSeconds = 3600;

    private readonly HashSet<SavedState> _files = [];
    private readonly Dictionary<StateKey, SavedState> _onTheirWay = [];
    private long _waitingBytes;
    private long _resumesAt = long.MinValue;
    private long _heardAt;
    private long _probeSeconds = FirstProbeSeconds;
    private long? _probesAt;
    private bool _isProbing;

    /// <summary>What the disk thread is to do, in order; whoever hands it over empties it.</summary>
    public List<DiskCommand> Commands { get; } = [];

    /// <summary>Bytes of all files.</summary>
    public long Bytes { get; private set; }

    /// <summary>Number of files.</summary>
    public int Files => _files.Count;

    /// <summary>False when there is no disk.</summary>
    public bool IsOn => budgetBytes > 0;

    /// <summary>False when there is no disk, or one that does not answer any more: its files are left alone until it does.</summary>
    public bool Answers => IsOn && _probesAt is null;

    /// <summary>True while something is on its way there or back.</summary>
    public bool IsBusy => _onTheirWay.Count > 0;

    /// <summary>Bytes of files that are being read.</summary>
    public long ReadingBytes { get; private set; }

    /// <summary>For how long the disk has owed an answer.</summary>
    public long Silence(long now) => IsBusy ? Math.Max(0, now - _heardAt) : 0;

    /// <summary>When <see cref="Watch"/> has something to do at the latest, if nothing happens before.</summary>
    public long WatchesAt => !IsOn ? long.MaxValue
        : _isProbing || (Answers && IsBusy) ? _heardAt + (HangSeconds * ticksPerSecond)
        : _probesAt ?? long.MaxValue;

    /// <summary>True while more can be written.</summary>
    public bool TakesMore(long now) => Answers && _waitingBytes < mostWaitingBytes && now >= _resumesAt;

    /// <summary>Gives up a disk that does not answer, and asks one that was given up whether it does again.</summary>
    public void Watch(long now)
    {
        if (now < WatchesAt) return;
        if (_probesAt is { } && !_isProbing)
        {
            (_isProbing, _heardAt) = (true, now);
            Commands.Add(new DiskCommand.Scan());
            return;
        }

        foreach (var key in _onTheirWay.Keys.ToArray()) Arrived(key);
        Commands.Clear();
        Commands.Add(new DiskCommand.Abandon());
        _isProbing = false;
        _probesAt = now + (_probeSeconds * ticksPerSecond);
        _probeSeconds = Math.Min(2 * _probeSeconds, MostProbeSeconds);
    }

    /// <summary>The disk thread tells something.</summary>
    public void Hear(DiskResult result, long now)
    {
        _heardAt = now;
        if (!_isProbing || result is not DiskResult.Found) return;
        (_isProbing, _probesAt) = (false, null);
    }

    /// <summary>Has a state written that is in memory, unless it is there or on its way.</summary>
    public void Write(SavedState state, long now)
    {
        if (state.FileBytes > 0 || state.IsOnItsWay || state.Data.Length > Math.Min(budgetBytes, SegmentFile.MaxPayloadBytes)) return;
        Send(state, new DiskCommand.Write(state.Key, state.Data, TimeSpan.FromSeconds(state.ComputeSeconds)), now);
        _waitingBytes += state.Data.Length;
    }

    /// <summary>Has a state read that only a file holds, unless it is on its way.</summary>
    public void Read(SavedState state, long now)
    {
        if (state.IsOnItsWay || !Answers) return;
        Send(state, new DiskCommand.Read(state.Key), now);
        ReadingBytes += state.FileBytes;
    }

    /// <summary>Reads a state that nobody waits for, one at a time, to learn how fast the disk is; it is in memory then for whoever comes.</summary>
    public void Explore(SavedState state, long now)
    {
        if (ReadingBytes == 0) Read(state, now);
    }

    /// <summary>A state was used.</summary>
    public void Touch(SavedState state, long now)
    {
        if (state.FileBytes > 0 && Answers && now - state.LastUsed > TouchSeconds * ticksPerSecond) Commands.Add(new DiskCommand.Touch(state.Key));
        state.LastUsed = now;
    }

    /// <summary>A write ended. Returns the state, or null when nobody waits for it any more.</summary>
    public SavedState? OnWritten(DiskResult.Written written, long now)
    {
        if (Arrived(written.Key) is not { } state) return null;
        if (written.Bytes > 0) Add(state, written.Bytes);
        else _resumesAt = now + (PauseSeconds * ticksPerSecond);
        if (written.Bytes > 0) _probeSeconds = FirstProbeSeconds;
        return state;
    }

    /// <summary>
    /// A read ended. Returns the state, whose file is forgotten when there was nothing to read; null when nobody waits for it any more.
    /// </summary>
    public SavedState? OnRead(DiskResult.WasRead read)
    {
        if (Arrived(read.Key) is not { } state) return null;
        if (read.Data is null) Uncount(state);
        else _probeSeconds = FirstProbeSeconds;
        return state;
    }

    /// <summary>A file holds the state.</summary>
    public void Add(SavedState state, long bytes)
    {
        if (!_files.Add(state)) return;
        state.FileBytes = bytes;
        Bytes += bytes;
    }

    /// <summary>Deletes the state's file, if there is one.</summary>
    public void Delete(SavedState state)
    {
        if (Uncount(state)) Commands.Add(new DiskCommand.Delete(state.Key));
    }

    /// <summary>The state's file is gone.</summary>
    public void OnGone(SavedState state)
    {
        if (!state.IsOnItsWay && Uncount(state)) forget(state);
    }

    private void Send(SavedState state, DiskCommand command, long now)
    {
        if (!IsBusy) _heardAt = now;
        state.Pins++;
        state.IsOnItsWay = true;
        _onTheirWay.Add(state.Key, state);
        Commands.Add(command);
    }

    private SavedState? Arrived(StateKey key)
    {
        if (!_onTheirWay.Remove(key, out var state)) return null;
        if (state.FileBytes > 0) ReadingBytes -= state.FileBytes;
        else _waitingBytes -= state.Data.Length;
        state.IsOnItsWay = false;
        state.Pins--;
        return state;
    }

    private bool Uncount(SavedState state)
    {
        if (!_files.Remove(state)) return false;
        Bytes -= state.FileBytes;
        state.FileBytes = 0;
        return true;
    }
}
