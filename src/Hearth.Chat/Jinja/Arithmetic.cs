namespace Hearth.Chat.Jinja;

/// <summary>Arithmetic on numbers as Python does it; integers that leave 64 bits are an error, never wrapped.</summary>
internal static class Arithmetic
{
    public static object Compute(string op, object left, object right)
    {
        if (op == "/")
            return Divide(Operators.ToDouble(left), Operators.ToDouble(right));
        if (left is double || right is double)
            return ComputeDouble(op, Operators.ToDouble(left), Operators.ToDouble(right));
        try
        {
            return ComputeLong(op, Operators.ToLong(left), Operators.ToLong(right));
        }
        catch (OverflowException)
        {
            throw JinjaException.Limit("an integer is larger than 64 bits");
        }
    }

    private static object ComputeLong(string op, long left, long right)
    {
        checked
        {
            return op switch
            {
                "+" => left + right,
                "-" => left - right,
                "*" => left * right,
                "//" => FloorDivide(left, NonZero(right, "integer division or modulo by zero")),
                "%" => left - (FloorDivide(left, NonZero(right, "integer modulo by zero")) * right),
                _ when right < 0 => (object)Math.Pow(left, right),
                _ => Power(left, right),
            };
        }
    }

    private static object ComputeDouble(string op, double left, double right) => op switch
    {
        "+" => left + right,
        "-" => left - right,
        "*" => left * right,
        "//" => Math.Floor(Divide(left, right)),
        "%" => Modulo(left, right),
        _ => Math.Pow(left, right),
    };

    private static double Divide(double left, double right) =>
        right == 0 ? throw new JinjaException("ZeroDivisionError", "division by zero") : left / right;

    private static double Modulo(double left, double right)
    {
        if (right == 0)
            throw new JinjaException("ZeroDivisionError", "float modulo");
        double rest = left % right;
        return rest != 0 && (rest < 0) != (right < 0) ? rest + right : rest;
    }

    private static long NonZero(long value, string message) => value != 0 ? value : throw new JinjaException("ZeroDivisionError", message);

    private static long FloorDivide(long left, long right)
    {
        long quotient = checked(left / right);
        return left % right != 0 && (left < 0) != (right < 0) ? quotient - 1 : quotient;
    }

    private static long Power(long value, long exponent)
    {
        if (value is 0 or 1)
            return exponent == 0 ? 1 : value;
        if (exponent > 64)
            throw new OverflowException();
        long result = 1;
        for (long i = 0; i < exponent; i++)
            result = checked(result * value);
        return result;
    }
}
