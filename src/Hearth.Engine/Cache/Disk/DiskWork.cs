using Microsoft.Extensions.Logging;

namespace Hearth.Engine.Cache.Disk;

/// <summary>
/// What a disk thread does with the segment files of one engine. Nothing that a command meets leaves it: it is logged once, and whoever
/// waits gets the answer that lets it go on, which is to compute.
/// </summary>
/// <param name="settings">Where the files are.</param>
/// <param name="time">The clock of files' ages.</param>
/// <param name="log">Hears of failures, of each kind once.</param>
/// <param name="tell">Takes results; never blocks.</param>
/// <param name="before">Called before every command: a test's disk that is slow, hangs or breaks.</param>
internal sealed class DiskWork(DiskCacheSettings settings, TimeProvider time, DiskLog log, Action<DiskResult> tell, Action<DiskCommand>? before)
{
    /// <summary>Files that are told of at once: whoever waits hears that the disk answers, however many there are.</summary>
    private const int FilesAtOnce = 64;

    private readonly SegmentFolder _folder = new(settings.Folder, settings.Identity, settings.ModelName, time);
    private readonly DiskBudget _budget = new(settings.Folder, settings.Identity, settings.BudgetBytes, time);
    private readonly Dictionary<string, StateKey> _known = new(StringComparer.Ordinal);
    private bool _isOpen;

    /// <summary>Does what a command says.</summary>
    public void Do(DiskCommand command)
    {
        try
        {
            before?.Invoke(command);
            Open();
            Handle(command);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Once(command is DiskCommand.Read ? "read" : "written", (l, what) => l.LogWarning(
                "The disk cache cannot be {What}, so prompts are computed instead: {Reason}", what, e.Message));
            Answer(command);
        }
        catch (Exception e)
        {
            // The outermost loop of this thread: an engine goes on without its disk, a process does not go on without its threads.
            log.Once("unexpected", (l, _) => l.LogError(e, "The disk cache met what it does not know, so some prompts are computed instead"));
            Answer(command);
        }
    }

    /// <summary>Looks for files that appeared or vanished, unasked.</summary>
    public void LookAround()
    {
        try
        {
            if (_isOpen) Scan();
        }
        catch (Exception e)
        {
            log.Once("unexpected", (l, _) => l.LogError(e, "The disk cache met what it does not know, so some prompts are computed instead"));
        }
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
            case DiskCommand.Scan:
                if (Scan() == 0) tell(new DiskResult.Found([]));
                break;
            case DiskCommand.Write write: Write(write); break;
            case DiskCommand.Read read: Read(read); break;
            case DiskCommand.Touch touch: _folder.Touch(touch.Key, time.GetUtcNow()); break;
            case DiskCommand.Delete delete: Delete(delete.Key); break;
            default: throw new InvalidOperationException($"Unknown command {command}.");
        }
    }

    // Returns how many files were not known before.
    private int Scan()
    {
        _folder.DeleteAbandoned();
        var discarded = _folder.Discarded;
        var names = _folder.List();
        Forget([.. _known.Keys.Except(names, StringComparer.Ordinal)]);
        var count = 0;
        foreach (var found in _folder.Open(names.Where(name => !_known.ContainsKey(name))).Chunk(FilesAtOnce))
        {
            var now = time.GetUtcNow();
            foreach (var file in found) _known[file.Name] = file.Key;
            tell(new DiskResult.Found([.. found.Select(f => new FoundState(f.Key, f.Bytes, f.ComputeCost, now - f.LastUsed))]));
            count += found.Length;
        }

        NoteDiscarded(_folder.Discarded - discarded);
        return count;
    }

    private void Write(DiskCommand.Write write)
    {
        // A thread that was given up, and whose call returns after all, may find the bytes gone.
        using var bytes = write.Data.Lend();
        var isThere = bytes.Span.Length == write.Data.Length;
        var most = write.Data.Length + SegmentFile.MaxHeaderBytes;
        if (isThere) Forget(_budget.MakeRoom(most, write.Key.Chain));

        // What is left may not be deleted, or there is more of others' than anybody may keep.
        var stored = isThere && _budget.HasRoom(most) ? _folder.Write(write.Key, write.ComputeCost, bytes.Span) : null;
        if (stored is not null) _known[stored.Name] = write.Key;
        tell(new DiskResult.Written(write.Key, stored?.Bytes ?? 0));
    }

    private void Read(DiskCommand.Read read)
    {
        var start = time.GetTimestamp();
        var discarded = _folder.Discarded;
        var file = _folder.Read(read.Key);
        var isRead = file.Outcome == ReadOutcome.Ok;
        if (!isRead) _known.Remove(SegmentFile.Name(read.Key));
        tell(new DiskResult.WasRead(read.Key, isRead ? file.Payload : null, time.GetElapsedTime(start)));
        NoteDiscarded(_folder.Discarded - discarded);
    }

    private void Delete(StateKey key)
    {
        _folder.Delete(key);
        _known.Remove(SegmentFile.Name(key));
    }

    private void Forget(IReadOnlyList<string> names)
    {
        List<StateKey> gone = [];
        foreach (var name in names)
        {
            if (_known.Remove(name, out var key)) gone.Add(key);
        }

        if (gone.Count > 0) tell(new DiskResult.Gone(gone));
    }

    // Whoever waits for an answer gets the one that lets it go on.
    private void Answer(DiskCommand command)
    {
        if (command is DiskCommand.Write write) tell(new DiskResult.Written(write.Key, 0));
        else if (command is DiskCommand.Read read) tell(new DiskResult.WasRead(read.Key, null, TimeSpan.Zero));
        else if (command is DiskCommand.Scan) tell(new DiskResult.Found([]));
    }

    private void NoteDiscarded(int files)
    {
        if (files > 0)
        {
            log.Once("discarded", (l, _) => l.LogWarning(
                "The disk cache had {Files} damaged or outdated files, which are deleted; their prefixes are computed again. Later ones are deleted silently", files));
        }
    }
}
