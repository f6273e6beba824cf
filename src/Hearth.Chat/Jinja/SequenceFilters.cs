using System.Runtime.ExceptionServices;

namespace Hearth.Chat.Jinja;

/// <summary>Filters over whole sequences: length, order, joining, grouping.</summary>
internal static class SequenceFilters
{
    public static readonly Dictionary<string, FilterFunction> All = new()
    {
        ["length"] = (v, _, _) => Length(v),
        ["count"] = (v, _, _) => Length(v),
        ["first"] = (v, _, s) => Operators.Iterate(v, s).DefaultIfEmpty(new Undefined("No first item, sequence was empty.")).First(),
        ["last"] = Last,
        ["list"] = (v, _, s) => new JinjaList(Operators.Iterate(v, s)),
        ["join"] = Join,
        ["reverse"] = (v, _, s) => v is OriginString text
            ? Access.Slice(text, null, null, -1L, s)
            : new JinjaGenerator(
                [.. (Tests.IsIterable(v) ? Operators.Iterate(v, s) : throw new JinjaException("FilterArgumentError", "argument must be iterable")).Reverse()], s),
        ["sort"] = (v, a, s) => Sort(Operators.Iterate(v, s), SortKey(a, s), a.Flag(0, "reverse"), s),
        ["unique"] = (v, a, s) => new JinjaGenerator(Unique(v, Key(a, 1, 0, s), s), s),
        ["max"] = (v, a, s) => Extreme(v, Key(a, 1, 0, s), 1, s),
        ["min"] = (v, a, s) => Extreme(v, Key(a, 1, 0, s), -1, s),
        ["sum"] = (v, a, s) => Items(v, a.Get(0, "attribute"), s).Aggregate(
            a.Get(1, "start", 0L) is var start && start is OriginString ? throw JinjaException.Type("sum() can't sum strings [use ''.join(seq) instead]") : start,
            (x, y) =>
            {
                s.Step();
                return s.Made(Operators.Binary("+", x, y, s));
            }),
        ["dictsort"] = DictSort,
        ["groupby"] = GroupBy,
        ["batch"] = (v, a, s) => new JinjaGenerator(Batch(v, a, s), s),
        ["slice"] = (v, a, s) => new JinjaGenerator(Slice(v, a, s), s),
        ["random"] = (_, _, _) => throw new JinjaException("SecurityError", "random would make the prompt different every time."),
    };

    public static IEnumerable<object?> Pairs(JinjaDict dict) => dict.Entries.Select(e => (object?)JinjaList.Tuple(e.Key, e.Value));

    /// <summary>An attribute path as filters take it: <c>a.b.0</c>.</summary>
    public static object? Path(object? value, object? attribute, RenderState state)
    {
        if (attribute is null)
            return value;
        OriginString path = Python.ToText(attribute, state);
        state.ReadSlowly(path);
        foreach (string part in path.Text.Split('.'))
            value = Access.Item(value, long.TryParse(part, out long index) ? (object)index : OriginString.Trusted(part));
        return value;
    }

    public static long Length(object? value) => value switch
    {
        OriginString text => text.CodePoints,
        JinjaList list => list.Items.Count,
        LoopState loop => loop.Items.Count,
        JinjaDict dict => dict.Count,
        Undefined => 0,
        _ => throw JinjaException.Type($"object of type '{Python.TypeName(value)}' has no len()"),
    };

    private static IEnumerable<object?> Items(object? value, object? attribute, RenderState state) =>
        Operators.Iterate(value, state).Select(i => Path(i, attribute, state));

    private static object? Last(object? value, Arguments arguments, RenderState state) => value switch
    {
        JinjaGenerator => throw JinjaException.Type("'generator' object is not reversible"),
        JinjaList { Items: [.., var last] } => last,
        _ => Operators.Iterate(value, state).DefaultIfEmpty(new Undefined("No last item, sequence was empty.")).Last(),
    };

    private static OriginString Join(object? value, Arguments arguments, RenderState state)
    {
        OriginString separator = Python.ToText(arguments.Get(0, "d", OriginString.Empty), state);
        OriginBuilder builder = new(state.Limits.OutputChars);
        bool isFirst = true;
        foreach (object? item in Items(value, arguments.Get(1, "attribute"), state))
        {
            state.Unit();
            if (!isFirst)
                builder.Append(separator);
            builder.Append(Python.ToText(item, state));
            isFirst = false;
        }

        return builder.ToOriginString();
    }

    /// <summary>What filters compare by: an attribute, in lower case unless they are case sensitive.</summary>
    private static Func<object?, object?> Key(Arguments arguments, int attributeIndex, int caseIndex, RenderState state)
    {
        object? attribute = arguments.Get(attributeIndex, "attribute");
        bool caseSensitive = arguments.Flag(caseIndex, "case_sensitive");
        return value => Folded(Path(value, attribute, state), caseSensitive, state);
    }

    private static object? Folded(object? value, bool caseSensitive, RenderState state) =>
        value is OriginString text && !caseSensitive ? CaseMapping.Lower(text, state) : value;

    /// <summary>For <c>sort</c>, whose attribute may be several: <c>a,b.c</c>.</summary>
    private static Func<object?, object?> SortKey(Arguments arguments, RenderState state)
    {
        if (arguments.Get(2, "attribute") is not OriginString names || !names.Text.Contains(',', StringComparison.Ordinal))
            return Key(arguments, 2, 1, state);
        bool caseSensitive = arguments.Flag(1, "case_sensitive");
        OriginString[] paths = [.. names.Text.Split(',').Select(OriginString.Trusted)];
        return value => JinjaList.Tuple([.. paths.Select(path => Folded(Path(value, path, state), caseSensitive, state))]);
    }

    /// <summary>Sorted and stable; every comparison counts.</summary>
    public static JinjaList Sort(IEnumerable<object?> items, Func<object?, object?> key, bool isReverse, RenderState state)
    {
        Comparer<object?> comparer = Comparer<object?>.Create((a, b) =>
        {
            state.Step();
            state.Read(a);
            // The later one first, as Python asks, so that errors name the types in its order.
            // Jinja2 sorts by lists of keys, so what is equal need not be comparable.
            return a is null or bool or JinjaDict or JinjaList && Operators.AreEqual(a, b, state) ? 0 : -Operators.Order(b, a, state);
        });
        try
        {
            return new JinjaList(isReverse ? items.OrderByDescending(key, comparer) : items.OrderBy(key, comparer));
        }
        catch (InvalidOperationException e) when (e.InnerException is { } cause)
        {
            // The sort wraps what a comparison throws.
            ExceptionDispatchInfo.Throw(cause);
            throw;
        }
    }

    private static IEnumerable<object?> Unique(object? value, Func<object?, object?> key, RenderState state)
    {
        JinjaDict seen = new();
        foreach (object? item in Operators.Iterate(value, state))
        {
            state.Step();
            int before = seen.Count;
            object? found = key(item);
            state.Read(found);
            seen.Set(found, null);
            if (seen.Count > before)
                yield return item;
        }
    }

    private static object? Extreme(object? value, Func<object?, object?> key, int sign, RenderState state)
    {
        List<object?> items = [.. Operators.Iterate(value, state)];
        return items.Count == 0
            ? new Undefined("No aggregated item, sequence was empty.")
            : items.Aggregate((best, item) => Operators.Order(key(item), key(best), state, sign > 0 ? ">" : "<") * sign > 0 ? item : best);
    }

    private static JinjaList DictSort(object? value, Arguments arguments, RenderState state)
    {
        if (value is Undefined undefined)
            throw undefined.Error();
        if (value is not JinjaDict dict)
            throw new JinjaException("AttributeError", $"'{Python.TypeName(value)}' object has no attribute 'items'");
        if ((arguments.Get(1, "by", OriginString.Trusted("key")) as OriginString)?.Text is not ("key" or "value"))
            throw new JinjaException("FilterArgumentError", "You can only sort by either \"key\" or \"value\"");
        int position = (arguments.Get(1, "by") as OriginString)?.Text == "value" ? 1 : 0;
        bool caseSensitive = arguments.Flag(0, "case_sensitive");
        object? By(object? pair) => Folded(((JinjaList)pair!).Items[position], caseSensitive, state);
        return Sort(Pairs(dict), By, arguments.Flag(2, "reverse"), state);
    }

    private static JinjaList GroupBy(object? value, Arguments arguments, RenderState state)
    {
        object? attribute = arguments.Require(0, "attribute", "groupby");
        bool caseSensitive = arguments.Flag(2, "case_sensitive");
        object? By(object? item) => Path(item, attribute, state) is var found && found is Undefined ? arguments.Get(1, "default") ?? found : found;
        List<object?> groups = [];
        object? current = null;
        foreach (object? item in Sort(Operators.Iterate(value, state), i => Folded(By(i), caseSensitive, state), isReverse: false, state).Items)
        {
            object? key = Folded(By(item), caseSensitive, state);
            if (groups is [.., JinjaList last] && Operators.AreEqual(current, key, state))
            {
                ((JinjaList)last.Items[1]!).Items.Add(item);
                continue;
            }

            current = key;
            groups.Add(new JinjaList([By(item), new JinjaList([item])], isTuple: true) { Fields = ["grouper", "list"] });
        }

        return new JinjaList(groups);
    }

    private static IEnumerable<object?> Batch(object? value, Arguments arguments, RenderState state)
    {
        int size = Operators.ToIndex(arguments.Require(0, "linecount", "batch"));
        state.CheckMade(size);
        List<object?> batch = [];
        foreach (object? item in Operators.Iterate(value, state))
        {
            if (batch.Count == size)
            {
                yield return new JinjaList(batch);
                batch = [];
            }

            batch.Add(item);
        }

        if (batch.Count == 0)
            yield break;
        while (batch.Count < size && arguments.Get(1, "fill_with") is { } fill)
            batch.Add(fill);
        yield return new JinjaList(batch);
    }

    private static IEnumerable<object?> Slice(object? value, Arguments arguments, RenderState state)
    {
        int slices = Operators.ToIndex(arguments.Require(0, "slices", "slice"));
        if (slices == 0)
            throw new JinjaException("ZeroDivisionError", "integer division or modulo by zero");
        state.CheckMade(slices);
        List<object?> items = [.. Operators.Iterate(value, state)];
        int size = items.Count / slices;
        int larger = items.Count % slices;
        int start = 0;
        for (int i = 0; i < slices; i++)
        {
            int count = size + (i < larger ? 1 : 0);
            List<object?> slice = items.GetRange(start, count);
            if (i >= larger && larger > 0 && arguments.Get(1, "fill_with") is { } fill)
                slice.Add(fill);
            start += count;
            yield return new JinjaList(slice);
        }
    }
}
