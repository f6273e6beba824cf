using System.CommandLine;
using Hearth.Commands.Bench.Servers;
using Hearth.Engine;
using Hearth.Llama;
using Hearth.Models;
using Microsoft.Extensions.Logging.Abstractions;
using LocalEngine = Hearth.Engine.Engine;

namespace Hearth.Commands.Bench.Forks;

/// <summary><c>hearth bench forks</c>: one long conversation that goes on in several ways at once, against one way alone.</summary>
internal static class ForksBenchmark
{
    private const ulong Seed = 1;

    public static Command Create(Terminal terminal, StopRequests stop)
    {
        var model = new Option<string>("--model") { HelpName = "FILE", Description = "GGUF file (default: random weights in the shape of a 0.5B model, written once)" };
        var history = BenchOption.Number("--history", "Tokens that the branches share", 24_000);
        var forks = BenchOption.Number("--forks", "Branches at once", 4);
        var text = BenchOption.Number("--text", "Tokens that each branch has of its own", 60);
        var answer = BenchOption.Number("--answer", "Tokens of each answer", 32);
        var threads = BenchOption.Number("--threads", "Threads that compute", Machine.Measure().PhysicalCores);
        var command = new Command("forks", "Let one long conversation go on in several ways at once, and compare with one way alone")
        {
            model, history, forks, text, answer, threads,
        };
        command.SetAction((parsed, _) => Task.Run(() => RunAsync(
            terminal, stop, parsed.GetValue(model),
            new ForksPlan(
                parsed.GetValue(history), parsed.GetValue(forks), parsed.GetValue(text), parsed.GetValue(answer), parsed.GetValue(threads)))));
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, StopRequests stop, string? path, ForksPlan plan)
    {
        if (plan.Error is { } mistake)
            return terminal.Fail(mistake);
        return await BenchRun.GuardAsync(terminal, stop, async () =>
        {
            path ??= RandomModel.HalfBillion.Provide(Path.Combine(terminal.Home, "bench"), Seed, new PercentLines(terminal, "Writing the random model"), stop.Finish);
            var library = LlamaLibrary.Load(NativePackages.Find(backend: null), NullLogger.Instance);
            EngineSettings settings = new([path], plan.Window, plan.Pool, plan.Forks + 1)
            {
                Threads = plan.Threads,
                BatchThreads = plan.Threads,
                GpuLayers = library.Devices.Any(d => d.Kind == LlamaDeviceKind.Gpu) ? -1 : 0,
            };
            await using var engine = LocalEngine.Load(settings, NullLogger.Instance, terminal.Time);
            terminal.Out.WriteLine($"{Path.GetFileName(path)}: {plan.History} tokens shared, {plan.Text} and {plan.Answer} of answer each, {plan.Threads} threads");
            await MeasureAsync(terminal, engine, plan, stop.Finish);
            return ExitCodes.Success;
        });
    }

    private static async Task MeasureAsync(Terminal terminal, LocalEngine engine, ForksPlan plan, CancellationToken cancellation)
    {
        var vocabulary = engine.Model!.Vocab.TokenCount;
        async Task<IReadOnlyList<ForkRun>> ForkAsync(string what, IReadOnlyList<int[]> prompts, int answer)
        {
            terminal.Error.WriteLine(what);
            var origin = terminal.Time.GetTimestamp();
            return await Task.WhenAll(prompts.Select((p, i) => ForkRun.RunAsync(engine, p, answer, $"{what} {i}", terminal.Time, origin, cancellation)));
        }

        var parent = await ForkAsync("the shared history", [plan.Prompt(fork: null, vocabulary)], 1);
        var alone = await ForkAsync("one branch alone", [plan.Prompt(0, vocabulary)], plan.Answer);
        var together = await ForkAsync($"{plan.Forks} branches at once", [.. Enumerable.Range(1, plan.Forks).Select(f => plan.Prompt(f, vocabulary))], plan.Answer);
        terminal.Out.Write(Table(parent, alone, together));
    }

    /// <summary>The three runs and the ratio that says what branches at once are worth.</summary>
    internal static string Table(IReadOnlyList<ForkRun> parent, IReadOnlyList<ForkRun> alone, IReadOnlyList<ForkRun> together)
    {
        TextTable table = new("", "prefilled each", "first token, ms", "decode tokens/s", "with prefill");
        foreach (var (name, runs) in ((string, IReadOnlyList<ForkRun>)[])[("history", parent), ("one branch", alone), ($"{together.Count} at once", together)])
        {
            table.Add(
                name,
                string.Join('/', runs.Select(r => r.Prefilled).Distinct()),
                TextTable.Cell(Quantiles.At(runs.Where(r => r.Arrivals.Count > 0).Select(r => r.Arrivals[0].TotalMilliseconds), 0.5), "0"),
                TextTable.Cell(ForkSpeed.Together(runs), "0.0"),
                TextTable.Cell(ForkSpeed.Whole(runs), "0.00"));
        }

        var ratio = ServerTable.Ratio(ForkSpeed.Together(alone), ForkSpeed.Together(together));
        var whole = ServerTable.Ratio(ForkSpeed.Whole(alone), ForkSpeed.Whole(together));
        return $"{table}{together.Count} at once / one branch: decode {TextTable.Cell(ratio, "0.00") ?? "never all at once"}, with prefill {TextTable.Cell(whole, "0.00") ?? "-"}\n";
    }
}

/// <summary>How much to run. Sizes in tokens.</summary>
internal sealed record ForksPlan(int History, int Forks, int Text, int Answer, int Threads)
{
    private const int MostForks = 64;
    private const int TextIds = 256;

    /// <summary>What is wrong with it, or null.</summary>
    public string? Error => this switch
    {
        { History: < 1 } or { Text: < 1 } or { Threads: < 1 } => "--history, --text and --threads must be at least 1.",
        { Forks: < 1 or > MostForks } => $"--forks must be 1 to {MostForks}.",
        { Answer: < 2 } => "--answer must be at least 2.",
        _ => null,
    };

    /// <summary>Cells come in blocks of 256.</summary>
    public int Window => (History + Text + Answer + 255) / 256 * 256;

    /// <summary>Room for every branch on its own, so that all run at once whatever they share.</summary>
    public int Pool => Window * (Forks + 1);

    /// <summary>The history, with the own text of a branch.</summary>
    public int[] Prompt(int? fork, int vocabularySize)
    {
        var history = Tokens(-1, History, vocabularySize);
        return fork is { } branch ? [.. history, .. Tokens(branch, Text, vocabularySize)] : history;
    }

    private static int[] Tokens(int seed, int count, int vocabularySize)
    {
        Random random = new(seed + 1);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(Math.Min(vocabularySize, TextIds)))];
    }
}
