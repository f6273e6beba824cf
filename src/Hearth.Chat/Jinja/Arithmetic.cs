using System.Numerics;

namespace Hearth.Chat.Jinja;

/// <summary>
/// Arithmetic on numbers as Python does it. An integer is a long where it fits and a <see cref="BigInteger"/> only where it does not.
/// </summary>
internal static class Arithmetic
{
    /// <summary>Every integer up to this one is a double.</summary>
    private static readonly BigInteger ExactDouble = 1L << 53;

    public static object Compute(string op, object left, object right)
    {
        if (op == "/" && left is not double && right is not double)
            return DivideIntegers(Integer(left), Integer(right));
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

    /// <summary>The floating-point number that is nearest, ties to even; infinite where none is near.</summary>
    public static double Nearest(BigInteger value)
    {
        const int kept = 64;
        BigInteger size = BigInteger.Abs(value);
        int shift = (int)Math.Max(0, (long)size.GetBitLength() - kept);
        BigInteger top = size >> shift;
        // What is cut off is far below the last bit that counts, but it decides ties.
        ulong bits = (ulong)top | (top << shift != size ? 1UL : 0);
        double number = Math.ScaleB((double)bits, shift);
        return value.Sign < 0 ? -number : number;
    }

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
        "/" => right == 0 ? throw ByZero("float division by zero") : left / right,
        "//" => right == 0 ? throw ByZero("float floor division by zero") : DivideModulo(left, right).Quotient,
        "%" => right == 0 ? throw ByZero("float modulo") : DivideModulo(left, right).Modulo,
        _ => PowerDouble(left, right),
    };

    /// <summary>The quotient of integers of any length, rounded once.</summary>
    private static double DivideIntegers(BigInteger left, BigInteger right)
    {
        if (right.IsZero)
            throw ByZero("division by zero");
        if (BigInteger.Abs(left) <= ExactDouble && BigInteger.Abs(right) <= ExactDouble)
            return (double)left / (double)right;
        // Enough bits for the 53 of a double, and one that says whether anything is left over.
        int shift = (int)(66 - left.GetBitLength() + right.GetBitLength());
        (BigInteger quotient, BigInteger rest) = BigInteger.DivRem(
            BigInteger.Abs(left) << Math.Max(0, shift), BigInteger.Abs(right) << Math.Max(0, -shift));
        double result = Math.ScaleB(Operators.ToDouble((quotient << 1) + (rest.IsZero ? 0 : 1)), -shift - 1);
        if (double.IsInfinity(result))
            throw new JinjaException("OverflowError", "integer division result too large for a float");
        return left.Sign < 0 == right.Sign < 0 ? result : -result;
    }

    /// <summary>Python's floor division of floats: the rest has the sign of the divisor, and the quotient fits the rest.</summary>
    private static (double Quotient, double Modulo) DivideModulo(double left, double right)
    {
        double rest = left % right;
        double quotient = (left - rest) / right;
        if (rest == 0)
        {
            rest = Math.CopySign(0, right);
        }
        else if (right < 0 != rest < 0)
        {
            rest += right;
            quotient -= 1;
        }

        if (quotient == 0)
            return (Math.CopySign(0, left / right), rest);
        double floor = Math.Floor(quotient);
        return (quotient - floor > 0.5 ? floor + 1 : floor, rest);
    }

    private static object Power(BigInteger value, BigInteger exponent)
    {
        if (exponent < 0)
            return PowerDouble(Operators.ToDouble(value), Operators.ToDouble(exponent));
        if (value.IsZero || value.IsOne)
            return (long)(exponent.IsZero ? BigInteger.One : value);
        return exponent * (BigInteger.Abs(value).GetBitLength() - 1) <= JinjaLimits.IntegerBits && exponent <= int.MaxValue
            ? Normal(BigInteger.Pow(value, (int)exponent))
            : throw JinjaException.Limit($"an integer is longer than {JinjaLimits.IntegerBits} bits");
    }

    private static double PowerDouble(double value, double exponent) => value == 0 && exponent < 0
        ? throw ByZero("0.0 cannot be raised to a negative power")
        : Math.Pow(value, exponent) is var power && double.IsInfinity(power) && double.IsFinite(value) && double.IsFinite(exponent)
            ? throw new JinjaException("OverflowError", "(34, 'Numerical result out of range')")
            : power;

    private static JinjaException ByZero(string message) => new("ZeroDivisionError", message);
}
