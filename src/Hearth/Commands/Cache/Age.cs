using System.Globalization;

namespace Hearth.Commands.Cache;

/// <summary>Lengths of time as people write them on a command line.</summary>
internal static class Age
{
    /// <summary>Far more than any cache lives; keeps moments clear of the calendar's beginning.</summary>
    private const int MostDays = 36_500;

    /// <summary>Reads days or hours, such as <c>7d</c> or <c>12h</c>; null for anything else.</summary>
    public static TimeSpan? Parse(string text)
    {
        var isNumber = int.TryParse(text.AsSpan(0, Math.Max(0, text.Length - 1)), NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        return (isNumber, text.LastOrDefault()) switch
        {
            (true, 'd') when number <= MostDays => TimeSpan.FromDays(number),
            (true, 'h') when number <= MostDays * 24 => TimeSpan.FromHours(number),
            _ => null,
        };
    }
}
