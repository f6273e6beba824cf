using Hearth.Engine;
using Hearth.Engine.Cache;
using Hearth.Engine.Cache.Disk;

namespace Hearth.Tests.Engine.Scheduling;

/// <summary>A disk that answers when it is told to, or takes its time over every command, and fails when it is told to.</summary>
internal sealed class SimulatedDisk(NativeBlocks blocks)
{
    private readonly Dictionary<StateKey, byte[]> _files = [];
    private readonly Queue<DiskCommand> _commands = new();
    private DiskCommand? _current;
    private long _began;
    private long _ticks;

    public int Files => _files.Count;

    public int Writes { get; private set; }

    public int Reads { get; private set; }

    /// <summary>Threads that were left behind.</summary>
    public int Abandoned { get; private set; }

    public bool FailsToWrite { get; set; }

    public bool LosesFiles { get; set; }

    /// <summary>How long a command takes, <see cref="long.MaxValue"/> for one that never returns; null: until <see cref="Answer"/>.</summary>
    public Func<DiskCommand, long>? Takes { get; set; }

    /// <summary>When the command in progress ends.</summary>
    public long EndsAt => _current is null || _ticks == long.MaxValue ? long.MaxValue : _began + _ticks;

    /// <summary>What another process has written is here as well.</summary>
    public void CopyFrom(SimulatedDisk other)
    {
        foreach (var (key, data) in other._files) _files[key] = data;
    }

    /// <summary>Takes what the scheduler wants.</summary>
    public void TakeFrom(Scheduler scheduler)
    {
        foreach (var command in scheduler.Cache.Disk.Commands)
        {
            if (command is DiskCommand.Abandon)
            {
                Abandoned++;
                (_current, _began) = (null, 0);
                _commands.Clear();
            }
            else
            {
                _commands.Enqueue(command);
            }
        }

        scheduler.Cache.Disk.Commands.Clear();
    }

    /// <summary>Does what it was asked and tells of it, as far as it takes no time.</summary>
    public void Answer(Scheduler scheduler, long now, int most = int.MaxValue)
    {
        if (Takes is not null)
        {
            Advance(scheduler, now);
            return;
        }

        for (; most > 0 && TryNext(out var command); most--)
        {
            Do(command, scheduler, now, TimeSpan.Zero);
            TakeFrom(scheduler);
        }
    }

    /// <summary>The time goes on: ends what is due, one command after the other.</summary>
    public void Advance(Scheduler scheduler, long now)
    {
        TakeFrom(scheduler);
        while (true)
        {
            if (_current is null)
            {
                if (!TryNext(out var next)) return;
                (_current, _ticks, _began) = (next, Takes!(next), _began == 0 ? now : _began);
            }

            if (EndsAt > now) return;
            var (done, end) = (_current, EndsAt);
            (_current, _began) = (null, _commands.Count > 0 ? end : 0);
            Do(done, scheduler, now, TimeSpan.FromSeconds((double)_ticks / 1000));
            TakeFrom(scheduler);
        }
    }

    /// <summary>Somebody else deletes a file, and the next scan finds that.</summary>
    public void LoseOne(Scheduler scheduler, long now)
    {
        if (_files.Count == 0) return;
        var key = _files.Keys.First();
        _files.Remove(key);
        scheduler.OnDisk(new DiskResult.Gone([key]), now);
    }

    /// <summary>The process ends: what was not done is not, and a new scheduler hears of what is there.</summary>
    public void TellAll(Scheduler scheduler, long now)
    {
        (_current, _began) = (null, 0);
        _commands.Clear();
        scheduler.OnDisk(All(), now);
    }

    // Reads come first, as they do on a disk thread.
    private bool TryNext(out DiskCommand command)
    {
        command = null!;
        if (_commands.Count == 0) return false;
        command = _commands.FirstOrDefault(c => c is DiskCommand.Read) ?? _commands.Peek();
        var rest = _commands.ToList();
        rest.Remove(command);
        _commands.Clear();
        foreach (var one in rest) _commands.Enqueue(one);
        return true;
    }

    private void Do(DiskCommand command, Scheduler scheduler, long now, TimeSpan took)
    {
        if (command is DiskCommand.Write write) scheduler.OnDisk(Write(write), now);
        else if (command is DiskCommand.Read read) scheduler.OnDisk(Read(read, took), now);
        else if (command is DiskCommand.Delete delete) _files.Remove(delete.Key);
        else if (command is DiskCommand.Scan) scheduler.OnDisk(All(), now);
    }

    private DiskResult.Found All() =>
        new([.. _files.Select(f => new FoundState(f.Key, f.Value.Length, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)))]);

    private DiskResult.Written Write(DiskCommand.Write write)
    {
        if (FailsToWrite) return new DiskResult.Written(write.Key, 0);
        Writes++;
        _files[write.Key] = NativeBlocks.Read(write.Data);
        Assert.Equal(write.Data.Length, _files[write.Key].Length);
        return new DiskResult.Written(write.Key, write.Data.Length);
    }

    private DiskResult.WasRead Read(DiskCommand.Read read, TimeSpan took)
    {
        if (LosesFiles) _files.Remove(read.Key);
        Reads++;
        return new DiskResult.WasRead(read.Key, _files.TryGetValue(read.Key, out var data) ? blocks.Copy(data) : null, took);
    }
}
