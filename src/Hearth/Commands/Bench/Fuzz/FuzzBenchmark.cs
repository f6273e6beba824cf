using System.CommandLine;
using System.Text;
using Hearth.Commands.Bench.Servers;

namespace Hearth.Commands.Bench.Fuzz;

/// <summary><c>hearth bench fuzz</c>: bodies that no client should send, to every endpoint that takes one.</summary>
internal static class FuzzBenchmark
{
    private const int MostCases = 100_000_000;
    private const int MostClients = 64;
    private const int ShownChars = 2000;

    /// <summary>What an own server gets unless told otherwise: no body may ask for minutes of work, and memory has little to be filled with.</summary>
    private static readonly string[][] OwnSettings = [["--context", "1024"], ["--cache-ram", "64"]];

    public static Command Create(Terminal terminal, StopRequests stop)
    {
        var count = BenchOption.Number("--count", "Bodies to send", 4000);
        var clients = BenchOption.Number("--clients", "Clients at once", 4);
        var seed = BenchOption.Number("--seed", "Chooses the bodies", 1);
        var only = new Option<int?>("--only") { HelpName = "N", Description = "Send only the body of this number, and print it with its answer" };
        var limit = new Option<double>("--limit") { HelpName = "S", Description = "Longest that an answer may take", DefaultValueFactory = _ => 5 };
        var growth = new Option<double>("--growth") { HelpName = "MB", Description = "Most that the server's memory may grow from the second quarter to the last; caches fill in short runs", DefaultValueFactory = _ => 200 };
        var process = new Option<int?>("--pid") { HelpName = "N", Description = "Process of the server behind --url, to tell its memory" };
        var command = new Command("fuzz", "Send mutated bodies to every endpoint: no 5xx, nothing slow, one terminal event, errors as JSON; exit code 1 otherwise")
        {
            count, clients, seed, only, limit, growth, process,
        };
        var servers = ServerOptions.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            FuzzPlan plan = new(
                parsed.GetValue(seed), parsed.GetValue(count), parsed.GetValue(clients), TimeSpan.FromSeconds(parsed.GetValue(limit)), parsed.GetValue(growth));
            if (plan is not { Count: >= 1 and <= MostCases, Clients: >= 1 and <= MostClients } || plan.Limit <= TimeSpan.Zero)
                return terminal.Fail($"--count must be from 1 to {MostCases}, --clients from 1 to {MostClients}, --limit above 0.");
            return await BenchRun.WithOneServerAsync(servers, parsed, terminal, stop, OwnSettings, server =>
            {
                FuzzProbe probe = new(server.Address, plan.Limit, terminal.Time);
                return parsed.GetValue(only) is { } index
                    ? ShowAsync(probe, FuzzCase.Of(plan.Seed, index), terminal, stop.Finish)
                    : RunAsync(plan, probe, server.ProcessId ?? parsed.GetValue(process), terminal, stop.Finish);
            });
        });
        return command;
    }

    /// <summary>Sends all bodies and tells what became of them.</summary>
    internal static async Task<int> RunAsync(FuzzPlan plan, FuzzProbe probe, int? process, Terminal terminal, CancellationToken cancellation)
    {
        FuzzTally tally = new(() => ProcessVitals.Of(process), plan.Count);
        ParallelOptions options = new() { MaxDegreeOfParallelism = plan.Clients, CancellationToken = cancellation };
        await Parallel.ForEachAsync(Enumerable.Range(0, plan.Count), options, async (i, _) =>
        {
            var item = FuzzCase.Of(plan.Seed, i);
            if (tally.Add(item, await probe.SendAsync(item, cancellation)))
                terminal.Error.WriteLine($"sent {i + 1}");
        });
        terminal.Out.Write(tally);
        if (tally.FirstFault is { } first)
        {
            terminal.Out.WriteLine($"The first body that broke a promise, also sent by --seed {plan.Seed} --only {first}:");
            terminal.Out.WriteLine(Shown(FuzzCase.Of(plan.Seed, first).Bytes));
        }

        if (tally.Growth > plan.GrowthMegabytes)
            return terminal.Fail($"The server grew by {tally.Growth:0} MB.");
        return tally.FirstFault is null ? ExitCodes.Success : ExitCodes.Failure;
    }

    private static async Task<int> ShowAsync(FuzzProbe probe, FuzzCase item, Terminal terminal, CancellationToken cancellation)
    {
        terminal.Out.WriteLine(Encoding.UTF8.GetString(item.Bytes));
        var outcome = await probe.SendAsync(item, cancellation);
        terminal.Out.WriteLine($"{outcome.Status?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "no status"} after {outcome.Took.TotalSeconds:0.00} s: {outcome.Fault ?? "no promise broken"}");
        terminal.Out.WriteLine(Shown(outcome.Answer));
        return outcome.Fault is null ? ExitCodes.Success : ExitCodes.Failure;
    }

    /// <summary>A beginning, without what a terminal would act on.</summary>
    private static string Shown(byte[] bytes)
    {
        var text = Encoding.UTF8.GetString(bytes);
        var shown = string.Concat(text.Take(ShownChars).Select(c => char.IsControl(c) && c != '\n' ? '·' : c));
        return text.Length > ShownChars ? $"{shown}... ({bytes.Length} bytes)" : shown;
    }
}

/// <summary>How many bodies to send, how, and what has to hold.</summary>
internal sealed record FuzzPlan(int Seed, int Count, int Clients, TimeSpan Limit, double GrowthMegabytes);
