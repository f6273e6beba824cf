namespace Hearth.Chat.Jinja;

/// <summary>Filters over whole sequences: length, order, joining, grouping.</summary>
internal static class SequenceFilters
{
    public static readonly Dictionary<string, FilterFunction> All = new()
    {
        ["length"] = (v, _, _) => Length(v),
        ["count"] = (v, _, _) => Length(v),
        ["first"] = (v, _, _) => Operators.Iterate(v).DefaultIfEmpty(new Undefined("No first item, sequence was empty.")).First(),
        ["last"] = (v, _, _) => Operators.Iterate(v).DefaultIfEmpty(new Undefined("No last item, sequence was empty.")).Last(),
        ["list"] = (v, _, _) => new JinjaList(Operators.Iterate(v)),
        ["join"] = Join,
        ["reverse"] = (v, _, _) => v is OriginString text
            ? Access.Slice(text, null, null, -1L)
            : new JinjaGenerator([.. Operators.Iterate(v).Reverse()]),
        ["sort"] = (v, a, _) => new JinjaList(Sort(Operators.Iterate(v), Key(a, 2, 1), a.Flag(0, "reverse"))),
        ["unique"] = (v, a, _) => new JinjaGenerator([.. Unique(Operators.Iterate(v), Key(a, 1, 0))]),
        ["max"] = (v, a, _) => Extreme(v, Key(a, 1, 0), 1),
        ["min"] = (v, a, _) => Extreme(v, Key(a, 1, 0), -1),
        ["sum"] = (v, a, s) => Items(v, a.Get(0, "attribute")).Aggregate(a.Get(1, "start", 0L), (x, y) => Operators.Binary("+", x, y, s)),
        ["dictsort"] = DictSort,
        ["groupby"] = GroupBy,
        ["batch"] = (v, a, _) => new JinjaGenerator([.. Batch(Operators.Iterate(v), a)]),
        ["slice"] = (v, a, _) => new JinjaGenerator([.. Slice([.. Operators.Iterate(v)], a)]),
        ["random"] = (_, _, _) => throw new JinjaException("SecurityError", "random would make the prompt different every time."),
    };

    public static IEnumerable<object?> Pairs(JinjaDict dict) => dict.Entries.Select(e => (object?)JinjaList.Tuple(e.Key, e.Value));

    /// <summary>An attribute path as filters take it: <c>a.b.0</c>.</summary>
    public static object? Path(object? value, object? attribute)
    {
        if (attribute is null)
            return value;
        foreach (string part in Python.ToText(attribute).Text.Split('.'))
            value = Access.Item(value, long.TryParse(part, out long index) ? (object)index : OriginString.Trusted(part));
        return value;
    }

    private static long Length(object? value) => value switch
    {
        OriginString text => text.Length - text.Text.Count(char.IsLowSurrogate),
        JinjaList list => list.Items.Count,
        JinjaDict dict => dict.Count,
        Undefined { Kind: "UndefinedError" } => 0,
        Undefined undefined => throw undefined.Error(),
        _ => throw JinjaException.Type($"object of type '{Python.TypeName(value)}' has no len()"),
    };

    private static IEnumerable<object?> Items(object? value, object? attribute) => Operators.Iterate(value).Select(i => Path(i, attribute));

    private static OriginString Join(object? value, Arguments arguments, RenderState state)
    {
        OriginString separator = Python.ToText(arguments.Get(0, "d", OriginString.Empty));
        OriginBuilder builder = new(state.Limits.OutputChars);
        bool isFirst = true;
        foreach (object? item in Items(value, arguments.Get(1, "attribute")))
        {
            if (!isFirst)
                builder.Append(separator);
            builder.Append(Python.ToText(item));
            isFirst = false;
        }

        return builder.ToOriginString();
    }

    /// <summary>What filters compare by: an attribute, in lower case unless they are case sensitive.</summary>
    private static Func<object?, object?> Key(Arguments arguments, int attributeIndex, int caseIndex)
    {
        object? attribute = arguments.Get(attributeIndex, "attribute");
        bool caseSensitive = arguments.Flag(caseIndex, "case_sensitive");
        return value => Path(value, attribute) is { } item && item is OriginString text && !caseSensitive
            ? text.Map(t => t.ToLowerInvariant())
            : Path(value, attribute);
    }

    private static IEnumerable<object?> Sort(IEnumerable<object?> items, Func<object?, object?> key, bool isReverse)
    {
        Comparer<object?> comparer = Comparer<object?>.Create((a, b) => Operators.Order(a, b));
        return isReverse ? items.OrderByDescending(key, comparer) : items.OrderBy(key, comparer);
    }

    private static IEnumerable<object?> Unique(IEnumerable<object?> items, Func<object?, object?> key)
    {
        JinjaDict seen = new();
        foreach (object? item in items)
        {
            int before = seen.Count;
            seen.Set(key(item), null);
            if (seen.Count > before)
                yield return item;
        }
    }

    private static object? Extreme(object? value, Func<object?, object?> key, int sign)
    {
        List<object?> items = [.. Operators.Iterate(value)];
        return items.Count == 0
            ? new Undefined("No aggregated item, sequence was empty.")
            : items.Aggregate((best, item) => Operators.Order(key(item), key(best)) * sign > 0 ? item : best);
    }

    private static JinjaList DictSort(object? value, Arguments arguments, RenderState state)
    {
        if (value is not JinjaDict dict)
            throw JinjaException.Undefined($"'{Python.TypeName(value)} object' has no attribute 'items'");
        int position = (arguments.Get(1, "by") as OriginString)?.Text == "value" ? 1 : 0;
        bool caseSensitive = arguments.Flag(0, "case_sensitive");
        object? By(object? pair) => ((JinjaList)pair!).Items[position] is OriginString text && !caseSensitive
            ? text.Map(t => t.ToLowerInvariant())
            : ((JinjaList)pair!).Items[position];
        return new JinjaList(Sort(Pairs(dict), By, arguments.Flag(2, "reverse")));
    }

    private static JinjaList GroupBy(object? value, Arguments arguments, RenderState state)
    {
        object? attribute = arguments.Require(0, "attribute", "groupby");
        object? By(object? item) => Path(item, attribute) is Undefined && arguments.Has(1, "default") ? arguments.Get(1, "default") : Path(item, attribute);
        List<object?> groups = [];
        foreach (object? item in Sort(Operators.Iterate(value), By, isReverse: false))
        {
            if (groups is [.., JinjaList last] && Operators.AreEqual(last.Items[0], By(item)))
                ((JinjaList)last.Items[1]!).Items.Add(item);
            else
                groups.Add(JinjaList.Tuple(By(item), new JinjaList([item])));
        }

        return new JinjaList(groups);
    }

    private static IEnumerable<object?> Batch(IEnumerable<object?> items, Arguments arguments)
    {
        int size = Math.Max(1, arguments.Int(0, "linecount", 1));
        foreach (object?[] chunk in items.Chunk(size))
        {
            List<object?> batch = [.. chunk];
            while (batch.Count < size && arguments.Get(1, "fill_with") is { } fill)
                batch.Add(fill);
            yield return new JinjaList(batch);
        }
    }

    private static IEnumerable<object?> Slice(List<object?> items, Arguments arguments)
    {
        int slices = Math.Max(1, arguments.Int(0, "slices", 1));
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
