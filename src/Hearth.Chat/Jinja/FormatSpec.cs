using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.RegularExpressions;

namespace Hearth.Chat.Jinja;

/// <summary>Python's format specification, what stands after the colon of a replacement field, and values laid out by it.</summary>
internal sealed partial class FormatSpec
{
    private readonly Match _match;

    private FormatSpec(Match match)
    {
        _match = match;
        Type = match.Groups["type"].Value is [var c] ? c : '\0';
        Precision = match.Groups["precision"].Success ? Number(match.Groups["precision"]) : null;
    }

    private char Type { get; }

    private int? Precision { get; }

    private string Sign => _match.Groups["sign"].Value;

    private string Group => _match.Groups["group"].Value;

    private bool IsAlternate => _match.Groups["alternate"].Success;

    public static OriginString Format(object? value, string text, RenderState state)
    {
        if (text.Length == 0)
            return Python.ToText(value, state);
        if (value is not (OriginString or long or BigInteger or double or bool))
            throw JinjaException.Type($"unsupported format string passed to {Python.TypeName(value)}.__format__");
        Match match = Layout().Match(text);
        if (!match.Success)
            throw JinjaException.Value($"Invalid format specifier '{text}' for object of type '{Python.TypeName(value)}'");
        FormatSpec spec = new(match);
        return value switch
        {
            OriginString part => spec.Text(part, state),
            double number => spec.Float(number, state),
            _ => spec.Integer(value, state),
        };
    }

    private static int Number(Group digits) => int.TryParse(digits.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
        ? number
        : throw JinjaException.Value("Too many decimal digits in format string");

    private OriginString Text(OriginString text, RenderState state)
    {
        if (Type is not ('\0' or 's'))
            throw Unknown("str");
        if (Sign.Length > 0 || IsAlternate || Group.Length > 0 || _match.Groups["z"].Success || _match.Groups["align"].Value == "=")
            throw JinjaException.Value("a sign, '#', 'z', '=' or grouping is not allowed in string format specifier");
        OriginString kept = Precision is { } longest && text.CodePoints > longest ? text.SliceCodePoints(0, longest) : text;
        return Pad(OriginString.Empty, kept, _match.Groups["zero"].Success ? "0" : " ", "<", state);
    }

    private OriginString Integer(object value, RenderState state)
    {
        if (Type is 'e' or 'E' or 'f' or 'F' or 'g' or 'G' or '%')
            return Float(Operators.ToDouble(value), state);
        if (Precision is not null || _match.Groups["z"].Success)
            throw JinjaException.Value("Precision not allowed in integer format specifier");
        if (Type == 'c')
        {
            if (Sign.Length > 0 || Group.Length > 0 || IsAlternate)
                throw JinjaException.Value("Sign not allowed with integer format specifier 'c'");
            return Pad(OriginString.Empty, PercentFormat.Character(value), " ", "<", state);
        }

        if (Type is not ('\0' or 'd' or 'n' or 'b' or 'o' or 'x' or 'X'))
            throw Unknown(Python.TypeName(value));
        bool isDecimal = Type is '\0' or 'd';
        if ((Group == "," && !isDecimal) || (Group == "_" && Type == 'n'))
            throw JinjaException.Value($"Cannot specify '{Group}' with '{Type}'.");
        BigInteger number = Arithmetic.Integer(value);
        state.Multiply(value, value);
        string prefix = IsAlternate && Type is ('b' or 'o' or 'x' or 'X') ? "0" + Type : "";
        return Signed(number.Sign < 0, prefix, NumberFormat.Digits(number, Type), isDecimal ? 3 : 4, state);
    }

    private OriginString Float(double number, RenderState state)
    {
        if (Type is not ('\0' or 'e' or 'E' or 'f' or 'F' or 'g' or 'G' or 'n' or '%'))
            throw Unknown("float");
        if (Group.Length > 0 && Type == 'n')
            throw JinjaException.Value($"Cannot specify '{Group}' with 'n'.");
        string digits = (Type, Precision) switch
        {
            ('\0', null) => Python.Number(number).TrimStart('-'),
            ('\0', { } precision) => NumberFormat.Typeless(number, precision),
            ('%', var precision) => NumberFormat.Digits(number * 100, 'f', precision ?? 6, IsAlternate) + "%",
            ('n', var precision) => NumberFormat.Digits(number, 'g', precision ?? 6, IsAlternate),
            var (type, precision) => NumberFormat.Digits(number, type, precision ?? 6, IsAlternate),
        };
        bool isNegative = double.IsNegative(number) && !double.IsNaN(number) && !(_match.Groups["z"].Success && digits.All(c => c is '0' or '.'));
        return Signed(isNegative, "", digits, 3, state);
    }

    private OriginString Signed(bool isNegative, string prefix, string digits, int groupSize, RenderState state)
    {
        string sign = (isNegative ? "-" : Sign is "+" or " " ? Sign : "") + prefix;
        bool hasZeros = _match.Groups["zero"].Success && !_match.Groups["fill"].Success && _match.Groups["align"].Value is "" or "=";
        int whole = digits.TakeWhile(groupSize == 3 ? char.IsAsciiDigit : char.IsAsciiHexDigit).Count();
        if (Group.Length > 0 && whole > 0)
            digits = Grouped(digits, whole, groupSize, hasZeros ? Width(state) - sign.Length : 0);
        return Pad(OriginString.Trusted(sign), OriginString.Trusted(digits), _match.Groups["zero"].Success ? "0" : " ", hasZeros ? "=" : ">", state);
    }

    /// <summary>Zeros that fill the width are grouped with the digits.</summary>
    private string Grouped(string digits, int whole, int size, int width)
    {
        string number = digits[..whole];
        string rest = digits[whole..];
        int zeros = 0;
        while (number.Length + zeros + ((number.Length + zeros - 1) / size) + rest.Length < width)
            zeros++;
        number = new string('0', zeros) + number;
        int first = ((number.Length - 1) % size) + 1;
        StringBuilder grouped = new(number, 0, first, number.Length + (number.Length / size) + rest.Length);
        for (int i = first; i < number.Length; i += size)
            grouped.Append(Group).Append(number, i, size);
        return grouped.Append(rest).ToString();
    }

    private int Width(RenderState state)
    {
        int width = _match.Groups["width"].Length == 0 ? 0 : Number(_match.Groups["width"]);
        state.CheckMade(width);
        return width;
    }

    private OriginString Pad(OriginString sign, OriginString text, string plainFill, string plainAlign, RenderState state)
    {
        int missing = Math.Max(0, Width(state) - sign.Length - text.CodePoints);
        string fill = _match.Groups["fill"].Success ? _match.Groups["fill"].Value : plainFill;
        string align = _match.Groups["align"].Success ? _match.Groups["align"].Value : plainAlign;
        int left = align switch { "<" => 0, "^" => missing / 2, _ => missing };
        string before = string.Concat(Enumerable.Repeat(fill, left));
        OriginBuilder builder = new(state.Limits.OutputChars);
        _ = align == "=" ? builder.Append(sign).Append(before) : builder.Append(before).Append(sign);
        return builder.Append(text).Append(string.Concat(Enumerable.Repeat(fill, missing - left))).ToOriginString();
    }

    private JinjaException Unknown(string typeName) => JinjaException.Value($"Unknown format code '{Type}' for object of type '{typeName}'");

    [GeneratedRegex(
        @"^(?:(?<fill>[\ud800-\udbff][\udc00-\udfff]|[\s\S])?(?<align>[<>=^]))?(?<sign>[-+ ])?(?<z>z)?(?<alternate>#)?(?<zero>0)?(?<width>[0-9]*)(?<group>[,_])?(?:\.(?<precision>[0-9]+))?(?<type>[a-zA-Z%])?\z",
        RegexOptions.None,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Layout();
}
