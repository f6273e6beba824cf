namespace Hearth.Chat.Jinja;

// A value is: null (None), Undefined, bool, long, double, OriginString, JinjaList, JinjaDict, JinjaGenerator, JinjaNamespace,
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
    internal JinjaList(List<object?> items, bool isTuple = false) => (Items, IsTuple) = (items, isTuple);

    /// <summary>A list of values.</summary>
    public JinjaList(IEnumerable<object?> items)
        : this([.. items])
    {
    }

    internal List<object?> Items { get; }

    internal bool IsTuple { get; }

    internal static JinjaList Tuple(params List<object?> items) => new(items, isTuple: true);
}

/// <summary>A mapping that keeps the order of insertion.</summary>
public sealed class JinjaDict
{
    private readonly Dictionary<object, int> _index = new(KeyComparer.Instance);
    private readonly List<KeyValuePair<object?, object?>> _entries = [];

    /// <summary>Number of entries.</summary>
    public int Count => _entries.Count;

    internal IReadOnlyList<KeyValuePair<object?, object?>> Entries => _entries;

    /// <summary>Sets a text key from outside to a value that templates understand.</summary>
    public JinjaDict Set(string key, object? value) => Set(OriginString.Untrusted(key), value);

    internal JinjaDict Set(object? key, object? value)
    {
        if (key is JinjaList { IsTuple: false } or JinjaDict)
            throw JinjaException.Type($"unhashable type: '{Python.TypeName(key)}'");
        if (_index.TryGetValue(Wrap(key), out int index))
        {
            _entries[index] = new(_entries[index].Key, value);
            return this;
        }

        _index.Add(Wrap(key), _entries.Count);
        _entries.Add(new(key, value));
        return this;
    }

    internal bool TryGet(object? key, out object? value)
    {
        bool found = _index.TryGetValue(Wrap(key), out int index);
        value = found ? _entries[index].Value : null;
        return found;
    }

    internal bool TryGet(string key, out object? value) => TryGet(OriginString.Trusted(key), out value);

    private static object Wrap(object? key) => key ?? KeyComparer.None;

    /// <summary>Keys are equal as Python's are: 1, 1.0 and True are one key.</summary>
    private sealed class KeyComparer : IEqualityComparer<object>
    {
        public static readonly KeyComparer Instance = new();
        public static readonly object None = new();

        public new bool Equals(object? x, object? y) => ReferenceEquals(x, y) || Operators.AreEqual(x, y);

        public int GetHashCode(object key) => key switch
        {
            OriginString text => text.GetHashCode(),
            bool or long or double => Operators.ToDouble(key).GetHashCode(),
            JinjaList list => list.Items.Count,
            _ => 0,
        };
    }
}

/// <summary>A lazy sequence, as Python's filters make them: it can be iterated once, and has no length.</summary>
internal sealed record JinjaGenerator(IEnumerable<object?> Items);

/// <summary>What <c>namespace()</c> makes: attributes that can be set from inner scopes.</summary>
internal sealed class JinjaNamespace
{
    public Dictionary<string, object?> Attributes { get; } = [];
}

/// <summary>Something that can be called.</summary>
internal sealed record JinjaFunction(string Name, Func<Arguments, RenderState, object?> Call)
{
    /// <summary>For macros: what <c>macro.name</c> and its kin give.</summary>
    public IReadOnlyList<string>? Parameters { get; init; }
}
