namespace Hearth.Engine.Sampling;

/// <summary>
/// SplitMix64 (Steele, Lea and Flood 2014). System.Random promises no sequence across versions, and a seed must give the same answer
/// next year.
/// </summary>
internal struct RandomSource(ulong seed)
{
    private ulong _state = seed;

    /// <summary>Uniform in [0, 1), 53 bits.</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    private ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        ulong z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
