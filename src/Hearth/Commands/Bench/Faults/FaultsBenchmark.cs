using System.CommandLine;
using System.Net.Sockets;
using Hearth.Commands.Bench.Servers;

namespace Hearth.Commands.Bench.Faults;

/// <summary><c>hearth bench faults</c>: the table of faults in docs/reliability.md, tried on servers of its own.</summary>
internal static class FaultsBenchmark
{
    /// <summary>Every fault, in the order of the table.</summary>
    internal static IReadOnlyList<Fault> All { get; } = [.. EndFaults.All, .. DiskFaults.All, .. CacheFaults.All, .. ProcessFaults.All];

    public static Command Create(Terminal terminal, StopRequests stop)
    {
        var only = new Option<string[]>("--only") { HelpName = "TEXT", Description = "Only the faults with this in their names; may be repeated" };
        var words = BenchOption.Number("--words", "Words of a prompt", 300);
        var seed = BenchOption.Number("--seed", "Chooses moments and bits", 1);
        var command = new Command("faults", "Kill servers, fill and break their disks, starve them, and print what they promise and what was seen; exit code 1 if a promise is broken")
        {
            only, words, seed,
        };
        var servers = ServerOptions.AddTo(command, takesUrls: false);
        command.SetAction(async (parsed, _) =>
        {
            if (OperatingSystem.IsWindows())
                return terminal.Fail("These faults are made with signals and a shell, which Windows does not have.");
            var texts = parsed.GetValue(only) ?? [];
            if (texts.FirstOrDefault(t => !All.Any(f => IsMeant(f, t))) is { } unknown)
                return terminal.Fail($"--only: no fault has '{unknown}' in its name.");
            var faults = All.Where(f => texts.Length == 0 || texts.Any(t => IsMeant(f, t))).ToList();
            var (choice, mistake) = servers.Read(parsed, terminal);
            if (choice is null)
                return terminal.Fail(mistake!);
            FaultPlan plan = new(parsed.GetValue(seed), parsed.GetValue(words), servers.Words(parsed));
            return await BenchRun.GuardAsync(terminal, stop, () => RunAsync(faults, plan, terminal, stop.Finish));
        });
        return command;
    }

    private static async Task<int> RunAsync(IReadOnlyList<Fault> faults, FaultPlan plan, Terminal terminal, CancellationToken cancellation)
    {
        Dictionary<string, string> right = [];
        await using (FaultScene scene = new(plan, right, terminal.Time, cancellation))
        {
            // The answers that everything is compared with come from a server that has never seen a disk.
            var server = await scene.StartAsync(null, "--no-disk-cache");
            var answers = (await scene.CompareAsync(server)).Answers;
            if (answers.FirstOrDefault(a => a.Text is null) is { } bad)
                return terminal.Fail($"A server without any fault does not answer: {bad.Fault}");
            foreach (var (label, answer) in FaultScene.Prompts.Zip(answers))
                right[label] = answer.Text!;
        }

        var broken = 0;
        terminal.Out.WriteLine("| Fault | Promise | Seen | |");
        terminal.Out.WriteLine("|---|---|---|---|");
        foreach (var fault in faults)
        {
            var start = terminal.Time.GetTimestamp();
            var outcome = await TryAsync(fault, plan, right, terminal, cancellation);
            broken += outcome.Verdict == FaultVerdict.Broken ? 1 : 0;
            terminal.Out.WriteLine($"| {fault.Name} | {fault.Promise} | {OneLine(outcome.Seen)} | {Word(outcome.Verdict)} |");
            terminal.Error.WriteLine($"{fault.Name}: {terminal.Time.GetElapsedTime(start).TotalSeconds:0} s");
        }

        return broken == 0 ? ExitCodes.Success : terminal.Fail($"{broken} of {faults.Count} promises are broken.");
    }

    private static async Task<FaultOutcome> TryAsync(
        Fault fault, FaultPlan plan, IReadOnlyDictionary<string, string> right, Terminal terminal, CancellationToken cancellation)
    {
        await using FaultScene scene = new(plan, right, terminal.Time, cancellation);
        try
        {
            return await fault.RunAsync(scene);
        }
        catch (Exception e) when (e is IOException or HttpRequestException or SocketException or UnauthorizedAccessException)
        {
            return FaultOutcome.Judge(false, e.Message);
        }
    }

    private static bool IsMeant(Fault fault, string text) => fault.Name.Contains(text, StringComparison.OrdinalIgnoreCase);

    private static string Word(FaultVerdict verdict) => verdict switch
    {
        FaultVerdict.Holds => "holds",
        FaultVerdict.Broken => "BROKEN",
        _ => "skipped",
    };

    /// <summary>What fits a cell of a table.</summary>
    private static string OneLine(string text) => string.Join(' ', text.Split(['\n', '\r', '|'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
