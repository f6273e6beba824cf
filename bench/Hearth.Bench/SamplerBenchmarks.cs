using BenchmarkDotNet.Attributes;
using Hearth.Engine;
using Hearth.Engine.Sampling;

namespace Hearth.Bench;

/// <summary>One token of a vocabulary of 151,936: what sampling adds to every step.</summary>
[MemoryDiagnoser]
public class SamplerBenchmarks
{
    private readonly float[] _logits = new float[151_936];
    private readonly float[] _work = new float[151_936];
    private readonly Sampler _greedy = new(SamplingSettings.Greedy, []);
    private readonly Sampler _full = new(new SamplingSettings(Temperature: 0.7f, RepeatPenalty: 1.1f, Seed: 1), []);

    [GlobalSetup]
    public void Setup()
    {
        Random random = new(1);
        for (var i = 0; i < _logits.Length; i++)
            _logits[i] = (float)((random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5) * 8);
    }

    [Benchmark(Baseline = true)]
    public void Copy() => _logits.CopyTo(_work, 0);

    [Benchmark]
    public int Greedy()
    {
        Copy();
        return _greedy.Sample(_work);
    }

    [Benchmark]
    public int TopKTopPMinPWithPenalties()
    {
        Copy();
        return _full.Sample(_work);
    }
}
