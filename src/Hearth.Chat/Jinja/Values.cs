using System.Numerics;

namespace Hearth.Chat.Jinja;

// A value is: null (None), Undefined, bool, long (BigInteger beyond it), double, OriginString, JinjaList, JinjaDict, JinjaGenerator, JinjaNamespace,
// LoopState or JinjaFunction.

/// <summary>What a name without a value is. Printing it gives nothing; using it is an error that names it.</summary>
internal sealed record Undefined(string Message, string Kind = "UndefinedError")
{
    public static Undefined Name(string name) => new($"'{name}' is undefined");

    public JinjaException Error() => new(Kind, Message);
}

/// <summary>A list or a tuple.</summary>
public sealed class JinjaList
{
    private const string RangeName = "range";

    internal JinjaList(List<object?> items, bool isTuple = false) => (Items, IsTuple) = (items, isTuple);

    private JinjaList(List<object?> items, string view, string? repr = null) => (Items, View, Repr) = (items, view, repr);

    /// <summary>A list of values.</summary>
    public JinjaList(IEnumerable<object?> items)
        : this([.. items])
    {
    }

    internal List<object?> Items { get; }

    internal bool IsTuple { get; }

    /// <summary>
    /// Python's type name of what is iterated like a list without being one: a range, and what a mapping's <c>keys</c>, <c>values</c> and
    /// <c>items</c> give.
    /// </summary>
    internal string? View { get; }

    /// <summary>How a range is printed.</summary>
    internal string? Repr { get; }

    /// <summary>Items can be taken by index: of everything but a mapping's views.</summary>
    internal bool IsIndexable => View is null or RangeName;

    /// <summary>The names that a tuple's items can be read by, as those of <c>groupby</c>.</summary>
    internal string[]? Fields { get; init; }

    internal static JinjaList Range(long start, long stop, long step)
    {
        long count = Math.Max(0, (stop - start + step - Math.Sign(step)) / step);
        List<object?> items = new((int)count);
        for (long i = 0; i < count; i++)
            items.Add(start + (i * step));
        return new JinjaList(items, RangeName, step == 1 ? $"range({start}, {stop})" : $"range({start}, {stop}, {step})") { Start = start, Stop = stop, Step = step };
    }

    /// <summary>A range's first item, or where it would be.</summary>
    internal long Start { get; private init; }

    /// <summary>Where a range ends, before it.</summary>
    internal long Stop { get; private init; }

    /// <summary>The distance of a range's items.</summary>
    internal long Step { get; private init; }

    internal static JinjaList ViewOf(string name, IEnumerable<object?> items) => new([.. items], name);

    internal static JinjaList Tuple(params List<object?> items) => new(items, isTuple: true);
}

/// <summary>A mapping that keeps the order of insertion.</summary>
public sealed class JinjaDict
{
    /// <summary>Tuples as keys are pairs or triples; this bounds the work of finding one.</summary>
    private const int MostKeyParts = 100;

    private readonly Dictionary<object, int> _index = new(KeyComparer.Instance);
    private readonly List<KeyValuePair<object?, object?>> _entries = [];

    /// <summary>Number of entries.</summary>
    public int Count => _entries.Count;

    /// <summary>Remembers its JSON, because it is rendered again and again. Nothing in it may change then.</summary>
    internal bool KeepsJson { get; init; }

    /// <summary>What it was last written as, where it <see cref="KeepsJson"/>; threads that write it at once write the same.</summary>
    internal KeptJson? Json { get; set; }

    internal IReadOnlyList<KeyValuePair<object?, object?>> Entries => _entries;

    /// <summary>Sets a text key from outside to a value that templates understand.</summary>
    public JinjaDict Set(string key, object? value) => Set(OriginString.Untrusted(key), value);

    internal JinjaDict Set(object? key, object? value)
    {
        CheckHashable(key);
        object wrapped = Wrap(key);
        if (_index.TryGetValue(wrapped, out int index))
        {
            _entries[index] = new(_entries[index].Key, value);
            return this;
        }

        _index.Add(wrapped, _entries.Count);
        _entries.Add(new(key, value));
        return this;
    }

    internal bool TryGet(object? key, out object? value) => TryGet(_index.TryGetValue(Wrap(key), out int index), index, out value);

    internal bool TryGet(string key, out object? value) =>
        TryGet(_index.GetAlternateLookup<string>().TryGetValue(key, out int index), index, out value);

    private bool TryGet(bool isFound, int index, out object? value)
    {
        value = isFound ? _entries[index].Value : null;
        return isFound;
    }

    /// <summary>The value of a key, if there is one; asking for a key that cannot be is an error.</summary>
    internal bool TryGetHashable(object? key, out object? value, RenderState state)
    {
        CheckHashable(key);
        state.Read(key);
        return TryGet(key, out value);
    }

    internal static void CheckHashable(object? key)
    {
        if (key is JinjaList { IsTuple: false, View: not "range" } or JinjaDict)
            throw JinjaException.Type($"unhashable type: '{Python.TypeName(key)}'");
    }

    private static object Wrap(object? key)
    {
        if (key is JinjaList && CountParts(key) > MostKeyParts)
            throw JinjaException.Limit($"a mapping's key has more than {MostKeyParts} parts");
        return key ?? KeyComparer.None;
    }

    private static int CountParts(object? key)
    {
        int count = 1;
        if (key is JinjaList { Items: var items })
        {
            for (int i = 0; i < items.Count && count <= MostKeyParts; i++)
                count += CountParts(items[i]);
        }

        return count;
    }

    /// <summary>Keys are equal as Python's are: 1, 1.0 and True are one key.</summary>
    private sealed class KeyComparer : IEqualityComparer<object>, IAlternateEqualityComparer<string, object>
    {
        public static readonly KeyComparer Instance = new();
        public static readonly object None = new();

        public new bool Equals(object? x, object? y) => ReferenceEquals(x, y) || Operators.AreEqual(x, y);

        public bool Equals(string alternate, object other) => other is OriginString text && text.Text == alternate;

        public int GetHashCode(string alternate) => alternate.GetHashCode(StringComparison.Ordinal);

        public object Create(string alternate) => OriginString.Trusted(alternate);

        public int GetHashCode(object key) => key switch
        {
            OriginString text => text.GetHashCode(),
            _ when Operators.IsNumber(key) => HashOfNumber(key),
            JinjaList list => list.Items.Aggregate(list.Items.Count, (hash, item) => HashCode.Combine(hash, item is null ? 0 : GetHashCode(item))),
            // All of them are equal.
            Undefined => 0,
            _ => key.GetHashCode(),
        };

        /// <summary>The same for a whole number of any type, and nothing that a template could make equal for many numbers.</summary>
        private static int HashOfNumber(object number) => number switch
        {
            double real when double.IsInteger(real) => HashOfNumber(Arithmetic.Normal(new BigInteger(real))),
            double real => HashOfBits(BitConverter.DoubleToInt64Bits(real)),
            BigInteger => number.GetHashCode(),
            _ => HashOfBits(Operators.ToLong(number)),
        };

        private static int HashOfBits(long bits) => HashCode.Combine((int)bits, (int)(bits >> 32));
    }
}

/// <summary>A lazy sequence, as Python's filters make them: it can be iterated once, and has no length.</summary>
internal sealed class JinjaGenerator(IEnumerable<object?> items, RenderState state)
{
    private readonly IEnumerator<object?> _rest = items.GetEnumerator();

    /// <summary>What has not been taken yet. Generators can be stacked on generators without end, hence the look at the stack.</summary>
    public IEnumerable<object?> Items
    {
        get
        {
            while (MoveNext())
                yield return _rest.Current;
        }
    }

    private bool MoveNext()
    {
        RenderState.EnsureStack();
        state.Step();
        return _rest.MoveNext();
    }
}

/// <summary>What <c>namespace()</c> makes: attributes that can be set from inner scopes.</summary>
internal sealed class JinjaNamespace
{
    public Dictionary<string, object?> Attributes { get; } = [];
}

/// <summary>Something that can be called.</summary>
internal sealed record JinjaFunction(string Name, Func<Arguments, RenderState, object?> Call)
{
    /// <summary>For macros: what <c>macro.name</c> and its kin give.</summary>
    public Macro? Macro { get; init; }
}
