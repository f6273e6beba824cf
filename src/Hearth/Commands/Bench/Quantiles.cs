namespace Hearth.Commands.Bench;

/// <summary>Quartiles and median of some numbers.</summary>
internal sealed record Quantiles(double Lower, double Median, double Upper)
{
    public static Quantiles Of(IEnumerable<double> numbers)
    {
        double[] sorted = [.. numbers.Order()];
        return new Quantiles(At(sorted, 0.25), At(sorted, 0.5), At(sorted, 0.75));
    }

    /// <summary>Between two neighbours where the share falls between them.</summary>
    private static double At(double[] sorted, double share)
    {
        var place = share * (sorted.Length - 1);
        var below = sorted[(int)place];
        var above = sorted[Math.Min((int)place + 1, sorted.Length - 1)];
        return below + ((above - below) * (place - (int)place));
    }
}
