namespace Hearth.Commands.Bench.Servers;

/// <summary>One running server and, where that is known, its process on this machine.</summary>
internal sealed record ServerUnderBench(Uri Address, int? ProcessId);
