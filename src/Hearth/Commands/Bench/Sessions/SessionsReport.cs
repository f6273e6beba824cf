using System.Globalization;

namespace Hearth.Commands.Bench.Sessions;

/// <summary>What the runs of some servers say, as tables.</summary>
internal sealed record SessionsReport(IReadOnlyList<(string Server, IReadOnlyList<MeasuredRequest> Requests)> Runs)
{
    /// <summary>What an ideal cache has, and two percent for what tokens cannot say.</summary>
    public const double AcceptedAmplification = 1.02;

    private const string Everything = "all";

    public override string ToString()
    {
        IEnumerable<string> parts = Runs.Select(r => $"{r.Server}\n{Scenarios(r.Requests)}\n{FirstTokens(r.Requests)}{Mismatch(r.Requests)}");
        if (Runs.Count > 1)
            parts = parts.Append($"side by side\n{SideBySide()}");
        return string.Join('\n', parts.Append(string.Concat(Runs.Select(Verdict))));
    }

    private static IEnumerable<(string Name, IEnumerable<MeasuredRequest> Requests)> ByScenario(IReadOnlyList<MeasuredRequest> requests) =>
        requests.GroupBy(r => r.Scenario).Select(g => (g.Key, g.AsEnumerable())).Append((Everything, requests));

    private static IEnumerable<double> Milliseconds(IEnumerable<MeasuredRequest> requests) => requests.Select(r => r.FirstToken.TotalMilliseconds);

    private static string Name(RequestKind kind) => kind switch
    {
        RequestKind.First => "first of a session",
        RequestKind.Turn => "turn",
        RequestKind.SubAgent => "sub-agent",
        RequestKind.Together => "four at once",
        RequestKind.Title => "title",
        RequestKind.Rewind => "after rewind",
        RequestKind.Return => "back to the old branch",
        _ => "same prompt again",
    };

    private static TextTable Scenarios(IReadOnlyList<MeasuredRequest> requests)
    {
        TextTable table = new("scenario", "requests", "prompt", "prefilled", "new", "amplification");
        foreach (var (name, some) in ByScenario(requests))
        {
            var sum = PrefillSum.Of(some);
            table.Add(name, $"{sum.Requests}", $"{sum.Prompt}", $"{sum.Prefilled}", $"{sum.New}", TextTable.Cell(sum.Amplification, "0.000"));
        }

        return table;
    }

    private static TextTable FirstTokens(IReadOnlyList<MeasuredRequest> requests)
    {
        TextTable table = new("time to first token, ms", "requests", "p50", "p95");
        foreach (var kind in requests.GroupBy(r => r.Kind).OrderBy(g => g.Key))
        {
            table.Add(
                Name(kind.Key), $"{kind.Count()}", TextTable.Cell(Quantiles.At(Milliseconds(kind), 0.5), "0.0"),
                TextTable.Cell(Quantiles.At(Milliseconds(kind), 0.95), "0.0"));
        }

        return table;
    }

    /// <summary>The ideal is only as right as the renderer is about the server's prompts.</summary>
    private static string Mismatch(IReadOnlyList<MeasuredRequest> requests)
    {
        var different = requests.Count(r => r.Prompt != r.Rendered);
        return different == 0
            ? ""
            : $"{different} prompts have another length here than the renderer says, {requests.Max(r => Math.Abs(r.Prompt - r.Rendered))} tokens at most.\n";
    }

    private static string Verdict((string Server, IReadOnlyList<MeasuredRequest> Requests) run)
    {
        var amplification = PrefillSum.Of(run.Requests).Amplification;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{run.Server}: overall amplification {amplification:0.000}, {(amplification <= AcceptedAmplification ? "within" : "above")} {AcceptedAmplification:0.00}\n");
    }

    private ServerTable SideBySide()
    {
        ServerTable table = new([.. Runs.Select(r => r.Server)]);
        var scenarios = Runs.Select(r => ByScenario(r.Requests).ToDictionary(s => s.Name, s => PrefillSum.Of(s.Requests))).ToList();
        foreach (var name in scenarios[0].Keys)
            table.Add($"prefilled, {name}", [.. scenarios.Select(s => (double?)s[name].Prefilled)], "0");
        table.Add("amplification", [.. scenarios.Select(s => s[Everything].Amplification)], "0.000");
        foreach (var kind in Runs[0].Requests.Select(r => r.Kind).Distinct().Order())
        {
            table.Add(
                $"first token p50 ms, {Name(kind)}", [.. Runs.Select(r => Quantiles.At(Milliseconds(r.Requests.Where(q => q.Kind == kind)), 0.5))]);
        }

        return table;
    }
}
