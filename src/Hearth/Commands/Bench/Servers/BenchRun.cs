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

    /// <summary>
    /// Runs against the one server that the command line names, or against an own one in a fresh process and a home that is deleted
    /// afterwards. It has <paramref name="ownSettings"/> where the command line says nothing else.
    /// </summary>
    public static async Task<int> WithOneServerAsync(
        ServerOptions options, ParseResult parsed, Terminal terminal, StopRequests stop, string[][] ownSettings, Func<ServerUnderBench, Task<int>> run)
    {
        var (choice, mistake) = options.Read(parsed, terminal);
        if (choice is null)
            return terminal.Fail(mistake!);
        if (choice is { Addresses: [_, _, ..] } or { Addresses: [_, ..], Own: not null })
            return terminal.Fail("This asks one server: --url may be given once, and not with --model.");
        return await GuardAsync(terminal, stop, async () =>
        {
            if (choice.Addresses is [var only])
                return await run(new ServerUnderBench(only.Address, null));
            string[] settings = [.. choice.OwnArguments, .. ownSettings.Where(s => !choice.OwnArguments.Contains(s[0])).SelectMany(s => s)];
            var home = Directory.CreateTempSubdirectory("hearth-bench-");
            try
            {
                var (server, error) = await ServerProcess.StartAsync(new ServerLaunch(home.FullName, settings), terminal.Time, stop.Finish);
                if (server is null)
                    return terminal.Fail(error!);
                await using (server)
                    return await run(new ServerUnderBench(server.Address, server.Id));
            }
            finally
            {
                home.Delete(recursive: true);
            }
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
