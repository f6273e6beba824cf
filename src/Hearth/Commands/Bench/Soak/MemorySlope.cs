namespace Hearth.Commands.Bench.Soak;

/// <summary>The memory at one moment of a soak.</summary>
internal sealed record MemorySample(TimeSpan At, double ResidentMegabytes);

/// <summary>Whether memory grows.</summary>
internal static class MemorySlope
{
    /// <summary>
    /// Megabytes per minute over the second half of the samples, by least squares: the first half fills caches and pools. Null with
    /// fewer than two moments.
    /// </summary>
    public static double? OfSecondHalf(IReadOnlyList<MemorySample> samples)
    {
        IReadOnlyList<MemorySample> late = [.. samples.Skip(samples.Count / 2)];
        if (late.Count < 2)
            return null;
        var meanTime = late.Average(s => s.At.TotalMinutes);
        var meanSize = late.Average(s => s.ResidentMegabytes);
        var spread = late.Sum(s => Math.Pow(s.At.TotalMinutes - meanTime, 2));
        return spread == 0 ? null : late.Sum(s => (s.At.TotalMinutes - meanTime) * (s.ResidentMegabytes - meanSize)) / spread;
    }
}
