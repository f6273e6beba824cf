namespace Hearth.Chat.Jinja;

/// <summary>Methods of texts, lists and mappings, bound to their value.</summary>
internal static class Methods
{
    public static JinjaFunction? Find(object? value, string name) => value switch
    {
        OriginString text => StringMethods.Find(text, name),
        JinjaDict dict => Bind(name, DictMethod(dict, name)),
        JinjaList list => Bind(name, ListMethod(list, name)),
        _ => null,
    };

    private static JinjaFunction? Bind(string name, Func<Arguments, object?>? method) =>
        method is null ? null : new JinjaFunction(name, (arguments, _) => method(arguments));

    private static Func<Arguments, object?>? DictMethod(JinjaDict dict, string name) => name switch
    {
        "get" => a => dict.TryGet(a.Require(0, "key", "get"), out object? value) ? value : a.Get(1, "default"),
        "items" => _ => new JinjaList(SequenceFilters.Pairs(dict)),
        "keys" => _ => new JinjaList(dict.Entries.Select(e => e.Key)),
        "values" => _ => new JinjaList(dict.Entries.Select(e => e.Value)),
        "copy" => _ => Copy(dict),
        _ => null,
    };

    private static Func<Arguments, object?>? ListMethod(JinjaList list, string name) => name switch
    {
        "count" => a => (long)list.Items.Count(i => Operators.AreEqual(i, a.Require(0, "value", "count"))),
        "index" => a => IndexOf(list, a.Require(0, "value", "index")),
        "copy" when !list.IsTuple => _ => new JinjaList(list.Items),
        _ => null,
    };

    private static JinjaDict Copy(JinjaDict dict)
    {
        JinjaDict copy = new();
        foreach ((object? key, object? value) in dict.Entries)
            copy.Set(key, value);
        return copy;
    }

    private static object IndexOf(JinjaList list, object? value)
    {
        int index = list.Items.FindIndex(i => Operators.AreEqual(i, value));
        return index >= 0 ? (long)index : throw JinjaException.Value($"{Python.Repr(value)} is not in list");
    }
}
