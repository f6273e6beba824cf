namespace Hearth.Telemetry;

/// <summary>The beginning of a text that somebody else chose the length of.</summary>
internal static class Excerpt
{
    /// <summary>The text itself, or its first <paramref name="most"/> characters and a mark that more was there. Never keeps the long one alive.</summary>
    public static string Of(string text, int most)
    {
        if (text.Length <= most)
            return text;
        int end = char.IsHighSurrogate(text[most - 1]) ? most - 1 : most;
        return string.Concat(text.AsSpan(0, end), "…");
    }
}
