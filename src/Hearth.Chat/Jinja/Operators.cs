namespace Hearth.Chat.Jinja;

/// <summary>Python's operators over the values of templates.</summary>
internal static class Operators
{
    public static bool IsTrue(object? value) => value switch
    {
        null or Undefined => false,
        bool flag => flag,
        long number => number != 0,
        double number => number != 0,
        OriginString text => text.Length > 0,
        JinjaList list => list.Items.Count > 0,
        JinjaDict dict => dict.Count > 0,
        _ => true,
    };

    public static bool IsNumber(object? value) => value is long or double or bool;

    public static double ToDouble(object? value) => value switch
    {
        bool flag => flag ? 1 : 0,
        long number => number,
        double number => number,
        _ => throw JinjaException.Type($"must be real number, not {Python.TypeName(value)}"),
    };

    /// <summary>An integer for a size or an index.</summary>
    public static int ToIndex(object? value) => value switch
    {
        bool flag => flag ? 1 : 0,
        long number => (int)Math.Clamp(number, int.MinValue, int.MaxValue),
        Undefined undefined => throw undefined.Error(),
        _ => throw JinjaException.Type($"'{Python.TypeName(value)}' object cannot be interpreted as an integer"),
    };

    public static bool AreEqual(object? left, object? right)
    {
        if (IsNumber(left) && IsNumber(right))
            return left is long a && right is long b ? a == b : ToDouble(left).Equals(ToDouble(right));
        return (left, right) switch
        {
            (Undefined, Undefined) => true,
            (JinjaList a, JinjaList b) => a.IsTuple == b.IsTuple && a.Items.Count == b.Items.Count && a.Items.Zip(b.Items).All(p => AreEqual(p.First, p.Second)),
            (JinjaDict a, JinjaDict b) => a.Count == b.Count && a.Entries.All(e => b.TryGet(e.Key, out object? other) && AreEqual(e.Value, other)),
            _ => Equals(left, right),
        };
    }

    public static bool Compare(string op, object? left, object? right) => op switch
    {
        "==" => AreEqual(left, right),
        "!=" => !AreEqual(left, right),
        "in" => Contains(right, left),
        "not in" => !Contains(right, left),
        _ => IsOrdered(op, left, right),
    };

    /// <summary>Negative, zero or positive, as sorting needs it.</summary>
    public static int Order(object? left, object? right, string op = "<")
    {
        if (left is Undefined undefined)
            throw undefined.Error();
        if (right is Undefined other)
            throw other.Error();
        if (IsNumber(left) && IsNumber(right))
            return left is long a && right is long b ? a.CompareTo(b) : ToDouble(left).CompareTo(ToDouble(right));
        if (left is OriginString x && right is OriginString y)
            return string.CompareOrdinal(x.Text, y.Text);
        if (left is JinjaList first && right is JinjaList second && first.IsTuple == second.IsTuple)
        {
            foreach ((object? item, object? otherItem) in first.Items.Zip(second.Items))
            {
                if (!AreEqual(item, otherItem))
                    return Order(item, otherItem, op);
            }

            return first.Items.Count.CompareTo(second.Items.Count);
        }

        throw JinjaException.Type($"'{op}' not supported between instances of '{Python.TypeName(left)}' and '{Python.TypeName(right)}'");
    }

    public static bool Contains(object? container, object? item) => container switch
    {
        OriginString text => item is OriginString part
            ? text.Text.Contains(part.Text, StringComparison.Ordinal)
            : throw JinjaException.Type($"'in <string>' requires string as left operand, not {Python.TypeName(item)}"),
        JinjaDict dict => dict.TryGet(item, out _),
        _ => Iterate(container, "argument of type '{0}' is not iterable").Any(other => AreEqual(other, item)),
    };

    public static IEnumerable<object?> Iterate(object? value, string message = "'{0}' object is not iterable") => value switch
    {
        JinjaList list => list.Items,
        JinjaDict dict => dict.Entries.Select(e => e.Key),
        OriginString text => Characters(text),
        JinjaGenerator generator => generator.Items,
        Undefined { Kind: "UndefinedError" } => [],
        Undefined undefined => throw undefined.Error(),
        _ => throw JinjaException.Type(string.Format(System.Globalization.CultureInfo.InvariantCulture, message, Python.TypeName(value))),
    };

    public static object Sign(object? value, bool isNegative) => value switch
    {
        Undefined undefined => throw undefined.Error(),
        bool or long => (object)(isNegative ? -ToLong(value) : ToLong(value)),
        double number => isNegative ? -number : number,
        _ => throw JinjaException.Type($"bad operand type for unary {(isNegative ? '-' : '+')}: '{Python.TypeName(value)}'"),
    };

    public static object? Binary(string op, object? left, object? right, RenderState state)
    {
        if (left is Undefined undefined)
            throw undefined.Error();
        if (right is Undefined other)
            throw other.Error();
        if (IsNumber(left) && IsNumber(right))
            return Arithmetic.Compute(op, left!, right!);
        return (op, left, right) switch
        {
            ("+", OriginString a, OriginString b) => Concat(a, b, state),
            ("+", JinjaList a, JinjaList b) when a.IsTuple == b.IsTuple => new JinjaList([.. a.Items, .. b.Items], a.IsTuple),
            ("+", OriginString, _) => throw JinjaException.Type($"can only concatenate str (not \"{Python.TypeName(right)}\") to str"),
            ("+", JinjaList a, _) => throw JinjaException.Type(
                $"can only concatenate {Python.TypeName(a)} (not \"{Python.TypeName(right)}\") to {Python.TypeName(a)}"),
            ("*", OriginString or JinjaList, long or bool) => Repeat(left, ToLong(right), state),
            ("*", long or bool, OriginString or JinjaList) => Repeat(right, ToLong(left), state),
            ("%", OriginString format, _) => PercentFormat.Apply(format, right),
            _ => throw JinjaException.Type(
                $"unsupported operand type(s) for {(op == "**" ? "** or pow()" : op)}: '{Python.TypeName(left)}' and '{Python.TypeName(right)}'"),
        };
    }

    public static long ToLong(object? value) => value is bool flag ? (flag ? 1 : 0) : (long)value!;

    private static OriginString Concat(OriginString left, OriginString right, RenderState state)
    {
        if ((long)left.Length + right.Length > state.Limits.OutputChars)
            throw JinjaException.Limit($"a text is longer than {state.Limits.OutputChars} characters");
        if (!left.IsMarkup && !right.IsMarkup)
            return left.Concat(right);
        return (left.IsMarkup ? left : TextFilters.Escape(left)).Concat(right.IsMarkup ? right : TextFilters.Escape(right)).AsMarkup();
    }

    private static bool IsOrdered(string op, object? left, object? right)
    {
        // NaN is ordered with nothing.
        if (left is double.NaN || right is double.NaN)
            return false;
        int order = Order(left, right, op);
        return op switch
        {
            "<" => order < 0,
            "<=" => order <= 0,
            ">" => order > 0,
            _ => order >= 0,
        };
    }

    private static object Repeat(object? value, long count, RenderState state)
    {
        int times = (int)Math.Clamp(count, 0, int.MaxValue);
        if (value is OriginString text)
        {
            state.CheckMade((long)text.Length * times);
            OriginBuilder builder = new();
            for (int i = 0; i < times; i++)
                builder.Append(text);
            return builder.ToOriginString();
        }

        JinjaList list = (JinjaList)value!;
        state.CheckMade((long)list.Items.Count * times);
        return new JinjaList([.. Enumerable.Repeat(list.Items, times).SelectMany(i => i)], list.IsTuple);
    }

    private static IEnumerable<object?> Characters(OriginString text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            int length = i + 1 < text.Length && char.IsSurrogatePair(text.Text[i], text.Text[i + 1]) ? 2 : 1;
            yield return text.Slice(i, length);
            i += length - 1;
        }
    }
}
