using System.CommandLine;

namespace Hearth.Commands.Bench;

/// <summary>Options as benchmarks write them.</summary>
internal static class BenchOption
{
    public static Option<int> Number(string name, string description, int value) =>
        new(name) { HelpName = "N", Description = description, DefaultValueFactory = _ => value };
}
