using System.CommandLine;
using Hearth.Commands.Bench.Servers;
using Hearth.Providers;

namespace Hearth.Commands.Bench.Latency;

/// <summary><c>hearth bench latency</c>: how long one client waits for what others do.</summary>
internal static class LatencyBenchmark
{
    public static Command Create(Terminal terminal, StopRequests stop, ModelLoader loadModel)
    {
        var history = BenchOption.Number("--history", "Tokens of the main conversation's past; 0 means 8000, or three quarters of an own server's smaller window", 0);
        var text = BenchOption.Number("--text", "Tokens of a turn's new message", 60);
        var pairs = BenchOption.Number("--pairs", "Pairs of runs, alone and beside a prefill", 5);
        var gaps = BenchOption.Number("--gaps", "Gaps between tokens to collect, alone and beside a prefill", 200);
        var seed = BenchOption.Number("--seed", "Chooses the texts", 1);
        var command = new Command("latency", "Measure how long one client waits for what others do, on this and on other servers")
        {
            history, text, pairs, gaps, seed,
        };
        var servers = ServerOptions.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            LatencyPlan plan = new(
                parsed.GetValue(history), parsed.GetValue(text), parsed.GetValue(pairs), parsed.GetValue(gaps), parsed.GetValue(seed));
            if (plan.Error is { } mistake)
                return terminal.Fail(mistake);
            return await BenchRun.WithServersAsync(
                servers, parsed, terminal, stop, loadModel, all => RunAsync(all, plan.Within(all.OwnWindow), terminal, stop.Finish));
        });
        return command;
    }

    private static async Task<int> RunAsync(BenchServers servers, LatencyPlan plan, Terminal terminal, CancellationToken cancellation)
    {
        var texts = await Calibration.TextsAsync(await servers.FindRendererAsync(cancellation), plan.Seed, cancellation);
        List<(string Server, IReadOnlyList<Figure> Figures)> all = [];
        foreach (var server in servers.All)
        {
            LatencyProbe probe = new(server, texts, plan, terminal.Time, cancellation);
            terminal.Error.WriteLine($"{server.Name}: a turn beside a prefill of {plan.History} tokens");
            var (figures, prefill) = await TurnBesidePrefill.MeasureAsync(probe);
            terminal.Error.WriteLine($"{server.Name}: a stream beside prefills");
            figures = [.. figures, .. await StreamBesidePrefill.MeasureAsync(probe)];
            terminal.Error.WriteLine($"{server.Name}: hanging up in mid-prefill");
            figures = [.. figures, .. await CancelToIdle.MeasureAsync(probe, prefill)];
            all.Add((server.Name, figures));
        }

        terminal.Out.Write(Table(all));
        return ExitCodes.Success;
    }

    /// <summary>Every server has the same figures in the same order.</summary>
    internal static string Table(IReadOnlyList<(string Server, IReadOnlyList<Figure> Figures)> all)
    {
        ServerTable table = new([.. all.Select(a => a.Server)]);
        for (var i = 0; i < all[0].Figures.Count; i++)
            table.Add(all[0].Figures[i].Name, [.. all.Select(a => a.Figures[i].Value)], all[0].Figures[i].Format);
        return table.ToString();
    }
}
