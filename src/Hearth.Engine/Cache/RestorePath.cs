namespace Hearth.Engine.Cache;

/// <summary>
/// Saved states that continue a request's cells without a gap: segments in order, then the checkpoint that completes them where the
/// memory needs one. Pins them until they are restored or it is given up.
/// </summary>
internal sealed class RestorePath
{
    private readonly IReadOnlyList<SavedState> _states;
    private int _restored;

    /// <summary>Pins the states.</summary>
    /// <param name="states">At least one, in the order in which they are restored.</param>
    /// <param name="end">Tokens that the request holds when all are restored.</param>
    public RestorePath(IReadOnlyList<SavedState> states, int end)
    {
        (_states, End) = (states, end);
        foreach (var state in states) state.Pins++;
    }

    /// <summary>Tokens that the request holds when all is restored.</summary>
    public int End { get; }

    /// <summary>The next one, or null when all are restored.</summary>
    public SavedState? Next => _restored < _states.Count ? _states[_restored] : null;

    /// <summary>Those that are not restored.</summary>
    public IEnumerable<SavedState> Rest => _states.Skip(_restored);

    /// <summary>Until when the next one is waited for while the disk reads it; null while nobody waits.</summary>
    public long? WaitsUntil { get; set; }

    /// <summary>The disk took longer than computing: nobody waits any more, and what is there in time is taken all the same.</summary>
    public bool IsLate { get; set; }

    /// <summary>Where the next one ends, as far as it is needed.</summary>
    public int NextEnd => Math.Min(Next?.Key.End ?? End, End);

    /// <summary>True when the bytes of all that is left are in memory.</summary>
    public bool IsRead => Rest.All(s => s.Data.Length > 0);

    /// <summary>The next one was restored, or is not needed any more.</summary>
    public void Advance() => _states[_restored++].Pins--;

    /// <summary>Passes over what lies before a position, because it was computed meanwhile.</summary>
    public void SkipTo(int position)
    {
        while (Next is { Key.Kind: StateKind.Segment } && NextEnd <= position) Advance();
    }

    /// <summary>The rest is not needed any more.</summary>
    public void GiveUp()
    {
        while (Next is not null) Advance();
    }
}
