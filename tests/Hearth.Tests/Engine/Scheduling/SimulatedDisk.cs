using Hearth.Engine;
using Hearth.Engine.Cache;
using Hearth.Engine.Cache.Disk;

namespace Hearth.Tests.Engine.Scheduling;

/// <summary>A disk that answers when it is told to, and fails when it is told to.</summary>
internal sealed class SimulatedDisk
{
    private readonly Dictionary<StateKey, byte[]> _files = [];
    private readonly Queue<DiskCommand> _commands = new();

    public int Files => _files.Count;

    public int Writes { get; private set; }

    public int Reads { get; private set; }

    public bool FailsToWrite { get; set; }

    public bool LosesFiles { get; set; }

    /// <summary>What another process has written is here as well.</summary>
    public void CopyFrom(SimulatedDisk other)
    {
        foreach (var (key, data) in other._files) _files[key] = data;
    }

    /// <summary>Takes what the scheduler wants.</summary>
    public void TakeFrom(Scheduler scheduler)
    {
        foreach (var command in scheduler.Cache.Disk.Commands) _commands.Enqueue(command);
        scheduler.Cache.Disk.Commands.Clear();
    }

    /// <summary>Does what it was asked and tells of it.</summary>
    public void Answer(Scheduler scheduler, long now, int most = int.MaxValue)
    {
        for (; most > 0 && _commands.TryDequeue(out var command); most--)
        {
            if (command is DiskCommand.Write write) scheduler.OnDisk(Write(write), now);
            else if (command is DiskCommand.Read read) scheduler.OnDisk(Read(read), now);
            else if (command is DiskCommand.Delete delete) _files.Remove(delete.Key);
            TakeFrom(scheduler);
        }
    }

    /// <summary>The process ends: what was not done is not, and a new scheduler hears of what is there.</summary>
    public void TellAll(Scheduler scheduler, long now)
    {
        _commands.Clear();
        scheduler.OnDisk(
            new DiskResult.Found([.. _files.Select(f => new FoundState(f.Key, f.Value.Length, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)))]), now);
    }

    private DiskResult.Written Write(DiskCommand.Write write)
    {
        if (FailsToWrite) return new DiskResult.Written(write.Key, 0);
        Writes++;
        _files[write.Key] = write.Data;
        return new DiskResult.Written(write.Key, write.Data.Length);
    }

    private DiskResult.WasRead Read(DiskCommand.Read read)
    {
        if (LosesFiles) _files.Remove(read.Key);
        Reads++;
        return new DiskResult.WasRead(read.Key, _files.GetValueOrDefault(read.Key), TimeSpan.Zero);
    }
}
