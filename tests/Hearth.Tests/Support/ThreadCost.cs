using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Hearth.Tests.Support;

/// <summary>What work costs the thread that does it: bytes allocated, and time on a processor, so that a busy machine counts little.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ThreadCost(long Bytes, TimeSpan Time)
{
    private const string OwnTimes = "/proc/thread-self/schedstat";

    public static ThreadCost Of(Action work)
    {
        long bytes = GC.GetAllocatedBytesForCurrentThread();
        TimeSpan start = Now();
        work();
        return new ThreadCost(GC.GetAllocatedBytesForCurrentThread() - bytes, Now() - start);
    }

    /// <summary>Elsewhere than on Linux, the time that passes.</summary>
    private static TimeSpan Now() => File.Exists(OwnTimes)
        ? TimeSpan.FromTicks(long.Parse(File.ReadAllText(OwnTimes).Split(' ')[0], CultureInfo.InvariantCulture) / TimeSpan.NanosecondsPerTick)
        : TimeSpan.FromSeconds((double)Stopwatch.GetTimestamp() / Stopwatch.Frequency);
}
