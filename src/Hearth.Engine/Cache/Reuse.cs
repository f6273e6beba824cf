using System.Runtime.InteropServices;

namespace Hearth.Engine.Cache;

/// <summary>What a prompt can continue: cells, and what was saved of the tokens after them.</summary>
/// <param name="Node">The run that ends at, or holds, the last reused token; null when no cells are reused.</param>
/// <param name="Length">Tokens reused in cells.</param>
/// <param name="Source">A branch that holds them.</param>
/// <param name="TakesOver">The request continues the source itself, so that nothing is copied.</param>
internal readonly record struct Reuse(PrefixNode? Node, int Length, Branch? Source, bool TakesOver)
{
    /// <summary>Nothing is reused.</summary>
    public static Reuse Nothing => default;

    /// <summary>Saved states that continue the cells, in order; null when there are none.</summary>
    public IReadOnlyList<SavedState>? Saved { get; init; }

    /// <summary>A state that only a file holds and that is computed instead, because reading it seems to take longer; null when there is none.</summary>
    public SavedState? Unread { get; init; }

    /// <summary>Tokens that are not computed again, once everything saved is restored.</summary>
    public int End { get; init; } = Length;

    /// <summary>How far the prompt lies in cells, whether or not it can be continued there.</summary>
    public PrefixMatch Shared { get; init; }

    /// <summary>What cells alone let a prompt continue, by kind of memory. Changes nothing.</summary>
    /// <param name="match">How far the prompt lies in cells.</param>
    /// <param name="memory">What the model's memory allows.</param>
    /// <param name="holdsWindow">Whether a sequence id holds the window before a position; asked only of sliding-window memory.</param>
    public static Reuse OfCells(PrefixMatch match, MemoryKind memory, Func<int, int, bool> holdsWindow)
    {
        var found = memory switch
        {
            MemoryKind.Full => Inside(match.Node, match.Length),
            MemoryKind.SlidingWindow => WithWindow(match, holdsWindow),
            MemoryKind.Recurrent => AtEnd(match),
            _ => AtParkedEnd(match),
        };
        return found with { Shared = match };
    }

    /// <summary>The first tokens of a match in cells, to be completed by a checkpoint.</summary>
    public static Reuse Incomplete(PrefixMatch match, int length)
    {
        if (length == 0) return Nothing with { Shared = match };
        var node = match.Node;
        while (node.Start >= length) node = node.Parent!;
        return new Reuse(node, length, PrefixTree.HolderOf(node), TakesOver: false) { Shared = match };
    }

    /// <summary>Who computed the cells, seen from a request of this session. Asked before it leases them.</summary>
    public PrefixSource SourceFor(string? session)
    {
        if (Source is not { } source) return PrefixSource.None;
        if (source.Holder is not null) return PrefixSource.InFlight;
        return source.Session is { } known && known == session ? PrefixSource.SameSession : PrefixSource.OtherSession;
    }

    /// <summary>What follows in cells where the prompt parts from them, and whether it lies in a branch of <paramref name="session"/> too.</summary>
    public (int[] Tokens, bool AreOfSession) PartedTokens(string? session)
    {
        var parted = new List<int>();
        var (node, from) = (Shared.Node, Shared.Length);
        while (parted.Count < PrefixReport.MostPartedTokens)
        {
            if (from == node.End)
            {
                if (node.Children.Count == 0) break;
                node = node.Children[^1];
            }

            var run = CollectionsMarshal.AsSpan(node.Tokens)[(from - node.Start)..];
            parted.AddRange(run[..Math.Min(run.Length, PrefixReport.MostPartedTokens - parted.Count)]);
            from = node.End;
        }

        return parted.Count == 0 ? ([], false) : ([.. parted], session is not null && IsHeldBy(session, node));
    }

    private static bool IsHeldBy(string session, PrefixNode node)
    {
        var pending = new Stack<PrefixNode>([node]);
        while (pending.TryPop(out var below))
        {
            if (below.Ends.Exists(b => b.Session == session)) return true;
            foreach (var child in below.Children) pending.Push(child);
        }

        return false;
    }

    private static Reuse Inside(PrefixNode node, int length)
    {
        if (length == 0) return Reuse.Nothing;
        var parked = length == node.End ? node.Ends.Find(b => b.Holder is null) : null;
        return new Reuse(node, length, parked ?? PrefixTree.HolderOf(node), TakesOver: parked is not null);
    }

    private static Reuse AtParkedEnd(PrefixMatch match)
    {
        for (var node = match.Node; node?.Parent is not null; node = node.Parent)
        {
            if (node.End <= match.Length && node.Ends.Find(b => b.Holder is null) is { } parked)
                return new Reuse(node, node.End, parked, TakesOver: true);
        }

        return Reuse.Nothing;
    }

    // A sequence's own state is that of its end, and then nothing is copied but by those who come while somebody computes there.
    private static Reuse AtEnd(PrefixMatch match)
    {
        for (var node = match.Node; node?.Parent is not null; node = node.Parent)
        {
            if (node.End > match.Length || node.Ends.Find(b => !b.IsIncomplete) is not { } complete) continue;
            var parked = node.Ends.Find(b => b is { Holder: null, IsIncomplete: false });
            return new Reuse(node, node.End, parked ?? complete, TakesOver: parked is not null);
        }

        return Nothing;
    }

    // The library overwrites cells behind the window of the one sequence that holds them, and does not tell.
    private static Reuse WithWindow(PrefixMatch match, Func<int, int, bool> holdsWindow)
    {
        for (var node = match.Node; node?.Parent is not null; node = node.Parent)
        {
            // A second holder keeps the window behind this point from being overwritten, so the old branch stays where it is.
            var reuse = Inside(node, Math.Min(node.End, match.Length)) with { TakesOver = false };
            if (holdsWindow(reuse.Source!.SequenceId, reuse.Length)) return reuse;
        }

        return Reuse.Nothing;
    }
}
