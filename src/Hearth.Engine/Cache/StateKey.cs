namespace Hearth.Engine.Cache;

/// <summary>What a saved state is of: everything that must be equal before it may be used again. Immutable; any thread may read it.</summary>
/// <param name="Kind">A run of cells, or the state at one position.</param>
/// <param name="Chain">Names all tokens before <paramref name="Start"/>; see <see cref="TokenChain"/>.</param>
/// <param name="Start">Position of the first token, on the grid of <see cref="TokenChain.Block"/>.</param>
/// <param name="Tokens">
/// The tokens from there on, at most a block of them. A segment holds their cells, so it has one at least; a checkpoint stands behind
/// them and has none where it stands on the grid.
/// </param>
internal sealed record StateKey(StateKind Kind, UInt128 Chain, int Start, ReadOnlyMemory<int> Tokens)
{
    /// <summary>Position after the last token.</summary>
    public int End => Start + Tokens.Length;

    /// <summary>Compares the tokens, not where they lie.</summary>
    public bool Equals(StateKey? other) =>
        other is not null && Kind == other.Kind && Chain == other.Chain && Start == other.Start
        && Tokens.Span.SequenceEqual(other.Tokens.Span);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Chain, Start, Tokens.Length);
}

/// <summary>What a saved state holds.</summary>
internal enum StateKind : byte
{
    /// <summary>The cells of a run of tokens, in the layers that keep every position.</summary>
    Segment = 0,

    /// <summary>The recurrent and sliding-window layers of a sequence at one position.</summary>
    Checkpoint = 1,
}
