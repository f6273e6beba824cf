using Hearth.Commands.Bench.Servers;

namespace Hearth.Commands.Bench.Fuzz;

/// <summary>What became of all requests. Clients add to it at the same time.</summary>
internal sealed class FuzzTally(Func<ProcessVitals?> vitals, int total)
{
    /// <summary>Moments at which the server's memory is looked at.</summary>
    private const int Looks = 100;

    /// <summary>Faults are told apart by their beginning.</summary>
    private const int FaultChars = 100;

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, int> _statuses = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (int Count, int First)> _faults = [];
    private readonly List<double> _resident = [];
    private int _done;

    /// <summary>The lowest number of a request that broke a promise, or null.</summary>
    public int? FirstFault { get; private set; }

    public TimeSpan Slowest { get; private set; }

    private int SlowestIndex { get; set; }

    /// <summary>
    /// Megabytes that the least memory of the last quarter is above that of the second: the first one fills caches, and in between the
    /// collector comes and goes. Null where the server's memory is not known or was looked at too rarely.
    /// </summary>
    public double? Growth
    {
        get
        {
            var quarter = _resident.Count / 4;
            return quarter == 0 ? null : _resident.TakeLast(quarter).Min() - _resident.Skip(quarter).Take(quarter).Min();
        }
    }

    /// <summary>True when it was one of the tenths of all.</summary>
    public bool Add(FuzzCase item, FuzzOutcome outcome)
    {
        lock (_lock)
        {
            var key = $"{item.Path} {outcome.Status?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "none"}";
            _statuses[key] = _statuses.GetValueOrDefault(key) + 1;
            if (outcome.Took > Slowest)
                (Slowest, SlowestIndex) = (outcome.Took, item.Index);
            if (outcome.Fault is { } fault)
                Note(fault.Length > FaultChars ? fault[..FaultChars] : fault, item.Index);
            _done++;
            if (_done % Math.Max(1, total / Looks) == 0 && vitals() is { } now)
                _resident.Add(now.ResidentMegabytes);
            return _done % Math.Max(1, total / 10) == 0;
        }
    }

    public override string ToString()
    {
        TextTable table = new("endpoint and status", "answers");
        foreach (var (status, count) in _statuses)
            table.Add(status, $"{count}");
        table.Add($"slowest, s (number {SlowestIndex})", TextTable.Cell(Slowest.TotalSeconds, "0.00"));
        if (_resident is [var first, ..])
            table.Add("resident memory, first and last, MB", $"{TextTable.Cell(first, "0")} {TextTable.Cell(_resident[^1], "0")}");
        table.Add("growth from the second to the last quarter, MB", TextTable.Cell(Growth, "0"));
        foreach (var (fault, (count, at)) in _faults.OrderByDescending(f => f.Value.Count))
            table.Add($"FAULT (first: number {at}): {fault}", $"{count}");
        return table.ToString();
    }

    private void Note(string fault, int index)
    {
        var (count, first) = _faults.GetValueOrDefault(fault, (0, index));
        _faults[fault] = (count + 1, Math.Min(first, index));
        FirstFault = Math.Min(FirstFault ?? index, index);
    }
}
