using System.Globalization;
using System.Numerics;

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

    public static bool IsNumber(object? value) => value is long or double or bool or BigInteger;

    public static double ToDouble(object? value) => value switch
    {
        bool flag => flag ? 1 : 0,
        long number => number,
        double number => number,
        BigInteger number => Arithmetic.Nearest(number) is var real && double.IsFinite(real)
            ? real
            : throw new JinjaException("OverflowError", "int too large to convert to float"),
        _ => throw JinjaException.Type($"must be real number, not {Python.TypeName(value)}"),
    };

    /// <summary>An integer for a size or an index.</summary>
    public static int ToIndex(object? value) => value switch
    {
        bool flag => flag ? 1 : 0,
        long number => (int)Math.Clamp(number, int.MinValue, int.MaxValue),
        BigInteger number => number.Sign > 0 ? int.MaxValue : int.MinValue,
        Undefined undefined => throw undefined.Error(),
        _ => throw JinjaException.Type($"'{Python.TypeName(value)}' object cannot be interpreted as an integer"),
    };

    /// <summary>
    /// Every compared item counts as a step of <paramref name="state"/>, and long texts as several. Keys of mappings are compared without
    /// one: whoever looks a key up has counted it, and a tuple as a key is short.
    /// </summary>
    public static bool AreEqual(object? left, object? right, RenderState? state = null, int depth = 0)
    {
        state?.Step();
        CheckDepth(depth);
        if (IsNumber(left) && IsNumber(right))
            return Arithmetic.Compare(left!, right!) == 0;
        return (left, right) switch
        {
            (Undefined, Undefined) => true,
            (JinjaList a, JinjaList b) => a.IsTuple == b.IsTuple && a.View == b.View && a.Items.Count == b.Items.Count
                && a.Items.Zip(b.Items).All(p => AreEqual(p.First, p.Second, state, depth + 1)),
            (JinjaDict a, JinjaDict b) => a.Count == b.Count
                && a.Entries.All(e => b.TryGet(e.Key, out object? other) && AreEqual(e.Value, other, state, depth + 1)),
            (OriginString a, OriginString b) => AreEqualTexts(a, b, state),
            _ => Equals(left, right),
        };
    }

    private static bool AreEqualTexts(OriginString left, OriginString right, RenderState? state)
    {
        if (ReferenceEquals(left, right) || left.Length != right.Length)
            return left.Length == right.Length;
        state?.Read(left);
        return left.Text == right.Text;
    }

    /// <summary>Values are trees that templates can make endlessly deep; whoever walks one stops here.</summary>
    public static void CheckDepth(int depth)
    {
        if (depth > JinjaLimits.ValueDepth)
            throw JinjaException.Limit($"a value is nested deeper than {JinjaLimits.ValueDepth}");
    }

    public static bool Compare(string op, object? left, object? right, RenderState state) => op switch
    {
        "==" => AreEqual(left, right, state),
        "!=" => !AreEqual(left, right, state),
        "in" => Contains(right, left, state),
        "not in" => !Contains(right, left, state),
        _ => IsOrdered(op, left, right, state),
    };

    /// <summary>Negative, zero or positive, as sorting needs it.</summary>
    public static int Order(object? left, object? right, RenderState state, string op = "<", int depth = 0)
    {
        state.Step();
        CheckDepth(depth);
        if (left is Undefined undefined)
            throw undefined.Error();
        if (right is Undefined other)
            throw other.Error();
        if (IsNumber(left) && IsNumber(right))
            return Arithmetic.Compare(left!, right!) ?? ToDouble(left).CompareTo(ToDouble(right));
        if (left is OriginString x && right is OriginString y)
        {
            state.Read(x.Length < y.Length ? x : y);
            return CompareCodePoints(x.Text, y.Text);
        }

        if (left is JinjaList { View: null } first && right is JinjaList { View: null } second && first.IsTuple == second.IsTuple)
        {
            foreach ((object? item, object? otherItem) in first.Items.Zip(second.Items))
            {
                if (!AreEqual(item, otherItem, state, depth + 1))
                    return Order(item, otherItem, state, op, depth + 1);
            }

            return first.Items.Count.CompareTo(second.Items.Count);
        }

        throw JinjaException.Type($"'{op}' not supported between instances of '{Python.TypeName(left)}' and '{Python.TypeName(right)}'");
    }

    public static bool Contains(object? container, object? item, RenderState state) => container switch
    {
        OriginString text => item is OriginString part
            ? TextSearch.IndexOf(text.Text, part.Text, state) >= 0
            : throw JinjaException.Type($"'in <string>' requires string as left operand, not {Python.TypeName(item)}"),
        JinjaDict dict => dict.TryGetHashable(item, out _, state),
        _ => Iterate(container, state, "argument of type '{0}' is not iterable").Any(other => AreEqual(other, item, state)),
    };

    /// <summary>The items of a value, counted as far as nobody counts them who takes them one by one.</summary>
    public static IEnumerable<object?> Iterate(object? value, RenderState state, string message = "'{0}' object is not iterable")
    {
        state.Read(value);
        return Items(value, state, message);
    }

    private static IEnumerable<object?> Items(object? value, RenderState state, string message) => value switch
    {
        JinjaList list => list.Items,
        JinjaDict dict => dict.Entries.Select(e => e.Key),
        OriginString text => Characters(text, state),
        JinjaGenerator generator => generator.Items,
        LoopState loop => loop.Items,
        Undefined => [],
        _ => throw JinjaException.Type(string.Format(CultureInfo.InvariantCulture, message, Python.TypeName(value))),
    };

    public static object Sign(object? value, bool isNegative) => value switch
    {
        Undefined undefined => throw undefined.Error(),
        bool or long or BigInteger => Arithmetic.Normal(isNegative ? -Arithmetic.Integer(value) : Arithmetic.Integer(value)),
        double number => isNegative ? -number : number,
        _ => throw JinjaException.Type($"bad operand type for unary {(isNegative ? '-' : '+')}: '{Python.TypeName(value)}'"),
    };

    public static object? Binary(string op, object? left, object? right, RenderState state)
    {
        if (left is Undefined undefined)
            throw undefined.Error();
        if (right is Undefined other && !(op == "%" && left is OriginString))
            throw other.Error();
        if (IsNumber(left) && IsNumber(right))
        {
            state.Multiply(left, right);
            return Arithmetic.Compute(op, left!, right!);
        }

        return (op, left, right) switch
        {
            ("+", OriginString a, OriginString b) => Concat(a, b, state),
            ("+", JinjaList { View: null } a, JinjaList { View: null } b) when a.IsTuple == b.IsTuple => Joined(a, b, state),
            ("+", OriginString, _) => throw JinjaException.Type($"can only concatenate str (not \"{Python.TypeName(right)}\") to str"),
            ("+", JinjaList { View: null } a, _) => throw JinjaException.Type(
                $"can only concatenate {Python.TypeName(a)} (not \"{Python.TypeName(right)}\") to {Python.TypeName(a)}"),
            ("*", OriginString or JinjaList { View: null }, _) => Repeat(left, right, state),
            ("*", _, OriginString or JinjaList { View: null }) => Repeat(right, left, state),
            ("%", OriginString format, _) => PercentFormat.Apply(format, right, state),
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
        return (left.IsMarkup ? left : TextFilters.Escape(left, state)).Concat(right.IsMarkup ? right : TextFilters.Escape(right, state)).AsMarkup();
    }

    private static JinjaList Joined(JinjaList left, JinjaList right, RenderState state)
    {
        state.CheckMade((long)left.Items.Count + right.Items.Count);
        return new JinjaList([.. left.Items, .. right.Items], left.IsTuple);
    }

    /// <summary>UTF-16 puts surrogates before the last characters of the basic plane, code points come after them.</summary>
    private static int CompareCodePoints(string left, string right)
    {
        int at = left.AsSpan().CommonPrefixLength(right);
        if (at == left.Length || at == right.Length || char.IsSurrogate(left[at]) == char.IsSurrogate(right[at]))
            return string.CompareOrdinal(left, at, right, at, int.MaxValue);
        return char.IsSurrogate(left[at]) ? 1 : -1;
    }

    private static bool IsOrdered(string op, object? left, object? right, RenderState state)
    {
        // NaN is ordered with nothing.
        if (left is double.NaN || right is double.NaN)
            return false;
        int order = Order(left, right, state, op);
        return op switch
        {
            "<" => order < 0,
            "<=" => order <= 0,
            ">" => order > 0,
            _ => order >= 0,
        };
    }

    private static object Repeat(object? value, object? count, RenderState state)
    {
        if (count is not (long or bool or BigInteger))
            throw JinjaException.Type($"can't multiply sequence by non-int of type '{Python.TypeName(count)}'");
        int times = Math.Max(0, ToIndex(count));
        if (value is OriginString text)
        {
            if (text.Length == 0)
                return text;
            state.CheckMade((long)text.Length * times);
            OriginBuilder builder = new();
            for (int i = 0; i < times; i++)
                builder.Append(text);
            return text.IsMarkup ? builder.ToOriginString().AsMarkup() : builder.ToOriginString();
        }

        JinjaList list = (JinjaList)value!;
        if (list.Items.Count == 0)
            return list;
        state.CheckMade((long)list.Items.Count * times);
        return new JinjaList([.. Enumerable.Repeat(list.Items, times).SelectMany(i => i)], list.IsTuple);
    }

    private static IEnumerable<object?> Characters(OriginString text, RenderState state)
    {
        for (int i = 0; i < text.Length; i++)
        {
            state.Step();
            if (i >= state.Limits.MadeItems)
                state.CheckMade(text.Length);
            int length = i + 1 < text.Length && char.IsSurrogatePair(text.Text[i], text.Text[i + 1]) ? 2 : 1;
            yield return text.Slice(i, length);
            i += length - 1;
        }
    }
}
