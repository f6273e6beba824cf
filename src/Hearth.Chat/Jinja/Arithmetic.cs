using System.Numerics;

namespace Hearth.Chat.Jinja;

/// <summary>
/// Arithmetic on numbers as Python does it. An integer is a long where it fits and a <see cref="BigInteger"/> only where it does not.
/// </summary>
internal static class Arithmetic
{
    public static object Compute(string op, object left, object right)
    {
        if (op == "/")
            return Divide(Operators.ToDouble(left), Operators.ToDouble(right), "division by zero");
        if (left is double || right is double)
            return ComputeDouble(op, Operators.ToDouble(left), Operators.ToDouble(right));
        if (op == "**")
            return Power(Integer(left), Integer(right));
        return left is BigInteger || right is BigInteger
            ? Normal(ComputeBig(op, Integer(left), Integer(right)))
            : Normal(ComputeLong(op, Operators.ToLong(left), Operators.ToLong(right)));
    }

    /// <summary>The value of a bool, long or BigInteger.</summary>
    public static BigInteger Integer(object value) => value is BigInteger big ? big : Operators.ToLong(value);

    /// <summary>The integer as values hold it.</summary>
    public static object Normal(BigInteger value)
    {
        if (value >= long.MinValue && value <= long.MaxValue)
            return (long)value;
        return value.GetBitLength() <= JinjaLimits.IntegerBits
            ? value
            : throw JinjaException.Limit($"an integer is longer than {JinjaLimits.IntegerBits} bits");
    }

    /// <summary>Negative, zero or positive, exactly even between integers and floating point; null where one is not a number.</summary>
    public static int? Compare(object left, object right)
    {
        if (left is long a && right is long b)
            return a.CompareTo(b);
        if (left is double x)
            return right is double y ? CompareDoubles(x, y) : -CompareMixed(Integer(right), x);
        return right is double z ? CompareMixed(Integer(left), z) : Integer(left).CompareTo(Integer(right));
    }

    private static int? CompareDoubles(double left, double right) =>
        double.IsNaN(left) || double.IsNaN(right) ? null : left.CompareTo(right);

    private static int? CompareMixed(BigInteger left, double right)
    {
        if (double.IsNaN(right))
            return null;
        if (double.IsInfinity(right))
            return right > 0 ? -1 : 1;
        int whole = left.CompareTo(new BigInteger(right));
        return whole != 0 ? whole : -Math.Sign(right - Math.Truncate(right));
    }

    private static object Normal(Int128 value) => value >= long.MinValue && value <= long.MaxValue ? (object)(long)value : (BigInteger)value;

    /// <summary>128 bits hold every result of two longs.</summary>
    private static Int128 ComputeLong(string op, Int128 left, Int128 right) => op switch
    {
        "+" => left + right,
        "-" => left - right,
        "*" => left * right,
        "//" => FloorDivide(left, right != 0 ? right : throw ByZero("integer division or modulo by zero")),
        _ => left - (FloorDivide(left, right != 0 ? right : throw ByZero("integer modulo by zero")) * right),
    };

    private static BigInteger ComputeBig(string op, BigInteger left, BigInteger right) => op switch
    {
        "+" => left + right,
        "-" => left - right,
        "*" => left * right,
        "//" => FloorDivide(left, right != 0 ? right : throw ByZero("integer division or modulo by zero")),
        _ => left - (FloorDivide(left, right != 0 ? right : throw ByZero("integer modulo by zero")) * right),
    };

    private static T FloorDivide<T>(T left, T right)
        where T : IBinaryInteger<T>
    {
        (T quotient, T rest) = T.DivRem(left, right);
        return !T.IsZero(rest) && T.IsNegative(rest) != T.IsNegative(right) ? quotient - T.One : quotient;
    }

    private static double ComputeDouble(string op, double left, double right) => op switch
    {
        "+" => left + right,
        "-" => left - right,
        "*" => left * right,
        "//" => Math.Floor(Divide(left, right, "float floor division by zero")),
        "%" => Modulo(left, right),
        _ => PowerDouble(left, right),
    };

    private static double Divide(double left, double right, string message) => right == 0 ? throw ByZero(message) : left / right;

    private static double Modulo(double left, double right)
    {
        if (right == 0)
            throw ByZero("float modulo");
        double rest = left % right;
        return rest != 0 && (rest < 0) != (right < 0) ? rest + right : rest;
    }

    private static object Power(BigInteger value, BigInteger exponent)
    {
        if (exponent < 0)
            return PowerDouble((double)value, (double)exponent);
        if (value.IsZero || value.IsOne)
            return (long)(exponent.IsZero ? BigInteger.One : value);
        return exponent * (BigInteger.Abs(value).GetBitLength() - 1) <= JinjaLimits.IntegerBits && exponent <= int.MaxValue
            ? Normal(BigInteger.Pow(value, (int)exponent))
            : throw JinjaException.Limit($"an integer is longer than {JinjaLimits.IntegerBits} bits");
    }

    private static double PowerDouble(double value, double exponent) => value == 0 && exponent < 0
        ? throw ByZero("0.0 cannot be raised to a negative power")
        : Math.Pow(value, exponent);

    private static JinjaException ByZero(string message) => new("ZeroDivisionError", message);
}
