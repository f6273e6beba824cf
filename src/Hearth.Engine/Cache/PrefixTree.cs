using System.Runtime.InteropServices;

namespace Hearth.Engine.Cache;

/// <summary>
/// Which tokens lie in the KV cells, and which sequence ids hold them. Pure bookkeeping; every change has its counterpart in a
/// <see cref="KvOperation"/> that the caller plans.
/// </summary>
/// <remarks>
/// Invariants: <see cref="UsedCells"/> is the number of tokens in all nodes, <see cref="LeasedCells"/> that of nodes with a leased
/// branch; every node but the root has a branch; a branch ends at a node's end.
/// </remarks>
internal sealed class PrefixTree
{
    private readonly PrefixNode _root = new(parent: null, start: 0);
    private readonly List<Branch> _branches = [];

    /// <summary>Every branch.</summary>
    public IReadOnlyList<Branch> Branches => _branches;

    /// <summary>KV cells that hold something.</summary>
    public int UsedCells { get; private set; }

    /// <summary>KV cells that a running request needs.</summary>
    public int LeasedCells { get; private set; }

    /// <summary>The longest prefix of <paramref name="tokens"/> that lies in cells. Changes nothing.</summary>
    public PrefixMatch Match(ReadOnlySpan<int> tokens) => Match(_root, tokens);

    /// <summary>A new branch that holds nothing.</summary>
    public Branch Add(int sequenceId) => Attach(new Branch(sequenceId, _root));

    /// <summary>A new branch over the first <paramref name="length"/> tokens of the path that ends in <paramref name="node"/>.</summary>
    public Branch Fork(int sequenceId, PrefixNode node, int length) =>
        Attach(new Branch(sequenceId, length == node.End ? node : Split(node, length)));

    /// <summary>Tokens were computed at the branch's end.</summary>
    public void Append(Branch branch, ReadOnlySpan<int> tokens)
    {
        var leaf = branch.Leaf;
        if (leaf.Parent is null || leaf.Branches > 1)
        {
            var child = new PrefixNode(leaf, leaf.End)
            {
                Branches = 1,
                Leases = branch.Holder is null ? 0 : 1,
                LastUsed = leaf.LastUsed,
                Uses = 1,
            };
            leaf.Children.Add(child);
            MoveEnd(branch, child);
            leaf = child;
        }

        leaf.Tokens.AddRange(tokens);
        Count(leaf, tokens.Length);
    }

    /// <summary>The branch keeps only its first <paramref name="length"/> tokens.</summary>
    public void Trim(Branch branch, int length)
    {
        branch.ForgetFrom(length);
        while (branch.Leaf is { Parent: { } parent } last && last.Start >= length)
        {
            MoveEnd(branch, parent);
            Leave(last, branch.Holder is not null);
        }

        var leaf = branch.Leaf;
        if (leaf.End == length) return;
        if (leaf.Branches > 1)
        {
            MoveEnd(branch, Split(leaf, length));
            Leave(leaf, branch.Holder is not null);
            return;
        }

        Count(leaf, length - leaf.End);
        leaf.Tokens.RemoveRange(length - leaf.Start, leaf.End - length);
    }

    /// <summary>The branch goes, and every cell that nobody else holds.</summary>
    public void Remove(Branch branch)
    {
        branch.Leaf.Ends.Remove(branch);
        _branches.Remove(branch);
        for (var node = branch.Leaf; node.Parent is not null;)
        {
            var parent = node.Parent;
            Leave(node, branch.Holder is not null);
            node = parent;
        }
    }

    /// <summary>A request computes on the branch from now on: its cells stay.</summary>
    public void Lease(Branch branch, Sequence holder)
    {
        branch.Holder = holder;
        for (var node = branch.Leaf; node.Parent is not null; node = node.Parent)
        {
            if (node.Leases++ == 0) LeasedCells += node.Tokens.Count;
        }
    }

    /// <summary>Nobody computes on the branch any more.</summary>
    public void Unlease(Branch branch)
    {
        branch.Holder = null;
        for (var node = branch.Leaf; node.Parent is not null; node = node.Parent)
        {
            if (--node.Leases == 0) LeasedCells -= node.Tokens.Count;
        }
    }

    /// <summary>A branch that holds all cells of this node; not one that was forked there only now, where there is another.</summary>
    public static Branch HolderOf(PrefixNode node)
    {
        while (node.Children.Count > 0) node = node.Children[0];
        return node.Ends[0];
    }

    /// <summary>Everything is counted again; a difference is a fault.</summary>
    public void CheckIntegrity()
    {
        var (used, leased) = (0, 0);
        var pending = new Stack<PrefixNode>(_root.Children);
        while (pending.TryPop(out var node))
        {
            used += node.Tokens.Count;
            if (node.Leases > 0) leased += node.Tokens.Count;
            var branches = node.Ends.Count + node.Children.Sum(c => c.Branches);
            if (node.Tokens.Count == 0 || node.Branches == 0 || node.Branches != branches || node.Start != node.Parent!.End)
                throw new InvalidOperationException($"A run of {node.Tokens.Count} cells at {node.Start} is held {branches} times, not {node.Branches}.");
            foreach (var child in node.Children) pending.Push(child);
        }

        if ((used, leased) != (UsedCells, LeasedCells))
            throw new InvalidOperationException($"{used} cells are used and {leased} leased, not {UsedCells} and {LeasedCells}.");
    }

    private static PrefixMatch Match(PrefixNode node, ReadOnlySpan<int> tokens)
    {
        var best = new PrefixMatch(node, node.End);
        if (tokens.IsEmpty) return best;
        foreach (var child in node.Children)
        {
            var run = CollectionsMarshal.AsSpan(child.Tokens);
            if (run[0] != tokens[0]) continue;
            var common = run.CommonPrefixLength(tokens);
            var match = common == run.Length ? Match(child, tokens[common..]) : new PrefixMatch(child, child.Start + common);
            if (match.Length > best.Length) best = match;
        }

        return best;
    }

    private Branch Attach(Branch branch)
    {
        _branches.Add(branch);
        branch.Leaf.Ends.Add(branch);
        for (var node = branch.Leaf; node.Parent is not null; node = node.Parent) node.Branches++;
        return branch;
    }

    // The upper part is a new node, so that branches that end in the lower one still do.
    private PrefixNode Split(PrefixNode node, int at)
    {
        var upper = new PrefixNode(node.Parent, node.Start)
        {
            Branches = node.Branches,
            Leases = node.Leases,
            LastUsed = node.LastUsed,
            Uses = node.Uses,
        };
        upper.Tokens.AddRange(CollectionsMarshal.AsSpan(node.Tokens)[..(at - node.Start)]);
        upper.Children.Add(node);
        node.Parent!.Children[node.Parent.Children.IndexOf(node)] = upper;
        node.Tokens.RemoveRange(0, at - node.Start);
        (node.Start, node.Parent) = (at, upper);
        return upper;
    }

    private void Leave(PrefixNode node, bool isLeased)
    {
        node.Branches--;
        if (isLeased && --node.Leases == 0) LeasedCells -= node.Tokens.Count;
        if (node.Branches > 0) return;
        UsedCells -= node.Tokens.Count;
        node.Parent!.Children.Remove(node);
    }

    private void Count(PrefixNode node, int tokens)
    {
        UsedCells += tokens;
        if (node.Leases > 0) LeasedCells += tokens;
    }

    private static void MoveEnd(Branch branch, PrefixNode to)
    {
        branch.Leaf.Ends.Remove(branch);
        branch.Leaf = to;
        to.Ends.Add(branch);
    }
}

/// <summary>How far a prompt lies in cells: the run in which it ends, and the tokens in common with that run's path.</summary>
internal readonly record struct PrefixMatch(PrefixNode Node, int Length);
