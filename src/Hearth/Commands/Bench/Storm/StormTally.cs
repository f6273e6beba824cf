using Hearth.Commands.Bench.Servers;

namespace Hearth.Commands.Bench.Storm;

/// <summary>What became of some requests. Clients add to it at the same time.</summary>
internal sealed class StormTally
{
    private readonly Lock _lock = new();
    private readonly List<string> _faults = [];

    /// <summary>Whole answers.</summary>
    public int Accepted { get; private set; }

    /// <summary>Refused for want of room, with retry-after.</summary>
    public int Refused { get; private set; }

    /// <summary>Connections that the server ended or broke off before the answer was whole.</summary>
    public int Cut { get; private set; }

    /// <summary>Clients that left before.</summary>
    public int Left { get; private set; }

    /// <summary>Clients that waited longer than any answer may take.</summary>
    public int Unanswered { get; private set; }

    /// <summary>What whole answers break of the promises.</summary>
    public IReadOnlyList<string> Faults
    {
        get
        {
            lock (_lock)
                return [.. _faults];
        }
    }

    public void AddAnswer(HttpAnswer? answer)
    {
        lock (_lock)
        {
            if (answer is null)
                Cut++;
            else if (answer.Fault() is { } fault)
                _faults.Add(fault);
            else if (answer.IsRefusal)
                Refused++;
            else if (answer.Status == 200)
                Accepted++;
            else
                _faults.Add($"an unexpected status {answer.Status}");
        }
    }

    public void AddLeft()
    {
        lock (_lock)
            Left++;
    }

    public void AddUnanswered()
    {
        lock (_lock)
            Unanswered++;
    }

    /// <summary>The promises: nothing cut, nothing without an answer, exactly one terminal event each.</summary>
    public bool IsWhole => Cut == 0 && Unanswered == 0 && Faults.Count == 0;

    public override string ToString() =>
        $"{Accepted} answered, {Refused} refused, {Left} left, {Cut} cut, {Unanswered} without an answer"
        + (Faults is [var first, ..] ? $", {Faults.Count} wrong (first: {first})" : "");
}
