using System.Globalization;

namespace Hearth.Models;

/// <summary>What the machine has for a model. Memory in bytes.</summary>
internal sealed record Machine(long AvailableBytes, int PhysicalCores)
{
    /// <summary>Measures this machine, respecting a container's limit.</summary>
    public static Machine Measure() => new(Available(), Cores());

    private static long Available()
    {
        // What the runtime may use at most: physical memory, or the container's share of it.
        long limit = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        return Math.Min(limit, LinuxAvailable() ?? limit);
    }

    private static long? LinuxAvailable()
    {
        const string file = "/proc/meminfo";
        if (!OperatingSystem.IsLinux() || !File.Exists(file))
            return null;
        string? line = File.ReadLines(file).FirstOrDefault(l => l.StartsWith("MemAvailable:", StringComparison.Ordinal));
        string digits = string.Concat((line ?? "").Where(char.IsAsciiDigit));
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long kilobytes) ? kilobytes * 1024 : null;
    }

    /// <summary>Two threads of one core share its arithmetic, so more threads than cores only get in each other's way.</summary>
    private static int Cores()
    {
        const string folder = "/sys/devices/system/cpu";
        if (!OperatingSystem.IsLinux() || !Directory.Exists(folder))
            return Environment.ProcessorCount;
        int cores = Directory.EnumerateDirectories(folder, "cpu*")
            .Select(cpu => Path.Combine(cpu, "topology", "thread_siblings_list"))
            .Where(File.Exists)
            .Select(File.ReadAllText)
            .Distinct(StringComparer.Ordinal)
            .Count();
        return Math.Clamp(cores, 1, Environment.ProcessorCount);
    }
}
