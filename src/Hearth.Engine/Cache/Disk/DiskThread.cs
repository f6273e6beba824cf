using System.Runtime.InteropServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Hearth.Engine.Cache.Disk;

/// <summary>
/// Owns the segment files of one engine: writes behind, reads ahead, looks for files that other processes wrote. Requests wait for reads,
/// so reads come first. What fails is told and logged once; the engine then computes instead.
/// </summary>
internal sealed class DiskThread
{
    /// <summary>How often files of other processes are looked for.</summary>
    private static readonly TimeSpan ScanInterval = TimeSpan.FromSeconds(5);

    /// <summary>Longest that the end of the process waits for what is not written yet.</summary>
    private static readonly TimeSpan LongestFlush = TimeSpan.FromSeconds(5);

    private readonly SegmentFolder _folder;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Action<DiskResult> _tell;
    private readonly Thread _thread;

    // Unbounded, because what the engine has on its way is: see DiskBooks.
    private readonly Channel<Posted> _inbox = Channel.CreateUnboundedPrioritized(new UnboundedPrioritizedChannelOptions<Posted>
    {
        Comparer = Comparer<Posted>.Create((a, b) => (a.Rank, a.Number).CompareTo((b.Rank, b.Number))),
        SingleReader = true,
    });

    private readonly TaskCompletionSource _firstScan = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private long _posted;
    private bool _isOpen;

    /// <summary>Starts with a scan.</summary>
    /// <param name="settings">Where the files are.</param>
    /// <param name="time">The clock of files' ages.</param>
    /// <param name="log">Hears of failures.</param>
    /// <param name="tell">Takes results, from this object's thread; never blocks.</param>
    public DiskThread(DiskCacheSettings settings, TimeProvider time, ILogger log, Action<DiskResult> tell)
    {
        (_time, _log, _tell) = (time, log, tell);
        _folder = new SegmentFolder(settings.Folder, settings.Identity, settings.ModelName, time);
        _thread = new Thread(Run) { IsBackground = true, Name = "hearth-disk" };
        _thread.Start();
        Post(new DiskCommand.Scan());
    }

    /// <summary>Never blocks.</summary>
    public void Post(DiskCommand command) =>
        _inbox.Writer.TryWrite(new Posted(command is DiskCommand.Read ? 0 : 1, Interlocked.Increment(ref _posted), command));

    /// <summary>Waits until the files that were there at the start are known.</summary>
    public void AwaitFirstScan(TimeSpan longest) => _firstScan.Task.Wait(longest);

    /// <summary>Takes no more, and writes what was posted as far as there is time; a file is whole or is not there.</summary>
    public void Stop()
    {
        _inbox.Writer.TryComplete();
        if (!_thread.Join(LongestFlush)) _log.LogWarning("Not everything could be written to the disk cache in time; the rest is computed again");
    }

    private void Run()
    {
        while (!_inbox.Reader.Completion.IsCompleted)
        {
            if (_inbox.Reader.TryRead(out var posted)) Do(posted.Command);
            else if (!ComesWithin(ScanInterval)) Do(new DiskCommand.Scan());
        }
    }

    private bool ComesWithin(TimeSpan interval)
    {
        Task comes = _inbox.Reader.WaitToReadAsync().AsTask();
        comes.WaitAsync(interval, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
        return comes.IsCompleted;
    }

    private void Do(DiskCommand command)
    {
        try
        {
            Open();
            Handle(command);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            TellOnce(command, e);
            Answer(command);
        }

        if (command is DiskCommand.Scan) _firstScan.TrySetResult();
    }

    private void Open()
    {
        if (_isOpen) return;
        _folder.Open();
        _isOpen = true;
    }

    private void Handle(DiskCommand command)
    {
        switch (command)
        {
            case DiskCommand.Scan: Scan(); break;
            case DiskCommand.Write write: Write(write); break;
            case DiskCommand.Read read: Read(read); break;
            case DiskCommand.Touch touch: _folder.Touch(touch.Key, _time.GetUtcNow()); break;
            case DiskCommand.Delete delete: Delete(delete.Key); break;
            default: throw new InvalidOperationException($"Unknown command {command}.");
        }
    }

    private void Scan()
    {
        var now = _time.GetUtcNow();
        var discarded = _folder.Discarded;
        var found = _folder.Scan(_known);
        foreach (var file in found) _known.Add(file.Name);
        if (found.Count > 0) _tell(new DiskResult.Found([.. found.Select(f => new FoundState(f.Key, f.Bytes, f.ComputeCost, now - f.LastUsed))]));
        NoteDiscarded(_folder.Discarded - discarded);
    }

    private void Write(DiskCommand.Write write)
    {
        var stored = _folder.Write(write.Key, write.ComputeCost, write.Data);
        _known.Add(stored.Name);
        _tell(new DiskResult.Written(write.Key, stored.Bytes));
    }

    private void Read(DiskCommand.Read read)
    {
        var start = _time.GetTimestamp();
        var discarded = _folder.Discarded;
        var file = _folder.Read(read.Key);
        var isRead = file.Outcome == ReadOutcome.Ok;
        if (!isRead) _known.Remove(SegmentFile.Name(read.Key));
        _tell(new DiskResult.WasRead(read.Key, isRead ? file.Payload : null, _time.GetElapsedTime(start)));
        NoteDiscarded(_folder.Discarded - discarded);
    }

    private void Delete(StateKey key)
    {
        _folder.Delete(key);
        _known.Remove(SegmentFile.Name(key));
    }

    // Whoever waits for an answer gets the one that lets it go on.
    private void Answer(DiskCommand command)
    {
        if (command is DiskCommand.Write write) _tell(new DiskResult.Written(write.Key, 0));
        else if (command is DiskCommand.Read read) _tell(new DiskResult.WasRead(read.Key, null, TimeSpan.Zero));
    }

    private void NoteDiscarded(int files)
    {
        if (files > 0 && _told.Add("discarded"))
            _log.LogWarning("The disk cache had {Files} damaged or outdated files, which are deleted; their prefixes are computed again. Later ones are deleted silently", files);
    }

    private void TellOnce(DiskCommand command, Exception e)
    {
        var what = command is DiskCommand.Read ? "read" : "written";
        if (_told.Add(what)) _log.LogWarning("The disk cache cannot be {What}, so prompts are computed instead: {Reason}", what, e.Message);
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Posted(int Rank, long Number, DiskCommand Command);
}
