using System.Globalization;

namespace Hearth.Commands.Bench.Faults;

/// <summary>What only some machines can do: file systems of one's own, and limits on a group of processes.</summary>
internal static class FaultMachine
{
    private const string Groups = "/sys/fs/cgroup";

    /// <summary>Where versions 1 and 2 count.</summary>
    private static readonly string[] KillCounts = ["memory.oom_control", "memory.events"];

    /// <summary>Mounts a file system in memory until the scene ends; null, or why not.</summary>
    public static string? Mount(FaultScene scene, string folder, string size)
    {
        if (!OperatingSystem.IsLinux())
            return "needs Linux";
        Directory.CreateDirectory(folder);
        if (FaultScene.Shell($"mount -t tmpfs -o size={size} hearth-faults '{folder}'") is { } error)
            return $"mounting needs root: {error}";
        scene.AtEnd(() =>
        {
            FaultScene.Shell($"umount '{folder}' || umount -l '{folder}'");
            return ValueTask.CompletedTask;
        });
        return null;
    }

    /// <summary>A group of processes with a limit on memory, and the shell command that enters it; or why not.</summary>
    public static (string? Path, string? Why) MemoryGroup(FaultScene scene, long bytes) =>
        Group(scene, "memory", p => Write(p, "memory.limit_in_bytes", bytes) ?? Write(p, "memory.swappiness", 0), p => Write(p, "memory.max", bytes));

    /// <summary>A group of processes for which <see cref="SlowReads"/> can slow a disk.</summary>
    public static (string? Path, string? Why) DiskGroup(FaultScene scene) => Group(scene, "blkio", _ => null, _ => null);

    /// <summary>Lets the group read so many bytes a second from the disk below a folder, 0 for any number; null, or why not.</summary>
    public static string? SlowReads(string group, string folder, long bytesPerSecond)
    {
        const string disk = "$(findmnt -n -o MAJ:MIN -T '{0}')";
        var device = string.Format(CultureInfo.InvariantCulture, disk, folder);
        var limit = bytesPerSecond == 0 ? "max" : $"{bytesPerSecond}";
        return FaultScene.Shell(File.Exists(Path.Combine(group, "blkio.throttle.read_bps_device"))
            ? $"echo \"{device} {bytesPerSecond}\" > '{group}/blkio.throttle.read_bps_device'"
            : $"echo \"{device} rbps={limit}\" > '{group}/io.max'");
    }

    /// <summary>The shell command with which a process enters a group.</summary>
    public static string Enter(string group) => $"echo $$ > '{group}/cgroup.procs'";

    /// <summary>How many processes of a group the kernel has ended for want of memory.</summary>
    public static int OutOfMemoryKills(string group)
    {
        var file = KillCounts.Select(f => Path.Combine(group, f)).FirstOrDefault(File.Exists);
        var line = file is null ? null : File.ReadLines(file).FirstOrDefault(l => l.StartsWith("oom_kill ", StringComparison.Ordinal));
        return line is null ? 0 : int.Parse(line["oom_kill ".Length..], CultureInfo.InvariantCulture);
    }

    /// <summary>A new group, below this process's own where each controller has its own tree (version 1).</summary>
    private static (string? Path, string? Why) Group(FaultScene scene, string controller, Func<string, string?> limitOld, Func<string, string?> limitNew)
    {
        var name = $"hearth-faults-{Environment.ProcessId}";
        var isOld = Directory.Exists(Path.Combine(Groups, controller));
        if (!isOld && !File.Exists(Path.Combine(Groups, "cgroup.controllers")))
            return (null, "there are no control groups");
        var parent = isOld ? $"{Groups}/{controller}{Own(controller)}" : Groups;
        var path = $"{parent.TrimEnd('/')}/{name}";
        if (FaultScene.Shell($"mkdir '{path}'") is { } error)
            return (null, $"control groups need root: {error}");
        scene.AtEnd(() =>
        {
            FaultScene.Shell($"rmdir '{path}'");
            return ValueTask.CompletedTask;
        });
        return (isOld ? limitOld(path) : limitNew(path)) is { } why ? (null, $"no such limit here: {why}") : (path, null);
    }

    private static string Own(string controller) => File.ReadLines("/proc/self/cgroup")
        .Select(line => line.Split(':', 3)).FirstOrDefault(parts => parts[1].Split(',').Contains(controller))?[2] ?? "/";

    private static string? Write(string group, string file, long value) => FaultScene.Shell($"echo {value} > '{group}/{file}'");
}
