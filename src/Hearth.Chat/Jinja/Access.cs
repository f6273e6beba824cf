using System.Numerics;

namespace Hearth.Chat.Jinja;

/// <summary>Attributes, items and slices, with the sandbox's refusals.</summary>
internal static class Access
{
    private static readonly string[] ListMutations = ["append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove"];
    private static readonly string[] DictMutations = ["clear", "pop", "popitem", "setdefault", "update"];

    /// <summary>What every object of Python has.</summary>
    private static readonly string[] ObjectAttributes =
    [
        "__class__", "__delattr__", "__dir__", "__doc__", "__eq__", "__format__", "__ge__", "__getattribute__", "__getstate__", "__gt__", "__hash__",
        "__init__", "__init_subclass__", "__le__", "__lt__", "__ne__", "__new__", "__reduce__", "__reduce_ex__", "__repr__", "__setattr__",
        "__sizeof__", "__str__", "__subclasshook__",
    ];

    /// <summary><c>value.name</c>: a method or attribute first, then an item of that name.</summary>
    public static object? Attribute(object? value, string name, bool orItem = true)
    {
        if (IsUnsafe(value, name))
            return Unsafe(value, name);
        if (value is Undefined undefined)
            throw undefined.Error();
        if (TryMember(value, name, out object? member))
            return member;
        return orItem && value is JinjaDict dict && dict.TryGet(name, out object? item) ? item : Missing(value, name);
    }

    /// <summary><c>value[key]</c>: an item first, then an attribute of that name.</summary>
    public static object? Item(object? value, object? key)
    {
        switch (value)
        {
            case Undefined undefined:
                throw undefined.Error();
            case JinjaDict dict when dict.TryGet(key, out object? item):
                return item;
            case JinjaList { IsIndexable: true } list when key is long or bool:
                return At(list.Items.Count, key) is { } index ? list.Items[index] : OutOfRange(value, key);
            case OriginString text when key is long or bool:
                return At(text.CodePoints, key) is { } position ? text.SliceCodePoints(position, 1) : OutOfRange(value, key);
        }

        if (key is OriginString name)
        {
            return IsUnsafe(value, name.Text) ? Unsafe(value, name.Text)
                : TryMember(value, name.Text, out object? member) ? member
                : Missing(value, name.Text);
        }

        return new Undefined($"{Python.ObjectName(value)} has no element {Python.Repr(key)}");
    }

    public static object Slice(object? value, object? from, object? to, object? by, RenderState state)
    {
        if (value is Undefined undefined)
            throw undefined.Error();
        int length = value switch
        {
            OriginString text => text.CodePoints,
            JinjaList { IsIndexable: true } list => list.Items.Count,
            _ => -1,
        };
        // The sandbox asks for the item and, failing that, gives nothing.
        if (length < 0 || new[] { from, to, by }.Any(b => b is not (null or long or bool or BigInteger)))
            return new Undefined($"{Python.TypeName(value)} object has no element of this slice");
        int step = by is null ? 1 : Operators.ToIndex(by);
        if (step == 0)
            throw JinjaException.Value("slice step cannot be zero");
        int start = Bound(from, length, step, isStart: true);
        int stop = Bound(to, length, step, isStart: false);
        if (value is OriginString counted && (step != 1 || counted.CodePoints != counted.Length))
            state.ReadSlowly(counted);
        if (value is OriginString whole && step == 1)
            return whole.SliceCodePoints(start, Math.Max(0, stop - start));
        if (value is JinjaList { View: not null } range)
            return SliceRange(range, start, stop, step);
        List<int> indices = [];
        for (long i = start; step > 0 ? i < stop : i > stop; i += step)
            indices.Add((int)i);
        return value is OriginString source ? Pick(source, indices) : Pick((JinjaList)value!, indices);
    }

    /// <summary>A slice of a range is a range.</summary>
    private static JinjaList SliceRange(JinjaList range, int start, int stop, int step)
    {
        (long first, long distance) = (range.Start, range.Step);
        return JinjaList.Range(first + (start * distance), first + (stop * distance), distance * step);
    }

    private static OriginString Pick(OriginString source, List<int> indices)
    {
        OriginBuilder builder = new();
        List<int> starts = source.CodePointStarts();
        foreach (int index in indices)
            builder.Append(source, starts[index], starts[index + 1] - starts[index]);
        return builder.ToOriginString();
    }

    private static JinjaList Pick(JinjaList source, List<int> indices) => new([.. indices.Select(i => source.Items[i])], source.IsTuple);

    private static int Bound(object? bound, int length, int step, bool isStart)
    {
        if (bound is null)
            return (isStart, step > 0) switch { (true, true) => 0, (true, false) => length - 1, (false, true) => length, _ => -1 };
        int index = Operators.ToIndex(bound);
        if (index < 0)
            index = (int)Math.Max(-1L, (long)index + length);
        return step > 0 ? Math.Clamp(index, 0, length) : Math.Clamp(index, -1, length - 1);
    }

    private static int? At(int length, object key)
    {
        long index = Operators.ToLong(key);
        if (index < 0)
            index += length;
        return index >= 0 && index < length ? (int)index : null;
    }

    private static Undefined OutOfRange(object? value, object key) => new($"{Python.ObjectName(value)} has no element {key}");

    private static Undefined Missing(object? value, string name) =>
        new($"'{Python.ObjectName(value)}' has no attribute {Python.Repr(OriginString.Trusted(name))}");

    private static Undefined Unsafe(object? value, string name) =>
        new($"access to attribute '{name}' of '{Python.TypeName(value)}' object is unsafe.", "SecurityError");

    /// <summary>What the sandbox keeps away: what Python's objects have between double underscores, and what would change a value.</summary>
    private static bool IsUnsafe(object? value, string name) => IsMutation(value, name)
        || (name.StartsWith("__", StringComparison.Ordinal) && (value is Undefined ? ObjectAttributes.Contains(name)
            : ObjectAttributes.Contains(name) || !(value is JinjaDict dict && dict.TryGet(name, out _))));

    private static bool IsMutation(object? value, string name) =>
        (value is JinjaList { IsTuple: false, View: null } && ListMutations.Contains(name)) || (value is JinjaDict && DictMutations.Contains(name));

    private static bool TryMember(object? value, string name, out object? member)
    {
        member = null;
        switch (value)
        {
            case JinjaNamespace space:
                return space.Attributes.TryGetValue(name, out member);
            case LoopState loop:
                return loop.TryGet(name, out member);
            case JinjaFunction { Macro: { } macro }:
                return macro.TryGet(name, out member);
            case JinjaFunction { Name: "dict" } when name == "fromkeys":
                return TryMember(new JinjaDict(), name, out member);
            case JinjaList { Fields: { } fields } tuple when Array.IndexOf(fields, name) is var field and >= 0:
                member = tuple.Items[field];
                return true;
            default:
                member = Methods.Find(value, name);
                return member is not null;
        }
    }
}
