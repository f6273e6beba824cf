namespace Hearth.Chat.Jinja;

/// <summary>
/// Finds texts in texts, and counts what that takes: a long text that begins like many places of another one is compared at each of them.
/// </summary>
internal static class TextSearch
{
    /// <summary>A text no longer than this is looked for at the speed of memory, whatever it is.</summary>
    private const int ShortChars = 64;

    /// <summary>Where <paramref name="part"/> stands first in <paramref name="text"/>; -1 where it does not.</summary>
    public static int IndexOf(ReadOnlySpan<char> text, ReadOnlySpan<char> part, RenderState state)
    {
        if (part.Length <= ShortChars)
        {
            int found = text.IndexOf(part);
            state.ReadChars(found < 0 ? text.Length : found);
            return found;
        }

        int from = 0;
        while (text.Length - from >= part.Length && text[from..].IndexOf(part[..ShortChars]) is >= 0 and var at)
        {
            from += at;
            state.ReadChars(at);
            if (IsAt(text, from, part, state))
                return from;
            from++;
        }

        state.ReadChars(text.Length - from);
        return -1;
    }

    /// <summary>Where <paramref name="part"/> stands last in <paramref name="text"/>; -1 where it does not.</summary>
    public static int LastIndexOf(ReadOnlySpan<char> text, ReadOnlySpan<char> part, RenderState state)
    {
        if (part.Length <= ShortChars)
        {
            int found = text.LastIndexOf(part);
            state.ReadChars(text.Length - Math.Max(0, found));
            return found;
        }

        int end = text.Length - part.Length + ShortChars;
        while (end >= ShortChars && text[..end].LastIndexOf(part[..ShortChars]) is >= 0 and var at)
        {
            state.ReadChars(end - at);
            if (IsAt(text, at, part, state))
                return at;
            end = at + ShortChars - 1;
        }

        state.ReadChars(Math.Max(0, end));
        return -1;
    }

    private static bool IsAt(ReadOnlySpan<char> text, int at, ReadOnlySpan<char> part, RenderState state)
    {
        state.Step();
        state.ReadChars(part.Length);
        return text.Slice(at, part.Length).SequenceEqual(part);
    }
}
