using System.Diagnostics;
using System.Globalization;

namespace Hearth.Tests.Support;

/// <summary>
/// Seeds for tests on random input: always the same ones, so that a failure names the round that repeats it. The variable
/// HEARTH_FUZZ_MINUTES makes them go on that long instead.
/// </summary>
internal static class FuzzRounds
{
    public const string Variable = "HEARTH_FUZZ_MINUTES";

    /// <summary>The first <paramref name="count"/> seeds, or as many as there is time for when somebody gives time.</summary>
    public static IEnumerable<int> Seeds(int count)
    {
        bool isTimed = double.TryParse(Environment.GetEnvironmentVariable(Variable), CultureInfo.InvariantCulture, out double minutes);
        long started = Stopwatch.GetTimestamp();
        for (int seed = 0; isTimed ? Stopwatch.GetElapsedTime(started) < TimeSpan.FromMinutes(minutes) : seed < count; seed++)
            yield return seed;
    }
}
