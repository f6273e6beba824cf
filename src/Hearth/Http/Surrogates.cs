using System.Globalization;

namespace Hearth.Http;

/// <summary>
/// JSON can escape half of a surrogate pair, which no text can hold: clients that cut texts in the middle of an emoji send it, and
/// reading it later throws.
/// </summary>
internal static class Surrogates
{
    private const int EscapeLength = 6;

    /// <summary>Where the first half pair of a JSON text stands, or -1.</summary>
    public static int FindLone(ReadOnlySpan<byte> json)
    {
        for (int at = Next(json, 0); at >= 0; at = Next(json, at))
        {
            bool isPair = Unit(json, at) is { } high && char.IsHighSurrogate(high)
                && Unit(json, at + EscapeLength) is { } low && char.IsLowSurrogate(low);
            if (!isPair)
                return at;
            at += 2 * EscapeLength;
        }

        return -1;
    }

    /// <summary>The next escape of a surrogate at or after <paramref name="from"/>.</summary>
    private static int Next(ReadOnlySpan<byte> json, int from)
    {
        while (from < json.Length && json[from..].IndexOf((byte)'\\') is >= 0 and var offset)
        {
            int at = from + offset;
            if (Unit(json, at) is { } unit && char.IsSurrogate(unit))
                return at;
            from = at + 2;
        }

        return -1;
    }

    /// <summary>The UTF-16 unit that a <c>\u</c> escape at this place stands for, or null.</summary>
    private static char? Unit(ReadOnlySpan<byte> json, int at) =>
        at + EscapeLength <= json.Length && json[at] == '\\' && json[at + 1] == 'u'
        && ushort.TryParse(json.Slice(at + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort unit)
            ? (char)unit
            : null;
}
