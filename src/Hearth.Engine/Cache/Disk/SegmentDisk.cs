using Microsoft.Extensions.Logging;

namespace Hearth.Engine.Cache.Disk;

/// <summary>
/// The engine's way to its disk: hands commands to a <see cref="DiskThread"/> and results back. A thread in a call that never returns is left
/// behind when <see cref="DiskBooks"/> says so, and another one asks whether the disk answers again. The engine thread owns it.
/// </summary>
internal sealed class SegmentDisk
{
    /// <summary>Most threads that are left behind at once: each keeps its stack. With so many, nobody is asked before one of them returns.</summary>
    private const int MostAbandoned = 8;

    private readonly Func<bool, DiskThread> _start;
    private readonly ILogger _log;
    private readonly List<DiskThread> _abandoned = [];
    private DiskThread? _thread;

    // That it does not answer was said, and not yet that it does again.
    private volatile bool _isSaid;

    /// <summary>Starts with a scan.</summary>
    /// <param name="settings">Where the files are.</param>
    /// <param name="time">The clock of files' ages.</param>
    /// <param name="log">Hears of failures.</param>
    /// <param name="tell">Takes results, from another thread; never blocks.</param>
    /// <param name="before">Called before every command, on the thread that does it: a test's disk that is slow, hangs or breaks.</param>
    public SegmentDisk(DiskCacheSettings settings, TimeProvider time, ILogger log, Action<DiskResult> tell, Action<DiskCommand>? before = null)
    {
        _log = log;
        var said = new DiskLog(log);
        _start = isAgain =>
        {
            DiskThread? thread = null;
            var work = new DiskWork(settings, time, said, Tell, before);
            return thread = new DiskThread(work, time);

            void Tell(DiskResult result)
            {
                // What comes from a thread that was left behind is known to be late, and nobody waits for it.
                if (thread?.IsAbandoned == true)
                {
                    result.GiveBack();
                    return;
                }

                if (isAgain) log.LogInformation("The disk cache answers again");
                if (isAgain) _isSaid = isAgain = false;
                tell(result);
            }
        };
        _thread = _start(false);
    }

    /// <summary>Waits until the files that were there at the start are known.</summary>
    public void AwaitFirstScan(TimeSpan longest) => _thread?.AwaitFirstScan(longest);

    /// <summary>Never blocks.</summary>
    public void Post(DiskCommand command)
    {
        if (command is DiskCommand.Abandon) Abandon();
        else if (_thread is { } thread) thread.Post(command);
        else if (command is DiskCommand.Scan) Renew();
    }

    /// <summary>Takes no more, and writes what was posted as far as there is time. Waits for nothing that does not answer.</summary>
    public void Stop()
    {
        if (_thread?.Stop() == false) _log.LogWarning("Not everything could be written to the disk cache in time; the rest is computed again");
    }

    private void Abandon()
    {
        if (_thread is not { } thread) return;
        if (!_isSaid) _log.LogWarning("The disk cache has not answered for {Seconds} s. Prompts are computed without it until it does", DiskBooks.HangSeconds);
        _isSaid = true;
        thread.Abandon();
        _abandoned.Add(thread);
        _thread = null;
    }

    // A new thread's first work is the scan that was asked for.
    private void Renew()
    {
        _abandoned.RemoveAll(t => t.HasEnded);
        if (_abandoned.Count < MostAbandoned) _thread = _start(true);
    }
}
