using System.Collections.Frozen;

namespace Hearth.Chat.Jinja;

/// <summary>Methods of texts, lists and mappings, bound to their value.</summary>
internal static class Methods
{
    private static readonly FrozenSet<string> DictMethods = FrozenSet.Create(StringComparer.Ordinal, "get", "items", "keys", "values", "copy");

    public static JinjaFunction? Find(object? value, string name) => value switch
    {
        OriginString text => StringMethods.Find(text, name),
        // Nearly every attribute of a mapping is an item of it.
        JinjaDict dict => DictMethods.Contains(name) ? Bind(name, DictMethod(dict, name)) : null,
        JinjaList list => Bind(name, ListMethod(list, name)),
        _ => null,
    };

    private static JinjaFunction? Bind(string name, Func<Arguments, RenderState, object?>? method) =>
        method is null ? null : new JinjaFunction(name, (arguments, state) => method(arguments, state));

    private static Func<Arguments, RenderState, object?>? DictMethod(JinjaDict dict, string name) => name switch
    {
        "get" => (a, _) => dict.TryGet(a.Require(0, "key", "get"), out object? value) ? value : a.Get(1, "default"),
        "items" => (_, _) => JinjaList.ViewOf("dict_items", SequenceFilters.Pairs(dict)),
        "keys" => (_, _) => JinjaList.ViewOf("dict_keys", dict.Entries.Select(e => e.Key)),
        "values" => (_, _) => JinjaList.ViewOf("dict_values", dict.Entries.Select(e => e.Value)),
        "copy" => (_, _) => Copy(dict),
        _ => null,
    };

    private static Func<Arguments, RenderState, object?>? ListMethod(JinjaList list, string name) => name switch
    {
        _ when list.View is not null => null,
        "count" => (a, s) => (long)list.Items.Count(i => Operators.AreEqual(i, a.Require(0, "value", "count"), s)),
        "index" => (a, s) => IndexOf(list, a.Require(0, "value", "index"), s),
        "copy" when !list.IsTuple => (_, _) => new JinjaList(list.Items),
        _ => null,
    };

    private static JinjaDict Copy(JinjaDict dict)
    {
        JinjaDict copy = new();
        foreach ((object? key, object? value) in dict.Entries)
            copy.Set(key, value);
        return copy;
    }

    private static object IndexOf(JinjaList list, object? value, RenderState state)
    {
        int index = list.Items.FindIndex(i => Operators.AreEqual(i, value, state));
        return index >= 0 ? (long)index : throw JinjaException.Value($"{Python.Repr(value)} is not in list");
    }
}
