namespace Hearth.Engine.Cache;

/// <summary>What a parked branch is worth: what it would cost to compute again, times how likely it is to be used.</summary>
/// <param name="ticksPerSecond">Unit of the timestamps.</param>
internal sealed class Retention(long ticksPerSecond)
{
    /// <summary>After this time without use a branch is half as likely to be used: between a person's usual and long pauses.</summary>
    private const double HalfLifeSeconds = 600;

    /// <summary>Every token this far in costs about once more, because attention reads all tokens before it.</summary>
    private const double DepthTokens = 16_384;

    /// <summary>The worth of the branch's last run, per cell.</summary>
    public double WorthPerCell(Branch branch, long now)
    {
        var leaf = branch.Leaf;
        var age = Math.Max(0, (double)(now - leaf.LastUsed) / ticksPerSecond);
        var likelihood = Weight(branch.Priority) * Math.Pow(2, -age / HalfLifeSeconds) * (1 + Math.Log2(1 + leaf.Uses));
        return likelihood * (1 + (leaf.End / DepthTokens));
    }

    /// <summary>Cells that removing the branch would free.</summary>
    public static int OwnCells(Branch branch)
    {
        var cells = 0;
        for (var node = branch.Leaf; node.Branches == 1; node = node.Parent!) cells += node.Tokens.Count;
        return cells;
    }

    private static double Weight(RequestPriority priority) => priority switch
    {
        RequestPriority.Main => 1,
        RequestPriority.SubAgent => 0.5,
        _ => 0.25,
    };
}
