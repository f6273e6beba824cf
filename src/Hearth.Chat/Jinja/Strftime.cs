using System.Globalization;
using System.Text;

namespace Hearth.Chat.Jinja;

/// <summary>Python's <c>strftime</c> in the C locale.</summary>
internal static class Strftime
{
    public static string Format(DateTimeOffset time, string format)
    {
        StringBuilder result = new();
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                result.Append(format[i]);
                continue;
            }

            bool isPlain = format[i + 1] == '-' && i + 2 < format.Length;
            i += isPlain ? 2 : 1;
            string text = Directive(time, format[i]) ?? "%" + (isPlain ? "-" : "") + format[i];
            result.Append(isPlain && text.Length > 1 ? text.TrimStart('0') is { Length: > 0 } plain ? plain : "0" : text);
        }

        return result.ToString();
    }

    private static string? Directive(DateTimeOffset time, char directive) => directive switch
    {
        'a' => Pattern(time, "ddd"),
        'A' => Pattern(time, "dddd"),
        'b' or 'h' => Pattern(time, "MMM"),
        'B' => Pattern(time, "MMMM"),
        'd' => Pattern(time, "dd"),
        'e' => $"{time.Day,2}",
        'm' => Pattern(time, "MM"),
        'y' => Pattern(time, "yy"),
        'C' => $"{time.Year / 100:00}",
        'Y' => Pattern(time, "yyyy"),
        'H' => Pattern(time, "HH"),
        'I' => Pattern(time, "hh"),
        'M' => Pattern(time, "mm"),
        'S' => Pattern(time, "ss"),
        'f' => Pattern(time, "ffffff"),
        'p' => time.Hour < 12 ? "AM" : "PM",
        'j' => $"{time.DayOfYear:000}",
        'u' => $"{(time.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)time.DayOfWeek)}",
        'w' => $"{(int)time.DayOfWeek}",
        'U' => $"{(time.DayOfYear + 6 - (int)time.DayOfWeek) / 7:00}",
        'W' => $"{(time.DayOfYear + 6 - (((int)time.DayOfWeek + 6) % 7)) / 7:00}",
        'V' => $"{ISOWeek.GetWeekOfYear(time.DateTime):00}",
        'G' => $"{ISOWeek.GetYear(time.DateTime)}",
        'c' => Pattern(time, "ddd MMM ") + $"{time.Day,2}" + Pattern(time, " HH:mm:ss yyyy"),
        'D' or 'x' => Pattern(time, "MM/dd/yy"),
        'F' => Pattern(time, "yyyy-MM-dd"),
        'T' or 'X' => Pattern(time, "HH:mm:ss"),
        'R' => Pattern(time, "HH:mm"),
        's' => time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        'z' or 'Z' => "",
        'n' => "\n",
        't' => "\t",
        '%' => "%",
        _ => null,
    };

    private static string Pattern(DateTimeOffset time, string pattern) =>
        time.ToString(pattern.Replace("/", "'/'", StringComparison.Ordinal).Replace(":", "':'", StringComparison.Ordinal), CultureInfo.InvariantCulture);
}
