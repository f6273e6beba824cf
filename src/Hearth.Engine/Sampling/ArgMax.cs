using System.Numerics;

namespace Hearth.Engine.Sampling;

/// <summary>The index of the largest number, vectorised: greedy decoding must cost next to nothing beside the model.</summary>
public static class ArgMax
{
    /// <summary>The lowest index of the largest number; -1 when there is none above negative infinity. NaN is ignored.</summary>
    public static int Of(ReadOnlySpan<float> values)
    {
        float largest = Largest(values);
        return float.IsNegativeInfinity(largest) ? -1 : IndexOf(values, largest);
    }

    private static float Largest(ReadOnlySpan<float> values)
    {
        Vector<float> best = new(float.NegativeInfinity);
        int i = 0;
        for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<float> next = new(values[i..]);
            best = Vector.ConditionalSelect(Vector.GreaterThan(next, best), next, best);
        }

        float largest = float.NegativeInfinity;
        for (int lane = 0; lane < Vector<float>.Count; lane++)
            largest = best[lane] > largest ? best[lane] : largest;
        for (; i < values.Length; i++)
            largest = values[i] > largest ? values[i] : largest;
        return largest;
    }

    private static int IndexOf(ReadOnlySpan<float> values, float wanted)
    {
        Vector<float> pattern = new(wanted);
        int i = 0;
        while (i <= values.Length - Vector<float>.Count && !Vector.EqualsAny(new Vector<float>(values[i..]), pattern))
            i += Vector<float>.Count;
        while (values[i] != wanted)
            i++;
        return i;
    }
}
