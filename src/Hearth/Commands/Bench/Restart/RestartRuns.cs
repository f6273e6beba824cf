using System.Globalization;
using Hearth.Commands.Bench.Forks;
using Hearth.Engine.Cache.Disk;
using Microsoft.Extensions.Logging.Abstractions;
using LocalEngine = Hearth.Engine.Engine;

namespace Hearth.Commands.Bench.Restart;

/// <summary>The runs of the restart benchmark. Every engine is a new one over the same folder, as another process would be.</summary>
internal sealed class RestartRuns(RestartPlan plan, string model, string folder, bool onGpu, Terminal terminal, CancellationToken cancellation)
{
    /// <summary>A prompt's first token in an empty engine, and in a new engine over the files that the first one left.</summary>
    public async Task<string> FirstTokensAsync()
    {
        TextTable table = new("tokens", "cold, ms", "restored, ms", "ratio", "computed", "files", "KB/token", "write MB/s", "read MB/s", "copy MB/s");
        foreach (var length in plan.Lengths)
        {
            var own = Path.Combine(folder, $"{length}");
            var (cold, _) = await AskOnceAsync(own, length, "cold");
            var (restored, computed) = await AskOnceAsync(own, length, "restored");
            var files = Directory.GetFiles(own, "*", SearchOption.AllDirectories);
            var bytes = files.Sum(f => new FileInfo(f).Length);
            var speed = FileSpeed.Of(own, RestartPlan.Identity, own + ".copy", terminal.Time);
            table.Add(
                $"{length}", TextTable.Cell(cold, "0"), TextTable.Cell(restored, "0"), TextTable.Cell(cold / restored, "0.0"), $"{computed}",
                $"{files.Length}", TextTable.Cell(bytes / 1e3 / length, "0.0"), TextTable.Cell(speed.Write, "0"), TextTable.Cell(speed.Read, "0"),
                TextTable.Cell(speed.Copy, "0"));
            Directory.Delete(own, recursive: true);
        }

        return table.ToString();
    }

    /// <summary>One session, whose engine is another one in every turn.</summary>
    public async Task<string> SessionAsync()
    {
        var (own, prompt, computed, fresh, answered) = (Path.Combine(folder, "session"), Array.Empty<int>(), 0, 0, 0);
        for (var turn = 0; turn < plan.Turns; turn++)
        {
            await using var engine = Load(own);
            var text = RestartPlan.Tokens(1000 + turn, turn == 0 ? RestartPlan.FirstPrompt : RestartPlan.TurnText, engine.Model!.Vocab.TokenCount);
            prompt = [.. prompt, .. text];

            // The last token of an answer that was cut off is sampled and never computed, so it is new in the next turn.
            fresh += text.Length + (answered == RestartPlan.TurnAnswer ? 1 : 0);
            var run = await ForkRun.RunAsync(engine, prompt, RestartPlan.TurnAnswer, "session", terminal.Time, terminal.Time.GetTimestamp(), cancellation);
            computed += run.Prefilled;
            (prompt, answered) = ([.. prompt, .. run.Tokens], run.Tokens.Count);
        }

        return string.Create(
            CultureInfo.InvariantCulture,
            $"{plan.Turns} turns with a restart between each: {computed} prompt tokens computed, {fresh} new, amplification {(double)computed / fresh:0.0000}\n");
    }

    /// <summary>The gaps of a stream after a long prompt ended beside it, which is written in one of two runs.</summary>
    public async Task<string> StreamsAsync()
    {
        List<double> alone = [], beside = [], ratios = [];
        for (var pair = 0; pair < plan.Pairs; pair++)
        {
            var (first, second) = (pair % 2 == 0, pair % 2 != 0);
            var one = await GapsAsync(first ? Path.Combine(folder, $"stream-{pair}") : null);
            var other = await GapsAsync(second ? Path.Combine(folder, $"stream-{pair}") : null);
            var (with, without) = first ? (one, other) : (other, one);
            alone.AddRange(without);
            beside.AddRange(with);
            ratios.Add(Quantiles.At(with, 0.5)!.Value / Quantiles.At(without, 0.5)!.Value);
        }

        TextTable table = new("gap, ms", "p50", "p99", "longest");
        foreach (var (name, gaps) in ((string, List<double>)[])[("nothing is written", alone), ("a prompt is written", beside)])
            table.Add(name, TextTable.Cell(Quantiles.At(gaps, 0.5), "0.0"), TextTable.Cell(Quantiles.At(gaps, 0.99), "0.0"), TextTable.Cell(gaps.Max(), "0.0"));
        return $"{table}median of {plan.Pairs} pairs, written / not: {TextTable.Cell(Quantiles.At(ratios, 0.5), "0.000")}\n";
    }

    private LocalEngine Load(string? own) => LocalEngine.Load(plan.Settings(model, own, onGpu), NullLogger.Instance, terminal.Time);

    private async Task<(double FirstTokenMs, int Computed)> AskOnceAsync(string own, int length, string what)
    {
        terminal.Error.WriteLine($"{length} tokens, {what}");
        await using var engine = Load(own);
        var prompt = RestartPlan.Tokens(length, length, engine.Model!.Vocab.TokenCount);
        var run = await ForkRun.RunAsync(engine, prompt, 1, "restart", terminal.Time, terminal.Time.GetTimestamp(), cancellation);
        return (run.Arrivals[0].TotalMilliseconds, run.Prefilled);
    }

    private async Task<List<double>> GapsAsync(string? own)
    {
        terminal.Error.WriteLine(own is null ? "a stream while nothing is written" : "a stream while a prompt is written");
        await using var engine = Load(own);
        var (vocabulary, time) = (engine.Model!.Vocab.TokenCount, terminal.Time);
        var origin = time.GetTimestamp();
        await ForkRun.RunAsync(engine, RestartPlan.Tokens(7, RestartPlan.WrittenPrompt, vocabulary), 1, "written", time, origin, cancellation);
        var stream = await ForkRun.RunAsync(engine, RestartPlan.Tokens(8, 32, vocabulary), RestartPlan.StreamTokens, "stream", time, origin, cancellation);
        return [.. stream.Arrivals.Zip(stream.Arrivals.Skip(1), (a, b) => (b - a).TotalMilliseconds)];
    }
}
