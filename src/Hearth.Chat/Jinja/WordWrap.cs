using System.Text.RegularExpressions;

namespace Hearth.Chat.Jinja;

/// <summary>The <c>wordwrap</c> filter: Python's <c>textwrap</c>, line by line.</summary>
internal static partial class WordWrap
{
    /// <summary>Longest search for one word, which is found in some microseconds on a machine that is not busy.</summary>
    private const int SearchMilliseconds = 1000;

    public static OriginString Apply(OriginString text, Arguments arguments, RenderState state)
    {
        int width = arguments.Int(0, "width", 79);
        bool breaksWords = arguments.Flag(1, "break_long_words", fallback: true);
        OriginString separator = arguments.Get(2, "wrapstring") is { } given ? Python.ToText(given, state) : OriginString.Trusted("\n");
        bool breaksHyphens = arguments.Flag(3, "break_on_hyphens", fallback: true);
        if (width <= 0)
            throw JinjaException.Value($"invalid width {width} (must be > 0)");
        OriginBuilder builder = new(state.Limits.OutputChars);
        List<OriginString> lines = StringMethods.SplitLines(text, state);
        for (int i = 0; i < lines.Count; i++)
        {
            if (i > 0)
                builder.Append(separator);
            List<OriginString> wrapped = Wrap(Chunks(lines[i], breaksHyphens, state), width, breaksWords, breaksHyphens, state);
            for (int j = 0; j < wrapped.Count; j++)
                (j > 0 ? builder.Append(separator) : builder).Append(wrapped[j]);
        }

        return builder.ToOriginString();
    }

    /// <summary>Words and the space between them, last first.</summary>
    private static Stack<OriginString> Chunks(OriginString line, bool breaksHyphens, RenderState state)
    {
        List<OriginString> chunks = [];
        int start = 0;
        foreach (Match match in (breaksHyphens ? Parts() : Spaces()).Matches(line.Text))
        {
            state.Step();
            if (match.Index > start)
                chunks.Add(line.Slice(start, match.Index - start));
            chunks.Add(line.Slice(match.Index, match.Length));
            start = match.Index + match.Length;
        }

        if (start < line.Length)
            chunks.Add(line.Slice(start, line.Length - start));
        chunks.Reverse();
        return new Stack<OriginString>(chunks);
    }

    private static List<OriginString> Wrap(Stack<OriginString> chunks, int width, bool breaksWords, bool breaksHyphens, RenderState state)
    {
        List<OriginString> lines = [];
        while (chunks.Count > 0)
        {
            state.Step();
            List<OriginString> current = [];
            int length = 0;
            if (lines.Count > 0 && IsBlank(chunks.Peek()))
                chunks.Pop();
            while (chunks.TryPeek(out OriginString? next) && length + next.CodePoints <= width)
            {
                current.Add(chunks.Pop());
                length += next.CodePoints;
            }

            if (chunks.TryPeek(out OriginString? longer) && longer.CodePoints > width)
                Break(chunks, current, width - length, breaksWords, breaksHyphens, state);
            if (current.Count > 0 && IsBlank(current[^1]))
                current.RemoveAt(current.Count - 1);
            if (current.Count > 0)
                lines.Add(current.Aggregate((a, b) => a.Concat(b)));
        }

        return lines;
    }

    /// <summary>Takes what fits of a word that fits no line, or all of it when words stay whole.</summary>
    private static void Break(Stack<OriginString> chunks, List<OriginString> current, int space, bool breaksWords, bool breaksHyphens, RenderState state)
    {
        if (!breaksWords)
        {
            if (current.Count == 0)
                current.Add(chunks.Pop());
            return;
        }

        OriginString word = chunks.Pop();
        state.ReadSlowly(word);
        int end = word.UnitOf(space);
        if (breaksHyphens && word.CodePoints > space && end > 0 && word.Text.LastIndexOf('-', end - 1) is var hyphen and > 0
            && word.Text.AsSpan(0, hyphen).ContainsAnyExcept('-'))
        {
            end = hyphen + 1;
        }

        current.Add(word.Slice(0, end));
        chunks.Push(word.Slice(end, word.Length - end));
    }

    private static bool IsBlank(OriginString chunk) => chunk.Text.All(StringMethods.IsSpace);

    [GeneratedRegex(
        @"[\t\n\x0b\x0c\r ]+|(?<=[\w!""'&.,?])-{2,}(?=\w)|[^\t\n\x0b\x0c\r ]+?(?:-(?:(?<=[^\d\W]{2}-)|(?<=[^\d\W]-[^\d\W]-))(?=[^\d\W]-?[^\d\W])|(?=[\t\n\x0b\x0c\r ]|\z)|(?<=[\w!""'&.,?])(?=-{2,}\w))",
        RegexOptions.None,
        matchTimeoutMilliseconds: SearchMilliseconds)]
    private static partial Regex Parts();

    [GeneratedRegex(@"[\t\n\x0b\x0c\r ]+", RegexOptions.None, matchTimeoutMilliseconds: SearchMilliseconds)]
    private static partial Regex Spaces();
}
