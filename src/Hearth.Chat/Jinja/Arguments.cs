namespace Hearth.Chat.Jinja;

/// <summary>The evaluated arguments of a call.</summary>
internal sealed class Arguments(List<object?> positional, Dictionary<string, object?> named)
{
    public static readonly Arguments None = new([], []);

    public List<object?> Positional { get; } = positional;

    public Dictionary<string, object?> Named { get; } = named;

    public int Count => Positional.Count + Named.Count;

    public bool Has(int index, string name) => index < Positional.Count || Named.ContainsKey(name);

    /// <summary>The argument at <paramref name="index"/> or called <paramref name="name"/>; otherwise <paramref name="fallback"/>.</summary>
    public object? Get(int index, string name, object? fallback = null) =>
        index < Positional.Count ? Positional[index] : Named.GetValueOrDefault(name, fallback);

    public object? Require(int index, string name, string function) => Has(index, name)
        ? Get(index, name)
        : throw JinjaException.Type($"{function}() missing required argument: '{name}'");

    public OriginString Text(int index, string name, string function) =>
        Require(index, name, function) as OriginString
        ?? throw JinjaException.Type($"{function}() argument {index + 1} must be str, not {Python.TypeName(Get(index, name))}");

    public int Int(int index, string name, int fallback) => Has(index, name) && Get(index, name) is { } value ? Operators.ToIndex(value) : fallback;

    public bool Flag(int index, string name, bool fallback = false) => Has(index, name) ? Operators.IsTrue(Get(index, name)) : fallback;

    /// <summary>The arguments after the first <paramref name="count"/> positional ones.</summary>
    public Arguments Skip(int count) => new([.. Positional.Skip(count)], Named);
}
