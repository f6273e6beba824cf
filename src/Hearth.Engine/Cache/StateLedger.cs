namespace Hearth.Engine.Cache;

/// <summary>
/// All saved states within one budget of bytes, the least recently used going first. A state is counted once the decoder has filled it.
/// </summary>
/// <param name="budgetBytes">Most bytes; 0 keeps nothing.</param>
/// <param name="forget">Takes a state that has to go out of wherever it is found.</param>
internal sealed class StateLedger(long budgetBytes, Action<SavedState> forget)
{
    /// <summary>Up to here states are taken before they are needed; the rest of the budget is for what has to leave the cells.</summary>
    private const double RoomShare = 0.75;

    private readonly LinkedList<SavedState> _byUse = [];
    private readonly List<SavedState> _unsettled = [];
    private bool _hasFailed;

    /// <summary>Bytes held.</summary>
    public long Bytes { get; private set; }

    /// <summary>False when nothing may be saved at all.</summary>
    public bool IsOpen => budgetBytes > 0;

    /// <summary>True while states may be taken before they are needed: they push nothing out, and taking them has not failed.</summary>
    public bool HasRoom => !_hasFailed && Bytes < budgetBytes * RoomShare;

    /// <summary>A state that the decoder will fill in its next step.</summary>
    public void Add(SavedState state)
    {
        state.Place = _byUse.AddLast(state);
        _unsettled.Add(state);
    }

    /// <summary>The state was used.</summary>
    public void Touch(SavedState state)
    {
        if (state.Place is not { } place) return;
        _byUse.Remove(place);
        _byUse.AddLast(place);
    }

    /// <summary>Counts what the decoder has filled, and frees what is over budget.</summary>
    public void Settle()
    {
        if (_unsettled.Count == 0) return;
        for (var i = _unsettled.Count - 1; i >= 0; i--)
        {
            var state = _unsettled[i];
            state.CountedBytes = state.Data.Length;
            Bytes += state.CountedBytes;
            if (state.Data.Length > 0) continue;
            _hasFailed = true;
            Drop(state);
        }

        _unsettled.Clear();
        while (Bytes > budgetBytes && _byUse.First is { } oldest) Drop(oldest.Value);
    }

    /// <summary>Takes everything out.</summary>
    public void Clear()
    {
        while (_byUse.First is { } oldest) Drop(oldest.Value);
    }

    /// <summary>Takes a state out; harmless when it is not there.</summary>
    public void Drop(SavedState state)
    {
        if (state.Place is not { } place) return;
        _byUse.Remove(place);
        _unsettled.Remove(state);
        state.Place = null;
        Bytes -= state.CountedBytes;
        (state.CountedBytes, state.Data) = (0, []);
        forget(state);
    }
}
