using Hearth.Llama;

namespace Hearth.Engine.Cache;

/// <summary>
/// The bytes of saved states in memory, within one budget, the least recently used going first. A state is counted once its bytes are
/// there. Pinned states stay whatever the budget says: who pins them bounds them.
/// </summary>
/// <param name="budgetBytes">Most bytes; 0 keeps only what is pinned.</param>
/// <param name="forget">Hears that a state's bytes have left the memory.</param>
internal sealed class StateLedger(long budgetBytes, Action<SavedState> forget)
{
    /// <summary>Up to here states are taken before they are needed; the rest of the budget is for what has to leave the cells.</summary>
    private const double RoomShare = 0.75;

    private readonly LinkedList<SavedState> _byUse = [];

    /// <summary>Bytes held.</summary>
    public long Bytes { get; private set; }

    /// <summary>False when nothing is kept in memory.</summary>
    public bool IsOpen => budgetBytes > 0;

    /// <summary>True while states may be taken before they are needed, because they push nothing out.</summary>
    public bool HasRoom => Bytes < budgetBytes * RoomShare;

    /// <summary>A state whose bytes are there now.</summary>
    public void Add(SavedState state)
    {
        Uncount(state);
        state.Place = _byUse.AddLast(state);
        state.CountedBytes = state.Data.Length;
        Bytes += state.CountedBytes;
    }

    /// <summary>The state was used.</summary>
    public void Touch(SavedState state)
    {
        if (state.Place is not { } place) return;
        _byUse.Remove(place);
        _byUse.AddLast(place);
    }

    /// <summary>Lets go of what is over budget.</summary>
    public void Limit()
    {
        for (var place = _byUse.First; place is not null && Bytes > budgetBytes;)
        {
            var next = place.Next;
            if (place.Value.Pins == 0) Drop(place.Value);
            place = next;
        }
    }

    /// <summary>Lets go of everything that is not pinned.</summary>
    public void Clear()
    {
        foreach (var state in _byUse.ToArray())
        {
            if (state.Pins == 0) Drop(state);
        }
    }

    /// <summary>Lets go of everything, because nobody is left who pins it.</summary>
    public void Close()
    {
        foreach (var state in _byUse.ToArray()) Drop(state);
    }

    /// <summary>Lets go of a state's bytes, which go back to the system; harmless when they are not there.</summary>
    public void Drop(SavedState state)
    {
        if (!Uncount(state)) return;
        state.Data = NativeBytes.Empty;
        forget(state);
    }

    private bool Uncount(SavedState state)
    {
        if (state.Place is not { } place) return false;
        _byUse.Remove(place);
        Bytes -= state.CountedBytes;
        (state.Place, state.CountedBytes) = (null, 0);
        return true;
    }
}
