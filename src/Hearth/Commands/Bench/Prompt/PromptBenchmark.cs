using System.CommandLine;
using System.Globalization;
using Hearth.Commands.Bench.Latency;
using Hearth.Commands.Bench.Servers;
using Hearth.Providers;

namespace Hearth.Commands.Bench.Prompt;

/// <summary><c>hearth bench prompt</c>: what happens to a coding agent's request before the engine sees it, and what counting it costs.</summary>
internal static class PromptBenchmark
{
    /// <summary>Turns of a session that is not sized yet, and how often its size is corrected.</summary>
    private const int FirstTurns = 10;
    private const int Corrections = 3;

    /// <summary>Warm requests, each with one more turn.</summary>
    private const int WarmTurns = 5;

    /// <summary>Conversations before the first that counts: by then the code is compiled for speed.</summary>
    private const int WarmUps = 8;

    public static Command Create(Terminal terminal, StopRequests stop, ModelLoader loadModel)
    {
        var tokens = BenchOption.Number("--tokens", "Tokens of the conversation", 12_000);
        var tools = BenchOption.Number("--tools", "Tools that are offered", 12);
        var runs = BenchOption.Number("--runs", "Conversations, each sent cold and then warm", 10);
        var counts = BenchOption.Number("--counts", "Counts at once beside a stream", 26);
        var gaps = BenchOption.Number("--gaps", "Gaps between tokens of each stream", 100);
        var pairs = BenchOption.Number("--pairs", "Pairs of streams, alone and beside counts; 0 leaves them out", 5);
        var seed = BenchOption.Number("--seed", "Chooses the texts", 1);
        var command = new Command("prompt", "Measure what happens to a request before the engine sees it, and what counting it costs")
        {
            tokens, tools, runs, counts, gaps, pairs, seed,
        };
        var servers = ServerOptions.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            PromptPlan plan = new(
                parsed.GetValue(tokens), parsed.GetValue(tools), parsed.GetValue(runs), parsed.GetValue(counts), parsed.GetValue(gaps),
                parsed.GetValue(pairs), parsed.GetValue(seed));
            if (plan.Error is { } mistake)
                return terminal.Fail(mistake);
            return await BenchRun.WithServersAsync(
                servers, parsed, terminal, stop, loadModel, all => RunAsync(all, plan, terminal, stop.Finish));
        });
        return command;
    }

    private static async Task<int> RunAsync(BenchServers servers, PromptPlan plan, Terminal terminal, CancellationToken cancellation)
    {
        var texts = await Calibration.TextsAsync(await servers.FindRendererAsync(cancellation), plan.Seed, cancellation);
        var turns = await SizeAsync(servers.All[0], texts, plan, cancellation);
        if (servers.OwnProvider is { } provider)
            terminal.Out.Write(await BeforeTheEngineAsync(new PromptPath(provider, terminal.Time), texts, plan, turns, cancellation));
        List<(string Server, IReadOnlyList<Figure> Figures)> all = [];
        foreach (var server in servers.All)
        {
            terminal.Error.WriteLine($"{server.Name}: counting");
            CountTimes times = new(server, plan, terminal.Time, cancellation);
            AgentSession session = new("counted", texts, plan.Tools);
            byte[][] bodies = [.. Enumerable.Range(0, plan.Runs + 1).Select(i => session.Body(turns + (i % (WarmTurns + 1))))];
            var figures = await times.MeasureAsync(bodies);
            if (plan.Pairs > 0)
                figures = [.. figures, .. await times.MeasureBesideStreamAsync(bodies[^1])];
            all.Add((server.Name, figures));
        }

        terminal.Out.Write(LatencyBenchmark.Table(all));
        return ExitCodes.Success;
    }

    /// <summary>How many turns make about the tokens that are wanted.</summary>
    private static async Task<int> SizeAsync(MessagesClient server, PseudoText texts, PromptPlan plan, CancellationToken cancellation)
    {
        AgentSession session = new("sized", texts, plan.Tools);
        var empty = await server.CountAsync(session.Body(0), cancellation);
        var turns = FirstTurns;
        for (var i = 0; i < Corrections; i++)
        {
            var perTurn = (double)(await server.CountAsync(session.Body(turns), cancellation) - empty) / turns;
            turns = Math.Max(1, (int)((plan.Tokens - empty) / perTurn) - (WarmTurns / 2));
        }

        return turns;
    }

    private static async Task<string> BeforeTheEngineAsync(
        PromptPath path, PseudoText texts, PromptPlan plan, int turns, CancellationToken cancellation)
    {
        List<PromptCost> cold = [];
        List<PromptCost> warm = [];

        for (var run = -WarmUps; run < plan.Runs; run++)
        {
            AgentSession session = new($"run {run}", texts, plan.Tools);
            for (var turn = 0; turn <= WarmTurns; turn++)
            {
                var cost = await path.MeasureAsync(session.Body(turns + turn), cancellation);
                if (run >= 0)
                    (turn == 0 ? cold : warm).Add(cost);
            }
        }

        TextTable table = new("before the engine", "tokens", "body to request, ms", "to tokens, ms", "total p50, ms", "p95", "allocated, KB");
        Add(table, "first request", cold);
        Add(table, "one turn more", warm);
        return table.ToString();
    }

    private static void Add(TextTable table, string what, IReadOnlyList<PromptCost> costs) => table.Add(
        what,
        string.Create(CultureInfo.InvariantCulture, $"{costs.Average(c => c.Tokens):0}"),
        TextTable.Cell(Quantiles.At(costs.Select(c => c.Reading.TotalMilliseconds), 0.5), "0.00"),
        TextTable.Cell(Quantiles.At(costs.Select(c => c.Prompting.TotalMilliseconds), 0.5), "0.00"),
        TextTable.Cell(Quantiles.At(costs.Select(c => c.TotalMs), 0.5), "0.00"),
        TextTable.Cell(Quantiles.At(costs.Select(c => c.TotalMs), 0.95), "0.00"),
        TextTable.Cell(Quantiles.At(costs.Select(c => c.AllocatedBytes / 1024.0), 0.5), "0"));
}
