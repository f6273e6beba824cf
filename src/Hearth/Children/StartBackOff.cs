namespace Hearth.Children;

/// <summary>When a process that could not be started may be tried again: after a second, then two, four, up to a minute. Thread-safe.</summary>
internal sealed class StartBackOff(TimeProvider time)
{
    private const int FirstSeconds = 1;

    private const int LongestSeconds = 60;

    private readonly Lock _lock = new();
    private int _seconds;
    private long _failed;

    /// <summary>Whether a start may be tried.</summary>
    public bool MayStart
    {
        get
        {
            lock (_lock)
                return _seconds == 0 || time.GetElapsedTime(_failed) >= TimeSpan.FromSeconds(_seconds);
        }
    }

    /// <summary>A start failed; returns how many seconds none is tried.</summary>
    public int Failed()
    {
        lock (_lock)
        {
            _seconds = _seconds == 0 ? FirstSeconds : Math.Min(LongestSeconds, _seconds * 2);
            _failed = time.GetTimestamp();
            return _seconds;
        }
    }

    public void Succeeded()
    {
        lock (_lock)
            _seconds = 0;
    }
}
