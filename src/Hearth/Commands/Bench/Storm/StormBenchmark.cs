using System.CommandLine;
using Hearth.Commands.Bench.Servers;

namespace Hearth.Commands.Bench.Storm;

/// <summary><c>hearth bench storm</c>: clients that leave and clients that come all at once, and what is left of them afterwards.</summary>
internal static class StormBenchmark
{
    /// <summary>Probes of the idle server, before and after.</summary>
    private const int IdleProbes = 5;

    public static Command Create(Terminal terminal, StopRequests stop)
    {
        var hangUps = BenchOption.Number("--hang-ups", "Clients that leave: in their headers or body, before, in and after the answer's headers, in mid-stream", 1000);
        var waves = BenchOption.Number("--waves", "Parts that they come in; after each the server must rest, and the next request is timed", 5);
        var atOnce = BenchOption.Number("--at-once", "Such clients at once", 32);
        var bursts = new Option<string>("--bursts") { HelpName = "N,N", Description = "Whole requests at once, one burst after the other", DefaultValueFactory = _ => "64,200,600" };
        var words = BenchOption.Number("--words", "Most words of a prompt; the fewest are 10", 4500);
        var answer = BenchOption.Number("--answer", "max_tokens of the answers that nobody waits for", 4000);
        var seed = BenchOption.Number("--seed", "Chooses texts and moments", 1);
        var rest = new Option<double>("--rest") { HelpName = "S", Description = "Longest until nothing runs, waits or is leased", DefaultValueFactory = _ => 1 };
        var slowdown = new Option<double>("--slowdown") { HelpName = "X", Description = "Most that the next first token takes, times an idle server's", DefaultValueFactory = _ => 1.2 };
        var process = new Option<int?>("--pid") { HelpName = "N", Description = "Process of the server behind --url, to tell its memory and descriptors" };
        var command = new Command("storm", "Leave a server in the middle, in every way, and see whether anything of it stays; exit code 1 if a promise is broken")
        {
            hangUps, waves, atOnce, bursts, words, answer, seed, rest, slowdown, process,
        };
        var servers = ServerOptions.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            StormPlan plan = new(
                parsed.GetValue(hangUps), parsed.GetValue(waves), parsed.GetValue(atOnce), StormPlan.Numbers(parsed.GetValue(bursts)!),
                parsed.GetValue(words), parsed.GetValue(answer), parsed.GetValue(seed), parsed.GetValue(rest), parsed.GetValue(slowdown));
            if (plan.Error is { } mistake)
                return terminal.Fail(mistake);
            return await BenchRun.WithOneServerAsync(
                servers, parsed, terminal, stop, [], server => RunAsync(plan, server with { ProcessId = server.ProcessId ?? parsed.GetValue(process) }, terminal, stop.Finish));
        });
        return command;
    }

    private static async Task<int> RunAsync(StormPlan plan, ServerUnderBench target, Terminal terminal, CancellationToken cancellation)
    {
        using MessagesClient server = new("server", target.Address, terminal.Time);
        StormProbe probe = new(server, await Calibration.TextsAsync(server, plan.Seed, cancellation), terminal.Time, cancellation);
        StormClients clients = new(target.Address, plan, terminal.Time, cancellation);
        StormReport report = new(plan);
        await probe.FirstTokenAsync();
        List<double?> idle = [.. await probe.FirstTokensAsync(IdleProbes)];
        var before = ProcessVitals.Of(target.ProcessId);

        List<double?> next = [];
        var moves = HangUp.Plan(plan.Seed, plan.HangUps, plan.Words);
        foreach (var (wave, part) in moves.Chunk(Math.Max(1, (moves.Count + plan.Waves - 1) / plan.Waves)).Index())
        {
            terminal.Error.WriteLine($"wave {wave + 1}: {part.Length} clients that leave");
            report.AddTally($"wave {wave + 1}: {part.Length} hang-ups", await clients.HangUpAsync(part, wave * plan.HangUps));
            var (seconds, books) = await probe.RestAsync();
            report.AddRest($"wave {wave + 1}", seconds, books);
            next.Add(await probe.FirstTokenAsync());
        }

        foreach (var size in plan.Bursts)
        {
            terminal.Error.WriteLine($"a burst of {size}");
            report.AddTally($"burst of {size}", await clients.BurstAsync(size));
            var (seconds, books) = await probe.RestAsync();
            report.AddRest($"burst of {size}", seconds, books);
        }

        idle.AddRange(await probe.FirstTokensAsync(IdleProbes));
        if (next.Count > 0)
            report.AddFirstTokens("first token of the next request", idle, next);
        report.AddVitals(before, ProcessVitals.Of(target.ProcessId));
        terminal.Out.Write(report);
        return report.Broken.Count == 0 ? ExitCodes.Success : terminal.Fail($"Broken: {string.Join(", ", report.Broken)}.");
    }
}
