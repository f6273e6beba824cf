using System.Runtime.InteropServices;

namespace Hearth.Engine.Cache;

/// <summary>
/// Saved states by the prefix that they continue. Segments: whole blocks of the grid, and shorter tails where a branch ended; several
/// may start at one place. Checkpoints: states that stand behind the tokens of a part of a block.
/// </summary>
internal sealed class SegmentStore
{
    private readonly Dictionary<(StateKind Kind, UInt128 Chain), List<SavedState>> _byStart = [];

    /// <summary>True when there is nothing to look for.</summary>
    public bool IsEmpty => _byStart.Count == 0;

    /// <summary>The state with this key, or null.</summary>
    public SavedState? Get(StateKey key) =>
        _byStart.TryGetValue((key.Kind, key.Chain), out var states) ? states.Find(s => s.Key.Equals(key)) : null;

    /// <summary>
    /// The segment after this prefix that has most tokens in common with <paramref name="tokens"/>, and how many; of two that have as many,
    /// the one that is in memory.
    /// </summary>
    public (SavedState? Segment, int Tokens) Find(UInt128 chain, ReadOnlySpan<int> tokens, Func<SavedState, bool>? isUsable = null)
    {
        if (!_byStart.TryGetValue((StateKind.Segment, chain), out var segments)) return default;
        (SavedState? Segment, int Tokens) best = default;
        foreach (var segment in segments)
        {
            var common = segment.Key.Tokens.Span.CommonPrefixLength(tokens);
            if (common == 0 || common < best.Tokens || isUsable?.Invoke(segment) == false) continue;
            if (common > best.Tokens || best.Segment!.Data.Length == 0) best = (segment, common);
        }

        return best;
    }

    /// <summary>The checkpoint of this block whose tokens <paramref name="tokens"/> begin with and that stands farthest in, or null.</summary>
    public SavedState? FindCheckpoint(UInt128 chain, ReadOnlySpan<int> tokens, Func<SavedState, bool> isUsable)
    {
        if (!_byStart.TryGetValue((StateKind.Checkpoint, chain), out var checkpoints)) return null;
        SavedState? best = null;
        foreach (var checkpoint in checkpoints)
        {
            if (isUsable(checkpoint) && tokens.StartsWith(checkpoint.Key.Tokens.Span) && !(best?.Key.End >= checkpoint.Key.End)) best = checkpoint;
        }

        return best;
    }

    /// <summary>Adds a state. False when it is there, or when a longer segment begins with it.</summary>
    /// <param name="state">The state.</param>
    /// <param name="besideFiles">True to add it all the same where longer segments are in files only.</param>
    public bool TryAdd(SavedState state, bool besideFiles = false)
    {
        ref var states = ref CollectionsMarshal.GetValueRefOrAddDefault(_byStart, (state.Key.Kind, state.Key.Chain), out _);
        states ??= [];
        var own = state.Key.Tokens.Span;
        foreach (var other in states)
        {
            var tokens = other.Key.Tokens.Span;
            if (tokens.SequenceEqual(own)) return false;
            if (state.Key.Kind == StateKind.Segment && tokens.StartsWith(own) && !(besideFiles && other is { Data.Length: 0, FileBytes: > 0 })) return false;
        }

        states.Add(state);
        return true;
    }

    /// <summary>The shorter segments that this one begins with: nobody needs them once its bytes are where theirs are.</summary>
    public List<SavedState> Superseded(SavedState by) => by.Key.Kind == StateKind.Segment && _byStart.TryGetValue((by.Key.Kind, by.Key.Chain), out var states)
        ? states.FindAll(s => s != by && by.Key.Tokens.Span.StartsWith(s.Key.Tokens.Span))
        : [];

    /// <summary>True when the file of a longer segment begins with this one.</summary>
    public bool IsInLongerFile(SavedState state) => state.Key.Kind == StateKind.Segment && _byStart.TryGetValue((state.Key.Kind, state.Key.Chain), out var states)
        && states.Exists(s => s != state && s.FileBytes > 0 && s.Key.Tokens.Span.StartsWith(state.Key.Tokens.Span));

    /// <summary>Takes a state out.</summary>
    public void Remove(SavedState state)
    {
        var start = (state.Key.Kind, state.Key.Chain);
        if (_byStart.TryGetValue(start, out var states) && states.Remove(state) && states.Count == 0) _byStart.Remove(start);
    }
}
