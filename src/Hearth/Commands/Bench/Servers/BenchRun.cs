using System.CommandLine;
using System.Text.Json;
using Hearth.Llama;
using Hearth.Providers;

namespace Hearth.Commands.Bench.Servers;

/// <summary>The frame of every benchmark that asks servers: starts them, runs, ends them, and turns what went wrong into one sentence.</summary>
internal static class BenchRun
{
    /// <summary>Runs against the servers that the command line names.</summary>
    public static async Task<int> WithServersAsync(
        ServerOptions options, ParseResult parsed, Terminal terminal, StopRequests stop, ModelLoader loadModel, Func<BenchServers, Task<int>> run)
    {
        var (choice, mistake) = options.Read(parsed, terminal);
        if (choice is null)
            return terminal.Fail(mistake!);
        return await GuardAsync(terminal, stop, async () =>
        {
            var (servers, error) = await BenchServers.StartAsync(choice, terminal, stop, loadModel);
            if (servers is null)
                return terminal.Fail(error!);
            await using (servers)
                return await run(servers);
        });
    }

    /// <summary>Ctrl+C and failures of servers, files and the library as exit codes.</summary>
    public static async Task<int> GuardAsync(Terminal terminal, StopRequests stop, Func<Task<int>> run)
    {
        try
        {
            return await run();
        }
        catch (OperationCanceledException) when (stop.Finish.IsCancellationRequested)
        {
            return ExitCodes.Interrupted;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or UnauthorizedAccessException or JsonException or LlamaException)
        {
            return stop.Finish.IsCancellationRequested ? ExitCodes.Interrupted : terminal.Fail(e.Message);
        }
    }
}
