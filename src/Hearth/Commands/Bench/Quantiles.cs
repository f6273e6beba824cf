namespace Hearth.Commands.Bench;

/// <summary>Quartiles and median of some numbers.</summary>
internal sealed record Quantiles(double Lower, double Median, double Upper)
{
    public static Quantiles Of(IEnumerable<double> numbers)
    {
        double[] sorted = [.. numbers.Order()];
        return new Quantiles(At(sorted, 0.25), At(sorted, 0.5), At(sorted, 0.75));
    }

    /// <summary>The number that <paramref name="share"/> of them do not exceed; null of no numbers.</summary>
    public static double? At(IEnumerable<double> numbers, double share)
    {
        double[] sorted = [.. numbers.Order()];
        return sorted.Length == 0 ? null : At(sorted, share);
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
