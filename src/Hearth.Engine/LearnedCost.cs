using System.Runtime.InteropServices;

namespace Hearth.Engine;

/// <summary>
/// What something costs, learned from what it cost last. What was measured long ago fades: whoever leaves a thing because it was dear
/// never learns that it became cheap, so after a while it is tried again. Times in timestamps.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal struct LearnedCost
{
    /// <summary>Weight of the newest measurement: one bad moment counts, and is forgotten after a few good ones.</summary>
    private const double Newest = 0.5;

    /// <summary>A measurement counts half after so long: a disk that was busy is tried again within minutes, at the price of one block.</summary>
    private const double HalfLifeSeconds = 30;

    private long _learnedAt;

    /// <summary>What was learned, however long ago; 0 when nothing was.</summary>
    public double Last { get; private set; }

    /// <summary>What is still to be believed of it.</summary>
    public readonly double At(long now, long ticksPerSecond) => Last * Fade(now, ticksPerSecond);

    /// <summary>It was measured.</summary>
    public void Learn(double observed, long now, long ticksPerSecond)
    {
        var old = Last <= 0 ? 0 : (1 - Newest) * Fade(now, ticksPerSecond);
        Last += (observed - Last) * (1 - old);
        _learnedAt = now;
    }

    private readonly double Fade(long now, long ticksPerSecond) =>
        Math.Pow(2, -Math.Max(0, now - _learnedAt) / (HalfLifeSeconds * ticksPerSecond));
}
