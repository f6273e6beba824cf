using BenchmarkDotNet.Running;

BenchmarkSwitcher.FromAssembly(typeof(Hearth.Bench.SamplerBenchmarks).Assembly).Run(args);
