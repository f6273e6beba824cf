namespace Hearth.Engine;

/// <summary>
/// Who waits for admission, and who comes before whom: by priority, which waiting raises, then by arrival. Bounded by the engine's queue capacity plus the requests that can be paused.
/// </summary>
/// <param name="ticksPerSecond">Unit of the timestamps.</param>
internal sealed class WaitingLine(long ticksPerSecond)
{
    /// <summary>After so long a request counts as one priority higher, so that a busy conversation cannot starve its background work.</summary>
    private const int SecondsPerPriority = 30;

    private readonly List<Sequence> _waiting = [];
    private long _arrivals;

    /// <summary>How many wait.</summary>
    public int Count => _waiting.Count;

    /// <summary>True when somebody waits for a place rather than for a leader.</summary>
    public bool HasIndependent => _waiting.Exists(s => s.Leader is null);

    /// <summary>Who waits, in the order of the last <see cref="Sort"/>.</summary>
    public Sequence this[Index index] => _waiting[index];

    /// <summary>A request arrives.</summary>
    public void Add(Sequence sequence)
    {
        sequence.Arrival = ++_arrivals;
        _waiting.Add(sequence);
    }

    /// <summary>A paused request comes back, to the place of its arrival.</summary>
    public void Return(Sequence sequence) => _waiting.Add(sequence);

    /// <summary>A request waits no more.</summary>
    public void Remove(Sequence sequence) => _waiting.Remove(sequence);

    /// <summary>Puts the most urgent first.</summary>
    public void Sort(Comparison<Sequence> comparison) => _waiting.Sort(comparison);

    /// <summary>Negative when <paramref name="a"/> is more urgent than <paramref name="b"/>, or as urgent and came before.</summary>
    public int CompareArrival(Sequence a, Sequence b, long now)
    {
        var urgency = Urgency(a, now).CompareTo(Urgency(b, now));
        return urgency != 0 ? urgency : a.Arrival.CompareTo(b.Arrival);
    }

    /// <summary>Negative when <paramref name="a"/> is more urgent than <paramref name="b"/>, or as urgent and has waited longer for a token.</summary>
    public int CompareTurn(Sequence a, Sequence b, long now)
    {
        var urgency = Urgency(a, now).CompareTo(Urgency(b, now));
        return urgency != 0 ? urgency : a.ServedAt.CompareTo(b.ServedAt);
    }

    /// <summary>
    /// Of the running requests, the one that should pause first; null when none is less urgent than <paramref name="than"/>, or when
    /// only one runs.
    /// </summary>
    public Sequence? LeastUrgent(List<Sequence> prefilling, List<Sequence> decoding, long now, Sequence? than)
    {
        Sequence? least = null;
        foreach (var sequence in decoding) Consider(sequence);
        foreach (var sequence in prefilling) Consider(sequence);
        if (than is null) return prefilling.Count + decoding.Count > 1 ? least : null;
        return least is not null && Urgency(least, now) > Urgency(than, now) ? least : null;

        void Consider(Sequence sequence)
        {
            var urgency = least is null ? 1 : Urgency(sequence, now).CompareTo(Urgency(least, now));
            if (urgency > 0 || (urgency == 0 && sequence.Arrival > least!.Arrival)) least = sequence;
        }
    }

    /// <summary>The next position at which somebody who waits for this one goes another way, or <see cref="int.MaxValue"/>.</summary>
    public int NextParting(Sequence leader)
    {
        var next = int.MaxValue;
        foreach (var sequence in _waiting)
        {
            if (sequence.Leader == leader && sequence.SharedWithLeader > leader.Position) next = Math.Min(next, sequence.SharedWithLeader);
        }

        return next;
    }

    // Whoever computes for another is as urgent as the other.
    private int Urgency(Sequence sequence, long now)
    {
        var urgency = Own(sequence);
        foreach (var waiting in _waiting)
        {
            if (waiting.Leader == sequence) urgency = Math.Min(urgency, Own(waiting));
        }

        return urgency;

        int Own(Sequence one) => Math.Max(0, (int)one.Priority - (int)((now - one.SubmittedAt) / (SecondsPerPriority * ticksPerSecond)));
    }
}
