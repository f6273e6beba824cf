using System.Runtime.InteropServices;

namespace Hearth.Engine;

/// <summary>
/// Remembers values up to a cost and forgets those that were not used for longest. Thread-safe: request threads share it, and the engine
/// thread never comes here.
/// </summary>
/// <typeparam name="TKey">What names a value.</typeparam>
/// <typeparam name="TValue">A value, which nobody changes.</typeparam>
/// <param name="mostCost">Most cost of all values together, in the unit that <see cref="Set"/> is given.</param>
/// <param name="comparer">When two keys name one value; null for the keys' own equality.</param>
public sealed class BoundedMemo<TKey, TValue>(int mostCost, IEqualityComparer<TKey>? comparer = null)
    where TKey : notnull
    where TValue : class
{
    private readonly Lock _lock = new();
    private readonly IEqualityComparer<TKey> _comparer = comparer ?? EqualityComparer<TKey>.Default;
    private readonly Dictionary<Hashed, LinkedListNode<Entry>> _entries = new(new SameKeys(comparer ?? EqualityComparer<TKey>.Default));
    private readonly LinkedList<Entry> _latestFirst = [];
    private int _cost;

    /// <summary>Cost of all values.</summary>
    public int Cost
    {
        get
        {
            lock (_lock)
                return _cost;
        }
    }

    /// <summary>All values, those that were used last first.</summary>
    public IReadOnlyList<TValue> Values
    {
        get
        {
            lock (_lock)
                return [.. _latestFirst.Select(e => e.Value)];
        }
    }

    /// <summary>The value of a key, or null.</summary>
    public TValue? Find(TKey key)
    {
        Hashed hashed = Hash(key);
        lock (_lock)
        {
            if (!_entries.TryGetValue(hashed, out LinkedListNode<Entry>? entry))
                return null;
            _latestFirst.Remove(entry);
            _latestFirst.AddFirst(entry);
            return entry.Value.Value;
        }
    }

    /// <summary>Remembers a value, instead of what was known for the same key, unless it alone costs more than all may.</summary>
    public void Set(TKey key, TValue value, int cost)
    {
        if (cost > mostCost)
            return;
        Hashed hashed = Hash(key);
        lock (_lock)
        {
            Forget(hashed);
            _entries[hashed] = _latestFirst.AddFirst(new Entry(hashed, value, cost));
            _cost += cost;
            while (_cost > mostCost)
                Forget(_latestFirst.Last!.Value.Key);
        }
    }

    /// <summary>Forgets a value, if there is one of that key.</summary>
    public void Remove(TKey key)
    {
        Hashed hashed = Hash(key);
        lock (_lock)
            Forget(hashed);
    }

    /// <summary>A key can be a whole message, so it is hashed before anybody waits for it.</summary>
    private Hashed Hash(TKey key) => new(key, _comparer.GetHashCode(key));

    private void Forget(Hashed key)
    {
        if (!_entries.Remove(key, out LinkedListNode<Entry>? entry))
            return;
        _latestFirst.Remove(entry);
        _cost -= entry.Value.Cost;
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Entry(Hashed Key, TValue Value, int Cost);

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Hashed(TKey Key, int Hash);

    private sealed class SameKeys(IEqualityComparer<TKey> keys) : IEqualityComparer<Hashed>
    {
        public bool Equals(Hashed x, Hashed y) => x.Hash == y.Hash && keys.Equals(x.Key, y.Key);

        public int GetHashCode(Hashed key) => key.Hash;
    }
}
