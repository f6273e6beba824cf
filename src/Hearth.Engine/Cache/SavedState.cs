namespace Hearth.Engine.Cache;

/// <summary>
/// Bytes that the library wrote of a sequence, kept outside the KV cells. Planned by the scheduler, filled by the decoder when it runs
/// the operation; owned by the engine thread.
/// </summary>
internal abstract class SavedState
{
    /// <summary>What the library wrote; empty until then, and for good when it could not.</summary>
    public byte[] Data { get; set; } = [];

    /// <summary>Its place in the order of use.</summary>
    public LinkedListNode<SavedState>? Place { get; set; }

    /// <summary>Bytes that the ledger has counted.</summary>
    public long CountedBytes { get; set; }
}

/// <summary>The KV cells of a run of tokens, with everything that must be equal before they may be used again.</summary>
/// <param name="chain">Names all tokens before <paramref name="start"/>.</param>
/// <param name="start">Position of the first token, on the grid of <see cref="TokenChain.Block"/>.</param>
/// <param name="tokens">The tokens, at most a block of them.</param>
internal sealed class Segment(UInt128 chain, int start, int[] tokens) : SavedState
{
    /// <summary>Names all tokens before this segment.</summary>
    public UInt128 Chain { get; } = chain;

    /// <summary>Position of the first token.</summary>
    public int Start { get; } = start;

    /// <summary>The tokens.</summary>
    public ReadOnlySpan<int> Tokens => tokens;
}

/// <summary>The recurrent and windowed layers of a sequence at one position; together with the other layers' cells it is complete.</summary>
/// <param name="node">The run of tokens that it stands in.</param>
/// <param name="position">Number of tokens before it.</param>
internal sealed class Checkpoint(PrefixNode node, int position) : SavedState
{
    /// <summary>The run of tokens that it stands in; changes when the run is cut.</summary>
    public PrefixNode Node { get; set; } = node;

    /// <summary>Number of tokens before it.</summary>
    public int Position { get; } = position;
}
