using System.Runtime.InteropServices;

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
    // Names of the prefixes that end on the grid; kept, because hashing a path anew for every block of it would be quadratic.
    private readonly List<UInt128> _chain = [TokenChain.Root];

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

    /// <summary>The name of the tokens before a block of the grid that begins in the branch; see <see cref="TokenChain"/>.</summary>
    public UInt128 ChainAt(int block)
    {
        Span<int> tokens = stackalloc int[TokenChain.Block];
        for (var next = _chain.Count; next <= block; next++)
        {
            Read((next - 1) * TokenChain.Block, tokens);
            _chain.Add(TokenChain.Extend(_chain[^1], tokens));
        }

        return _chain[block];
    }

    /// <summary>Copies the tokens from a position on.</summary>
    public void Read(int start, Span<int> tokens)
    {
        var end = start + tokens.Length;
        for (var node = Leaf; node.Parent is not null && node.End > start; node = node.Parent)
        {
            if (node.Start >= end) continue;
            var (from, to) = (Math.Max(node.Start, start), Math.Min(node.End, end));
            CollectionsMarshal.AsSpan(node.Tokens)[(from - node.Start)..(to - node.Start)].CopyTo(tokens[(from - start)..]);
        }
    }

    /// <summary>Its tokens from a position on have gone.</summary>
    public void ForgetFrom(int length)
    {
        SavedLength = Math.Min(SavedLength, length);
        var whole = (length / TokenChain.Block) + 1;
        if (_chain.Count > whole) _chain.RemoveRange(whole, _chain.Count - whole);
    }
}
