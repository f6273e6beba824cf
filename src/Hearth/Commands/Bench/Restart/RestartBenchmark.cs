using System.CommandLine;
using System.Globalization;
using Hearth.Commands.Bench.Servers;
using Hearth.Llama;
using Hearth.Models;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hearth.Commands.Bench.Restart;

/// <summary><c>hearth bench restart</c>: what a restart costs when prefixes come back from disk, and what writing them costs others.</summary>
internal static class RestartBenchmark
{
    private const ulong Seed = 1;

    public static Command Create(Terminal terminal, StopRequests stop)
    {
        var model = new Option<string>("--model") { HelpName = "FILE", Description = "GGUF file (default: random weights in the shape of a 0.5B model, written once)" };
        var lengths = new Option<string>("--lengths") { HelpName = "N,N", Description = "Tokens of the prompts", DefaultValueFactory = _ => "2000,6000,12000" };
        var turns = BenchOption.Number("--turns", "Turns of a session with a restart between each; 0 leaves it out", 20);
        var pairs = BenchOption.Number("--pairs", "Pairs of streams, while a prompt is written and while none is; 0 leaves them out", 5);
        var segments = new Option<bool>("--segments") { Description = "Also measure ranges of several lengths, and compression" };
        var threads = BenchOption.Number("--threads", "Threads that compute", Machine.Measure().PhysicalCores);
        var command = new Command("restart", "Compare a first token after a restart with a cold one, and a stream while prefixes are written with one alone")
        {
            model, lengths, turns, pairs, segments, threads,
        };
        command.SetAction((parsed, _) => Task.Run(() => RunAsync(
            terminal, stop, parsed.GetValue(model),
            new RestartPlan(Numbers(parsed.GetValue(lengths)!), parsed.GetValue(turns), parsed.GetValue(pairs), parsed.GetValue(segments), parsed.GetValue(threads)))));
        return command;
    }

    private static IReadOnlyList<int> Numbers(string list) =>
        [.. list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(n => int.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0)];

    private static async Task<int> RunAsync(Terminal terminal, StopRequests stop, string? path, RestartPlan plan)
    {
        if (plan.Error is { } mistake)
            return terminal.Fail(mistake);
        return await BenchRun.GuardAsync(terminal, stop, async () =>
        {
            path ??= RandomModel.HalfBillion.Provide(Path.Combine(terminal.Home, "bench"), Seed, new PercentLines(terminal, "Writing the random model"), stop.Finish);
            var library = LlamaLibrary.Load(NativePackages.Find(backend: null), NullLogger.Instance);
            var folder = Path.Combine(terminal.Home, "bench", $"restart-{Environment.ProcessId}");
            var onGpu = library.Devices.Any(d => d.Kind == LlamaDeviceKind.Gpu);
            RestartRuns runs = new(plan, path, folder, onGpu, terminal, stop.Finish);
            terminal.Out.WriteLine($"{Path.GetFileName(path)}: {plan.Threads} threads, files in {folder}");
            try
            {
                terminal.Out.Write(await runs.FirstTokensAsync());
                if (plan.HasSegments)
                    terminal.Out.Write(SegmentSizes.Measure(path, plan.Settings(path, folder: null, onGpu), terminal.Time));
                if (plan.Turns > 0)
                    terminal.Out.Write(await runs.SessionAsync());
                if (plan.Pairs > 0)
                    terminal.Out.Write(await runs.StreamsAsync());
            }
            finally
            {
                if (Directory.Exists(folder))
                    Directory.Delete(folder, recursive: true);
            }

            return ExitCodes.Success;
        });
    }
}
