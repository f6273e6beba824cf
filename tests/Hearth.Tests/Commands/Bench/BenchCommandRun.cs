using System.CommandLine;
using Hearth.Commands;
using Hearth.Tests.Support;

namespace Hearth.Tests.Commands.Bench;

/// <summary>Runs one benchmark in a terminal made of strings.</summary>
internal static class BenchCommandRun
{
    public static async Task<(int Code, string Out, string Error)> RunAsync(
        string name, Func<Terminal, StopRequests, Command> create, IReadOnlyList<string> args, bool isStopped = false)
    {
        using StringWriter output = new() { NewLine = "\n" };
        using StringWriter error = new() { NewLine = "\n" };
        using StopRequests stop = new();
        using TemporaryFolder home = new();
        if (isStopped)
            stop.Signal();
        Terminal terminal = new(TextReader.Null, output, error, _ => null, home.Path, home.Path);
        CommandParts parts = new((_, _, _, _) => throw new InvalidOperationException(), [create(terminal, stop)]);
        var code = await CommandLine.RunAsync(["bench", name, .. args], terminal, stop, parts);
        return (code, output.ToString(), error.ToString());
    }
}
