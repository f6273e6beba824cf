using System.Collections.Frozen;
using System.Numerics;

namespace Hearth.Chat.Jinja;

/// <summary>Methods of texts, lists, mappings and numbers, bound to their value.</summary>
internal static class Methods
{
    private static readonly FrozenSet<string> DictMethods = FrozenSet.Create(StringComparer.Ordinal, "get", "fromkeys", "items", "keys", "values", "copy");

    /// <summary>A method bound to the value, or what an attribute without call gives; null when there is none of this name.</summary>
    public static object? Find(object? value, string name) => value switch
    {
        OriginString text => StringMethods.Find(text, name),
        long or bool or BigInteger => IntegerMember(Arithmetic.Integer(value), name),
        double number => FloatMember(number, name),
        // Nearly every attribute of a mapping is an item of it.
        JinjaDict dict => DictMethods.Contains(name) ? Bind(name, DictMethod(dict, name)) : null,
        JinjaList { View: "range" } range when name is "start" or "stop" or "step" =>
            name switch { "start" => range.Start, "stop" => range.Stop, _ => range.Step },
        JinjaList list => Bind(name, ListMethod(list, name)),
        _ => null,
    };

    private static JinjaFunction? Bind(string name, Func<Arguments, RenderState, object?>? method) =>
        method is null ? null : new JinjaFunction(name, (arguments, state) => method(arguments, state));

    private static Func<Arguments, RenderState, object?>? DictMethod(JinjaDict dict, string name) => name switch
    {
        "get" => (a, s) => dict.TryGetHashable(a.Require(0, "key", "get"), out object? value, s) ? value : a.Get(1, "default"),
        "fromkeys" => (a, s) => FromKeys(Operators.Iterate(a.Require(0, "iterable", "fromkeys"), s), a.Get(1, "value"), s),
        "items" => (_, _) => JinjaList.ViewOf("dict_items", SequenceFilters.Pairs(dict)),
        "keys" => (_, _) => JinjaList.ViewOf("dict_keys", dict.Entries.Select(e => e.Key)),
        "values" => (_, _) => JinjaList.ViewOf("dict_values", dict.Entries.Select(e => e.Value)),
        "copy" => (_, _) => Copy(dict),
        _ => null,
    };

    private static Func<Arguments, RenderState, object?>? ListMethod(JinjaList list, string name) => name switch
    {
        _ when !list.IsIndexable => null,
        "count" => (a, s) => (long)list.Items.Count(i => Operators.AreEqual(i, a.Require(0, "value", "count"), s)),
        "index" => (a, s) => IndexOf(list, a, s),
        "copy" when list is { IsTuple: false, View: null } => (_, _) => new JinjaList(list.Items),
        _ => null,
    };

    private static JinjaDict Copy(JinjaDict dict)
    {
        JinjaDict copy = new();
        foreach ((object? key, object? value) in dict.Entries)
            copy.Set(key, value);
        return copy;
    }

    private static JinjaDict FromKeys(IEnumerable<object?> keys, object? value, RenderState state)
    {
        JinjaDict dict = new();
        foreach (object? key in keys)
        {
            state.Step();
            state.Read(key);
            dict.Set(key, value);
        }

        return dict;
    }

    private static object IndexOf(JinjaList list, Arguments arguments, RenderState state)
    {
        object? value = arguments.Require(0, "value", "index");
        int count = list.Items.Count;
        int start = Math.Clamp(StringMethods.FromEnd(arguments.Int(1, "start", 0), count), 0, count);
        int stop = Math.Clamp(StringMethods.FromEnd(arguments.Int(2, "stop", count), count), start, count);
        int index = list.Items.FindIndex(start, stop - start, i => Operators.AreEqual(i, value, state));
        return index >= 0 ? (long)index : throw JinjaException.Value($"{Python.Repr(value)} is not in list");
    }

    private static object? IntegerMember(BigInteger number, string name) => name switch
    {
        "real" or "numerator" => Arithmetic.Normal(number),
        "imag" => 0L,
        "denominator" => 1L,
        "bit_length" => new JinjaFunction(name, (_, _) => (long)BigInteger.Abs(number).GetBitLength()),
        "bit_count" => new JinjaFunction(name, (_, _) => (long)BigInteger.PopCount(BigInteger.Abs(number))),
        "conjugate" => new JinjaFunction(name, (_, _) => Arithmetic.Normal(number)),
        "is_integer" => new JinjaFunction(name, (_, _) => true),
        _ => null,
    };

    private static object? FloatMember(double number, string name) => name switch
    {
        "real" => number,
        "imag" => 0.0,
        "conjugate" => new JinjaFunction(name, (_, _) => number),
        "is_integer" => new JinjaFunction(name, (_, _) => double.IsInteger(number)),
        _ => null,
    };
}
