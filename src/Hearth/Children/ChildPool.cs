namespace Hearth.Children;

/// <summary>
/// Child processes for one kind of work: started when there is a job, kept warm for the next one, ended without work. Jobs beyond the
/// bounds are refused. A child whose job failed or was given up is killed, and its place is free when it is gone. Thread-safe.
/// </summary>
internal sealed class ChildPool : IAsyncDisposable
{
    /// <summary>How long the end waits for killed processes to be gone, which takes milliseconds.</summary>
    private static readonly TimeSpan EndTime = TimeSpan.FromSeconds(5);

    private readonly ChildProgram? _program;
    private readonly string _work;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly StartBackOff _backOff;
    private readonly SemaphoreSlim _places;
    private readonly ITimer _idleTimer;
    private readonly Lock _lock = new();
    private readonly HashSet<ChildProcess> _children = [];
    private readonly List<ChildProcess> _idle = [];
    private int _waiting;
    private bool _isEnded;

    /// <summary>No process starts before there is a job.</summary>
    /// <param name="program">How to start a child; null where that is not known.</param>
    /// <param name="work">Names what the children do, to them and in the log.</param>
    /// <param name="limits">What they may take.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Hears about each child that fails, in one line.</param>
    public ChildPool(ChildProgram? program, string work, ChildLimits limits, TimeProvider time, ILogger log)
    {
        (_program, _work, Limits, _time, _log) = (program, work, limits, time, log);
        _backOff = new StartBackOff(time);
        _places = new SemaphoreSlim(limits.Children);
        _idleTimer = time.CreateTimer(_ => EndIdle(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>What one job may take, and all of them.</summary>
    public ChildLimits Limits { get; }

    /// <summary>The ids of the processes there are.</summary>
    public IReadOnlyList<int> Processes
    {
        get
        {
            lock (_lock)
                return [.. _children.Select(c => c.Id)];
        }
    }

    /// <summary>
    /// Has a job done, in <paramref name="time"/> or the limit, whatever is shorter. A job that is given up costs nothing from then on.
    /// </summary>
    public async Task<ChildOutcome> AskAsync(ReadOnlyMemory<byte> job, TimeSpan time, CancellationToken cancellation)
    {
        if (!await TakePlaceAsync(cancellation))
            return new ChildOutcome.Failed(ChildFault.Busy, TimeSpan.Zero);
        ChildProcess? child = null;
        ChildOutcome? outcome = null;
        try
        {
            child = TakeIdle() ?? await StartAsync(cancellation);
            if (child is null)
                return new ChildOutcome.Failed(ChildFault.CannotStart, TimeSpan.Zero);
            outcome = await child.AskAsync(job, time < Limits.Time ? time : Limits.Time, cancellation);
            if (outcome is ChildOutcome.Failed failed)
                _log.LogWarning("A child process ({Work}) was lost after {Milliseconds} ms: {Fault}{Words}", _work, (long)failed.Spent.TotalMilliseconds, failed.Fault, Quoted(child));
            return outcome;
        }
        finally
        {
            if (child is null)
                _places.Release();
            else if (outcome is ChildOutcome.Answered && child.MemoryBytes <= Limits.KeptBytes)
                Park(child);
            else
                _ = EndAsync(child, holdsPlace: true);
        }
    }

    /// <summary>Ends every child.</summary>
    public async ValueTask DisposeAsync()
    {
        ChildProcess[] children;
        lock (_lock)
        {
            _isEnded = true;
            children = [.. _children];
        }

        await _idleTimer.DisposeAsync();
        using CancellationTokenSource enough = new(EndTime, _time);
        try
        {
            await Task.WhenAll(children.Select(c => EndAsync(c, holdsPlace: false))).WaitAsync(enough.Token);
        }
        catch (OperationCanceledException)
        {
            // The end of this process is the end of their input.
        }
    }

    private async Task<bool> TakePlaceAsync(CancellationToken cancellation)
    {
        if (_places.Wait(0, CancellationToken.None))
            return true;
        if (Interlocked.Increment(ref _waiting) > Limits.Waiting)
        {
            Interlocked.Decrement(ref _waiting);
            return false;
        }

        using CancellationTokenSource enough = new(Limits.Wait, _time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(enough.Token, cancellation);
        try
        {
            await _places.WaitAsync(either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <summary>The child that worked last, so that the others may become idle for good.</summary>
    private ChildProcess? TakeIdle()
    {
        while (true)
        {
            ChildProcess child;
            lock (_lock)
            {
                if (_idle.Count == 0)
                    return null;
                child = _idle[^1];
                _idle.RemoveAt(_idle.Count - 1);
            }

            if (!child.Exited.IsCompleted)
                return child;
            _ = EndAsync(child, holdsPlace: false);
        }
    }

    private async Task<ChildProcess?> StartAsync(CancellationToken cancellation)
    {
        if (!_backOff.MayStart)
            return null;
        (ChildProcess? child, string? problem) = _program is null
            ? (null, "it is not known how this program was started")
            : ChildProcess.Start(_program, _work, Limits, _time);
        if (child is not null && Add(child))
        {
            bool isReady = false;
            try
            {
                isReady = await child.IsReadyAsync(cancellation);
            }
            finally
            {
                if (!isReady)
                    await EndAsync(child, holdsPlace: false);
            }

            if (isReady)
            {
                _backOff.Succeeded();
                return child;
            }

            problem = "it did not get ready" + Quoted(child);
        }

        if (problem is not null)
            _log.LogError("A child process ({Work}) cannot be started: {Problem}. The next try is in {Seconds} s or later.", _work, problem, _backOff.Failed());
        return null;
    }

    /// <summary>Counts a new child in, unless everything ends: then so does the child.</summary>
    private bool Add(ChildProcess child)
    {
        lock (_lock)
        {
            if (!_isEnded)
                return _children.Add(child);
        }

        _ = EndAsync(child, holdsPlace: false);
        return false;
    }

    private void Park(ChildProcess child)
    {
        child.IdleSince = _time.GetTimestamp();
        lock (_lock)
        {
            if (!_isEnded)
            {
                _idle.Add(child);
                // Not anew with each job, or one busy child would keep the others.
                if (_idle.Count == 1)
                    _idleTimer.Change(Limits.Idle, Limits.Idle);
                _places.Release();
                return;
            }
        }

        _ = EndAsync(child, holdsPlace: true);
    }

    private void EndIdle()
    {
        List<ChildProcess> old;
        lock (_lock)
        {
            old = _idle.FindAll(c => _time.GetElapsedTime(c.IdleSince) >= Limits.Idle);
            _idle.RemoveAll(old.Contains);
            if (_idle.Count == 0 && !_isEnded)
                _idleTimer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        foreach (ChildProcess child in old)
            _ = EndAsync(child, holdsPlace: false);
    }

    /// <summary>Kills a child. Whoever holds a place for it gives that up only when the process is gone: there are never more than the limit.</summary>
    private async Task EndAsync(ChildProcess child, bool holdsPlace)
    {
        child.Kill();
        await child.Exited;
        bool isFirst;
        lock (_lock)
            isFirst = _children.Remove(child);
        if (isFirst)
            child.Dispose();
        if (holdsPlace)
            _places.Release();
    }

    private static string Quoted(ChildProcess child) => child.Words is { Length: > 0 } words ? $" ({words})" : "";
}
