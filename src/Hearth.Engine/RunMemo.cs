namespace Hearth.Engine;

/// <summary>
/// Token ids of text runs; forgets those that were not used for longest. Thread-safe: request threads share it, and the engine thread
/// never comes here.
/// </summary>
/// <typeparam name="TKey">What names a run.</typeparam>
/// <param name="mostCost">Most cost of all runs together, in the unit that <see cref="Set"/> is given.</param>
/// <param name="comparer">When two keys name one run; null for the keys' own equality.</param>
internal sealed class RunMemo<TKey>(int mostCost, IEqualityComparer<TKey>? comparer = null)
    where TKey : notnull
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TKey, LinkedListNode<Run>> _runs = new(comparer);
    private readonly LinkedList<Run> _latestFirst = [];
    private int _cost;

    /// <summary>Cost of all runs.</summary>
    public int Cost
    {
        get
        {
            lock (_lock)
                return _cost;
        }
    }

    /// <summary>The ids of a run, or null. They must not be changed.</summary>
    public int[]? Find(TKey key)
    {
        lock (_lock)
        {
            if (!_runs.TryGetValue(key, out LinkedListNode<Run>? run))
                return null;
            _latestFirst.Remove(run);
            _latestFirst.AddFirst(run);
            return run.Value.Tokens;
        }
    }

    /// <summary>Remembers a run, instead of what was known for the same key, unless it alone costs more than all may.</summary>
    public void Set(TKey key, int[] tokens, int cost)
    {
        if (cost > mostCost)
            return;
        lock (_lock)
        {
            Forget(key);
            _runs[key] = _latestFirst.AddFirst(new Run(key, tokens, cost));
            _cost += cost;
            while (_cost > mostCost)
                Forget(_latestFirst.Last!.Value.Key);
        }
    }

    /// <summary>Forgets a run, if there is one of that key.</summary>
    public void Remove(TKey key)
    {
        lock (_lock)
            Forget(key);
    }

    private void Forget(TKey key)
    {
        if (!_runs.Remove(key, out LinkedListNode<Run>? run))
            return;
        _latestFirst.Remove(run);
        _cost -= run.Value.Cost;
    }

    private readonly record struct Run(TKey Key, int[] Tokens, int Cost);
}
