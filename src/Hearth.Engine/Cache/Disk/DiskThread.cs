using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace Hearth.Engine.Cache.Disk;

/// <summary>
/// One thread that does what the engine asks of the disk, in order, but reads first, because requests wait for them. Whatever happens to a
/// command, whoever waits for its answer gets one and the thread goes on; the one thing that it cannot do anything about is a call that
/// never returns, and then it is left behind: see <see cref="SegmentDisk"/>.
/// </summary>
internal sealed class DiskThread
{
    /// <summary>How often files of other processes are looked for.</summary>
    private static readonly TimeSpan ScanInterval = TimeSpan.FromSeconds(5);

    /// <summary>Longest that the end of the process waits for what is not written yet.</summary>
    private static readonly TimeSpan LongestFlush = TimeSpan.FromSeconds(5);

    /// <summary>Longest that it waits for one command: a disk that writes a block takes less, and others are not worth it.</summary>
    private static readonly TimeSpan LongestCommandAtEnd = TimeSpan.FromSeconds(2);

    /// <summary>How often it looks how long that takes.</summary>
    private static readonly TimeSpan LooksAtEnd = TimeSpan.FromMilliseconds(200);

    private readonly DiskWork _work;
    private readonly TimeProvider _time;
    private readonly Thread _thread;

    // Unbounded, because what the engine has on its way is: see DiskBooks.
    private readonly Channel<Posted> _inbox = Channel.CreateUnboundedPrioritized(new UnboundedPrioritizedChannelOptions<Posted>
    {
        Comparer = Comparer<Posted>.Create((a, b) => (a.Rank, a.Number).CompareTo((b.Rank, b.Number))),
        SingleReader = true,
    });

    private readonly TaskCompletionSource _firstScan = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task<bool>? _comes;
    private long _posted;
    private long _commandBegan;
    private volatile bool _isAbandoned;

    /// <summary>Starts with a scan.</summary>
    /// <param name="work">What it does; nobody else uses it.</param>
    /// <param name="time">The clock of scans.</param>
    public DiskThread(DiskWork work, TimeProvider time)
    {
        (_work, _time) = (work, time);
        _thread = new Thread(Run) { IsBackground = true, Name = "hearth-disk" };
        Post(new DiskCommand.Scan());
        _thread.Start();
    }

    /// <summary>True once it is left behind, and what it tells is not heard any more.</summary>
    public bool IsAbandoned => _isAbandoned;

    /// <summary>True once the thread has ended.</summary>
    public bool HasEnded => !_thread.IsAlive;

    /// <summary>Never blocks.</summary>
    public void Post(DiskCommand command) =>
        _inbox.Writer.TryWrite(new Posted(command is DiskCommand.Read ? 0 : 1, Interlocked.Increment(ref _posted), command));

    /// <summary>Waits until the files that were there at the start are known.</summary>
    public void AwaitFirstScan(TimeSpan longest) => _firstScan.Task.Wait(longest);

    /// <summary>Nobody waits for it any more; it ends when the call that it is in returns, if ever.</summary>
    public void Abandon()
    {
        _isAbandoned = true;
        _inbox.Writer.TryComplete();
    }

    /// <summary>
    /// Takes no more, and writes what was posted as far as there is time; a file is whole or is not there. False when something is left,
    /// because it takes too long or the disk does not answer.
    /// </summary>
    public bool Stop()
    {
        _inbox.Writer.TryComplete();
        var start = Stopwatch.GetTimestamp();
        while (!_thread.Join(LooksAtEnd))
        {
            var began = Volatile.Read(ref _commandBegan);
            var isStuck = began > 0 && Stopwatch.GetElapsedTime(began) > LongestCommandAtEnd;
            if (!isStuck && Stopwatch.GetElapsedTime(start) < LongestFlush) continue;
            Abandon();
            return false;
        }

        return true;
    }

    private void Run()
    {
        while (!_isAbandoned && !_inbox.Reader.Completion.IsCompleted)
        {
            if (_inbox.Reader.TryRead(out var posted)) Do(posted.Command);
            else if (!ComesWithin(ScanInterval)) Do(null);
        }

        _firstScan.TrySetResult();
    }

    private void Do(DiskCommand? command)
    {
        Volatile.Write(ref _commandBegan, Stopwatch.GetTimestamp());
        if (command is null) _work.LookAround();
        else _work.Do(command);
        Volatile.Write(ref _commandBegan, 0);
        if (command is DiskCommand.Scan) _firstScan.TrySetResult();
    }

    // The wait goes on the next time, so that an idle thread leaves none behind.
    private bool ComesWithin(TimeSpan interval)
    {
        _comes ??= _inbox.Reader.WaitToReadAsync().AsTask();
        ((Task)_comes).WaitAsync(interval, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
        if (!_comes.IsCompleted) return false;
        _comes = null;
        return true;
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Posted(int Rank, long Number, DiskCommand Command);
}
