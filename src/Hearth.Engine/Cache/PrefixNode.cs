namespace Hearth.Engine.Cache;

/// <summary>
/// A run of KV cells that hold consecutive tokens of one history. Its path from the root spells the whole prefix. Two nodes may spell the
/// same tokens when two sequences computed them apart: a node is cells, not text.
/// </summary>
/// <param name="parent">The run before this one; null for the root.</param>
/// <param name="start">Position of the first token.</param>
internal sealed class PrefixNode(PrefixNode? parent, int start)
{
    /// <summary>The run before this one; null for the root.</summary>
    public PrefixNode? Parent { get; set; } = parent;

    /// <summary>Position of the first token.</summary>
    public int Start { get; set; } = start;

    /// <summary>The tokens; empty for the root only.</summary>
    public List<int> Tokens { get; } = [];

    /// <summary>The runs that continue this one.</summary>
    public List<PrefixNode> Children { get; } = [];

    /// <summary>The branches that end here.</summary>
    public List<Branch> Ends { get; } = [];

    /// <summary>Number of branches that hold these cells.</summary>
    public int Branches { get; set; }

    /// <summary>How many of them are leased.</summary>
    public int Leases { get; set; }

    /// <summary>When a request last used it.</summary>
    public long LastUsed { get; set; }

    /// <summary>How many requests have used it.</summary>
    public int Uses { get; set; }

    /// <summary>Position after the last token.</summary>
    public int End => Start + Tokens.Count;
}

/// <summary>A sequence id and the cells it holds, from the root to the end of <see cref="Leaf"/>. Leased by a request, or parked.</summary>
/// <param name="sequenceId">The id in the KV cache.</param>
/// <param name="leaf">The last run.</param>
internal sealed class Branch(int sequenceId, PrefixNode leaf)
{
    /// <summary>The id in the KV cache.</summary>
    public int SequenceId { get; } = sequenceId;

    /// <summary>The last run of the path; the branch ends at its end.</summary>
    public PrefixNode Leaf { get; set; } = leaf;

    /// <summary>The request that computes on it, or null: parked.</summary>
    public Sequence? Holder { get; set; }

    /// <summary>The session of its last request.</summary>
    public string? Session { get; set; }

    /// <summary>The priority of its last request.</summary>
    public RequestPriority Priority { get; set; }

    /// <summary>Up to here it was found saved; it may have been forgotten since.</summary>
    public int SavedLength { get; set; }

    /// <summary>Its length when the state at its end was last kept, or could not be.</summary>
    public int KeptEnd { get; set; }

    /// <summary>Its cells come back, and the checkpoint that completes them has not: nobody can continue it.</summary>
    public bool IsIncomplete { get; set; }

    /// <summary>Tokens that it holds.</summary>
    public int Length => Leaf.End;
}
