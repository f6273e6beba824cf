using System.CommandLine;
using System.Globalization;
using Hearth.Commands.Bench.Servers;
using Hearth.Providers;

namespace Hearth.Commands.Bench.Sessions;

/// <summary>
/// <c>hearth bench sessions</c>: what coding agents do, against one or several servers, and how many tokens were computed for each
/// that had to be.
/// </summary>
internal static class SessionsBenchmark
{
    public static Command Create(Terminal terminal, StopRequests stop, ModelLoader loadModel)
    {
        var prefix = BenchOption.Number("--prefix", "Tokens of a system prompt", 2000);
        var first = BenchOption.Number("--first", "Tokens of a conversation's first message", 1000);
        var text = BenchOption.Number("--text", "Tokens of every other message", 60);
        var turns = BenchOption.Number("--turns", "Turns of the longer conversations", 4);
        var answer = BenchOption.Number("--answer", "Most tokens of an answer", 16);
        var seed = BenchOption.Number("--seed", "Chooses the texts", 1);
        var command = new Command("sessions", "Count the tokens computed twice in what coding agents do, on this and on other servers")
        {
            prefix, first, text, turns, answer, seed,
        };
        var servers = ServerOptions.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            SessionsPlan plan = new(
                parsed.GetValue(prefix), parsed.GetValue(first), parsed.GetValue(text), parsed.GetValue(turns), parsed.GetValue(answer),
                parsed.GetValue(seed));
            if (plan.Error is { } mistake)
                return terminal.Fail(mistake);
            return await BenchRun.WithServersAsync(
                servers, parsed, terminal, stop, loadModel, all => RunAsync(all, plan, terminal, stop.Finish));
        });
        return command;
    }

    private static async Task<int> RunAsync(BenchServers servers, SessionsPlan plan, Terminal terminal, CancellationToken cancellation)
    {
        if (await servers.FindRendererAsync(cancellation) is not { } renderer)
            return terminal.Fail("No server says which tokens a conversation becomes (POST /api/render): add --model with the same model.");
        var texts = await Calibration.TextsAsync(renderer, plan.Seed, cancellation);
        SessionMeter[] meters = [.. servers.All.Select(s => new SessionMeter(s, renderer, plan.Answer, cancellation))];
        foreach (var scenario in Scenario.All)
        {
            foreach (var meter in meters)
            {
                meter.Enter(scenario.Name);
                await scenario.Run(new ScenarioRun(scenario.Name, plan, texts, meter));
                var sum = PrefillSum.Of(meter.Requests.Where(r => r.Scenario == scenario.Name));
                terminal.Error.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"{meter.ServerName}, {scenario.Name}: {sum.Prefilled} prefilled, {sum.New} new"));
            }
        }

        terminal.Out.Write(new SessionsReport([.. meters.Select(m => (m.ServerName, m.Requests))]));
        return ExitCodes.Success;
    }
}
