using System.CommandLine;
using System.Globalization;
using Hearth.Config;
using Hearth.Engine;
using Hearth.Llama;
using Hearth.Models;
using Microsoft.Extensions.Logging.Abstractions;
using LocalEngine = Hearth.Engine.Engine;

namespace Hearth.Commands.Bench;

/// <summary>
/// <c>hearth bench raw</c>: the engine against the smallest loop over the same library. Runs alternate, because a machine's speed
/// drifts, and each pair gives one ratio.
/// </summary>
internal static class RawBenchmark
{
    private const ulong Seed = 1;

    public static Command Create(Terminal terminal, StopRequests stop)
    {
        var model = new Option<string>("--model") { HelpName = "FILE", Description = "GGUF file (default: random weights in the shape of a 0.5B model, written once)" };
        var pairs = new Option<int>("--pairs") { HelpName = "N", Description = "Pairs of runs", DefaultValueFactory = _ => 20 };
        var prompt = new Option<int>("--prompt") { HelpName = "N", Description = "Tokens of the prompt", DefaultValueFactory = _ => 512 };
        var answer = new Option<int>("--answer") { HelpName = "N", Description = "Tokens of the answer", DefaultValueFactory = _ => 64 };
        var threads = new Option<int>("--threads") { HelpName = "N", Description = "Threads that compute", DefaultValueFactory = _ => Machine.Measure().PhysicalCores };
        var command = new Command("raw", "Compare Hearth's engine with the smallest loop over the same library, prompt and decode")
        {
            model, pairs, prompt, answer, threads,
        };
        command.SetAction((parsed, _) => Task.Run(() => RunAsync(
            terminal, stop, parsed.GetValue(model),
            new RawPlan(parsed.GetValue(pairs), parsed.GetValue(prompt), parsed.GetValue(answer), parsed.GetValue(threads)))));
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, StopRequests stop, string? path, RawPlan plan)
    {
        if (plan is { Pairs: < 1 } or { PromptTokens: < 1 } or { AnswerTokens: < 2 } or { Threads: < 1 })
            return terminal.Fail("--pairs, --prompt and --threads must be at least 1, --answer at least 2.");
        try
        {
            HearthHome.Create(terminal.Home);
            path ??= RandomModel.HalfBillion.Provide(Path.Combine(terminal.Home, "bench"), Seed, new PercentLines(terminal, "Writing the random model"), stop.Finish);
            var library = LlamaLibrary.Load(NativePackages.Find(backend: null), NullLogger.Instance);
            EngineSettings settings = new([path], plan.Window, plan.Window, 16)
            {
                Threads = plan.Threads,
                BatchThreads = plan.Threads,
                GpuLayers = library.Devices.Any(d => d.Kind == LlamaDeviceKind.Gpu) ? -1 : 0,
            };
            await using var engine = LocalEngine.Load(settings, NullLogger.Instance, terminal.Time);
            using RawLoop raw = new(engine.Model!, settings, terminal.Time);
            terminal.Out.WriteLine($"{Path.GetFileName(path)}: {plan.PromptTokens} tokens of prompt, {plan.AnswerTokens} of answer, {plan.Threads} threads");
            return await ComparePairsAsync(terminal, stop, plan, raw, engine);
        }
        catch (Exception e) when (e is LlamaException or IOException or UnauthorizedAccessException)
        {
            return terminal.Fail(e.Message);
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Interrupted;
        }
    }

    private static async Task<int> ComparePairsAsync(Terminal terminal, StopRequests stop, RawPlan plan, RawLoop raw, LocalEngine engine)
    {
        EngineRun hearth = new(engine, terminal.Time);
        var vocabulary = engine.Model!.Vocab.TokenCount;
        List<(RunResult Raw, RunResult Hearth)> pairs = [];
        for (var i = -1; i < plan.Pairs; i++)
        {
            stop.Finish.ThrowIfCancellationRequested();
            var prompt = plan.Prompt(i, vocabulary);
            var first = i % 2 == 0 ? raw.Run(prompt, plan.AnswerTokens) : null;
            var ours = await hearth.RunAsync(prompt, plan.AnswerTokens);

            // The next run meets empty cells, as the raw loop does.
            engine.Forget();
            var pair = (Raw: first ?? raw.Run(prompt, plan.AnswerTokens), Hearth: ours);
            if (!pair.Raw.Tokens.Take(ours.Tokens.Count).SequenceEqual(ours.Tokens))
                return terminal.Fail("The engine's answer differs from the raw loop's.");

            // The first pair warms caches and code up.
            if (i < 0)
                continue;
            pairs.Add(pair);
            terminal.Error.WriteLine($"pair {i + 1,2}: prompt {Ratio(pair.Raw.Prompt, ours.Prompt):0.000}, decode {Ratio(pair.Raw.Decode, ours.Decode):0.000}");
        }

        Report(terminal, "prompt", plan.PromptTokens, [.. pairs.Select(p => (p.Raw.Prompt, p.Hearth.Prompt))]);
        Report(terminal, "decode", plan.AnswerTokens - 1, [.. pairs.Select(p => (p.Raw.Decode, p.Hearth.Decode))]);
        return ExitCodes.Success;
    }

    private static void Report(Terminal terminal, string what, int tokens, IReadOnlyList<(TimeSpan Raw, TimeSpan Hearth)> pairs)
    {
        var ratios = Quantiles.Of(pairs.Select(p => Ratio(p.Raw, p.Hearth)));
        var raw = Quantiles.Of(pairs.Select(p => tokens / p.Raw.TotalSeconds));
        var hearth = Quantiles.Of(pairs.Select(p => tokens / p.Hearth.TotalSeconds));
        terminal.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{what}: raw {raw.Median:0.0} tokens/s, hearth {hearth.Median:0.0} tokens/s, ratio median {ratios.Median:0.000} (quartiles {ratios.Lower:0.000} to {ratios.Upper:0.000}, {pairs.Count} pairs)"));
    }

    /// <summary>Speed of the second relative to the first.</summary>
    private static double Ratio(TimeSpan first, TimeSpan second) => first / second;
}

/// <summary>How much to run.</summary>
internal sealed record RawPlan(int Pairs, int PromptTokens, int AnswerTokens, int Threads)
{
    /// <summary>Cells come in blocks of 256.</summary>
    public int Window => (PromptTokens + AnswerTokens + 255) / 256 * 256;

    /// <summary>A prompt that no pair before it had, so that nothing can be reused.</summary>
    public int[] Prompt(int pair, int vocabularySize)
    {
        var random = new Random(pair);
        return [.. Enumerable.Range(0, PromptTokens).Select(_ => random.Next(Math.Min(vocabularySize, 256)))];
    }
}
