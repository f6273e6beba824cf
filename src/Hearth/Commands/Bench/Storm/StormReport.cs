using Hearth.Commands.Bench.Servers;

namespace Hearth.Commands.Bench.Storm;

/// <summary>What a storm showed, line by line, and which promises it broke.</summary>
internal sealed class StormReport(StormPlan plan)
{
    /// <summary>Descriptors that come and go by themselves: files of the cache, timers, a connection that is just closing.</summary>
    private const int SpareDescriptors = 16;

    private readonly TextTable _table = new("", "", "promised", "seen");

    /// <summary>What did not hold.</summary>
    public List<string> Broken { get; } = [];

    public void AddTally(string what, StormTally tally) => Add(what, tally.ToString(), "nothing cut, one terminal event each", tally.IsWhole);

    public void AddRest(string what, double? seconds, EngineBooks? books) => Add(
        $"{what}: to rest, s",
        books is null ? "not told" : TextTable.Cell(seconds, "0.00") ?? $"never: {books}",
        $"at most {TextTable.Cell(plan.RestSeconds, "0.0")}",
        books is null || seconds <= plan.RestSeconds);

    /// <param name="what">Which requests.</param>
    /// <param name="idle">First tokens of an idle server.</param>
    /// <param name="next">First tokens of the requests right after storms; null where there was none.</param>
    public void AddFirstTokens(string what, IReadOnlyList<double?> idle, IReadOnlyList<double?> next)
    {
        var (before, after) = (Median(idle), Median(next));
        var ratio = ServerTable.Ratio(before, after);
        _table.Add("first token on an idle server, median, ms", "", "", TextTable.Cell(before, "0.0"));
        _table.Add($"{what}, median, ms", "", "", TextTable.Cell(after, "0.0"));
        Add(
            $"{what} / idle", TextTable.Cell(ratio, "0.00") ?? "no answer", $"at most {TextTable.Cell(plan.Slowdown, "0.0")}", ratio <= plan.Slowdown);
    }

    public void AddVitals(ProcessVitals? before, ProcessVitals? after)
    {
        if (before is null || after is null)
            return;
        _table.Add(
            "resident memory, MB", "", "", $"{TextTable.Cell(before.ResidentMegabytes, "0")} before, {TextTable.Cell(after.ResidentMegabytes, "0")} after");
        if (before.Descriptors is { } open && after.Descriptors is { } left)
            Add("descriptors", $"{open} before, {left} after", $"at most {open + SpareDescriptors}", left <= open + SpareDescriptors);
    }

    public override string ToString() => _table.ToString();

    private void Add(string what, string seen, string promised, bool holds)
    {
        _table.Add(what, holds ? "holds" : "BROKEN", promised, seen);
        if (!holds)
            Broken.Add(what);
    }

    /// <summary>Null where any of them is missing: a request without an answer is slower than all others.</summary>
    private static double? Median(IReadOnlyList<double?> numbers) =>
        numbers.Contains(null) ? null : Quantiles.At(numbers.Select(n => n!.Value), 0.5);
}
