using System.Buffers;
using System.Globalization;
using System.Text;

namespace Hearth.Chat.Jinja;

/// <summary>Python's methods of <c>str</c>; every result keeps the origin of each character.</summary>
internal static class StringMethods
{
    private static readonly SearchValues<char> LineEnds = SearchValues.Create("\n\r\v\f\u001c\u001d\u001e\u0085\u2028\u2029");

    /// <summary>Characters of white space that are skipped in the time of a step.</summary>
    private const int StrippedPerStep = 64;

    private delegate object? Method(OriginString text, Arguments arguments, RenderState state);

    private static readonly Dictionary<string, Method> All = new()
    {
        ["split"] = (t, a, s) => new JinjaList(Split(t, a.Get(0, "sep"), a.Int(1, "maxsplit", -1), fromRight: false, s)),
        ["rsplit"] = (t, a, s) => new JinjaList(Split(t, a.Get(0, "sep"), a.Int(1, "maxsplit", -1), fromRight: true, s)),
        ["splitlines"] = (t, a, s) => new JinjaList(SplitLines(t, s, a.Flag(0, "keepends"))),
        ["strip"] = (t, a, s) => Strip(t, a.Get(0, "chars"), left: true, right: true, s),
        ["lstrip"] = (t, a, s) => Strip(t, a.Get(0, "chars"), left: true, right: false, s),
        ["rstrip"] = (t, a, s) => Strip(t, a.Get(0, "chars"), left: false, right: true, s),
        ["startswith"] = (t, a, s) => HasEdge(t, a, "startswith", (x, edge) => x.StartsWith(edge), s),
        ["endswith"] = (t, a, s) => HasEdge(t, a, "endswith", (x, edge) => x.EndsWith(edge), s),
        ["replace"] = (t, a, s) => Replace(t, a.Text(0, "old", "replace"), a.Text(1, "new", "replace"), a.Int(2, "count", -1), s),
        ["removeprefix"] = (t, a, _) => a.Text(0, "prefix", "removeprefix") is var p && t.Text.StartsWith(p.Text, StringComparison.Ordinal) ? t.Slice(p.Length, t.Length - p.Length) : t,
        ["removesuffix"] = (t, a, _) => a.Text(0, "suffix", "removesuffix") is var x && t.Text.EndsWith(x.Text, StringComparison.Ordinal) ? t.Slice(0, t.Length - x.Length) : t,
        ["find"] = (t, a, s) => Find(t, a, fromRight: false, s),
        ["rfind"] = (t, a, s) => Find(t, a, fromRight: true, s),
        ["index"] = (t, a, s) => Found(Find(t, a, fromRight: false, s)),
        ["rindex"] = (t, a, s) => Found(Find(t, a, fromRight: true, s)),
        ["count"] = Count,
        ["join"] = Join,
        ["upper"] = (t, _, s) => CaseMapping.Upper(t, s),
        ["lower"] = (t, _, s) => CaseMapping.Lower(t, s),
        ["casefold"] = (t, _, s) => CaseMapping.Fold(t, s),
        ["capitalize"] = (t, _, s) => CaseMapping.Capitalize(t, s),
        ["title"] = (t, _, s) => CaseMapping.Title(t, s),
        ["swapcase"] = (t, _, s) => CaseMapping.Swap(t, s),
        ["isdigit"] = (t, _, s) => HasAll(t, s, r => CharUnicodeInfo.GetDigitValue(r.ToString(), 0) >= 0),
        ["isnumeric"] = (t, _, s) => HasAll(t, s, r => Rune.GetNumericValue(r) >= 0),
        ["isdecimal"] = (t, _, s) => HasAll(t, s, Rune.IsDigit),
        ["isalpha"] = (t, _, s) => HasAll(t, s, Rune.IsLetter),
        ["isalnum"] = (t, _, s) => HasAll(t, s, r => Rune.IsLetter(r) || Rune.GetNumericValue(r) >= 0),
        ["isspace"] = (t, _, s) => HasAll(t, s, r => r.IsBmp && IsSpace((char)r.Value)),
        ["isascii"] = (t, _, _) => Ascii.IsValid(t.Text),
        ["isidentifier"] = (t, _, s) => HasAll(t, s, r => BeginsName(r) || Rune.GetUnicodeCategory(r)
            is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark) && BeginsName(t.Text.EnumerateRunes().First()),
        ["isprintable"] = (t, _, s) => Enumerable.Range(0, t.Length).All(i => IsCounted(s) && char.IsLowSurrogate(t.Text[i]) && i > 0 && char.IsHighSurrogate(t.Text[i - 1]) || Python.IsPrintable(t.Text, i)),
        ["istitle"] = (t, _, s) => CaseMapping.IsTitled(t, s),
        ["isupper"] = (t, _, s) => CaseMapping.IsAll(t, upper: true, s),
        ["islower"] = (t, _, s) => CaseMapping.IsAll(t, upper: false, s),
        ["expandtabs"] = (t, a, s) => ExpandTabs(t, a.Int(0, "tabsize", 8), s),
        ["translate"] = (t, a, s) => Translate(t, a.Require(0, "table", "translate"), s),
        ["format_map"] = (t, a, s) => BraceFormat.Apply(t, new Arguments([], NamedValues(a.Require(0, "mapping", "format_map"))), s),
        ["zfill"] = (t, a, s) => ZeroFill(t, Width(a, "zfill"), s),
        ["center"] = (t, a, s) => Pad(t, Width(a, "center"), 0.5, Fill(a), s),
        ["ljust"] = (t, a, s) => Pad(t, Width(a, "ljust"), 0, Fill(a), s),
        ["rjust"] = (t, a, s) => Pad(t, Width(a, "rjust"), 1, Fill(a), s),
        ["partition"] = (t, a, s) => Partition(t, a.Text(0, "sep", "partition"), fromRight: false, s),
        ["rpartition"] = (t, a, s) => Partition(t, a.Text(0, "sep", "rpartition"), fromRight: true, s),
        ["format"] = (t, a, s) => BraceFormat.Apply(t, a, s),
    };

    private delegate bool EdgeTest(ReadOnlySpan<char> text, ReadOnlySpan<char> edge);

    public static JinjaFunction? Find(OriginString text, string name) =>
        All.TryGetValue(name, out Method? method) ? new JinjaFunction(name, (arguments, state) => Run(method, text, arguments, state)) : null;

    private static object? Run(Method method, OriginString text, Arguments arguments, RenderState state)
    {
        state.Read(text);
        return method(text, arguments, state);
    }

    public static OriginString Strip(OriginString text, object? chars, bool left, bool right, RenderState state)
    {
        if (chars is not (null or OriginString))
            throw JinjaException.Type("strip arg must be None or str");
        if (chars is OriginString listed)
            state.ReadSlowly(listed);
        SearchValues<char>? set = chars is OriginString given ? SearchValues.Create(given.Text) : null;
        bool Goes(char c) => set is null ? IsSpace(c) : set.Contains(c);
        int start = 0;
        int end = text.Length;
        while (left && start < end && Goes(text.Text[start]))
            start++;
        while (right && end > start && Goes(text.Text[end - 1]))
            end--;
        state.Step((text.Length - (end - start)) / StrippedPerStep);
        return text.Slice(start, end - start);
    }

    /// <summary>White space as Python sees it, which counts the four separators of ASCII in.</summary>
    public static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\u001c' and <= '\u001f';

    public static OriginString Replace(OriginString text, OriginString old, OriginString replacement, int count, RenderState state)
    {
        if (old.Length == 0)
            return ReplaceEmpty(text, replacement, count, state);
        OriginBuilder builder = new();
        int start = 0;
        for (int found = Next(text, old, 0, state); found >= 0 && count-- != 0; found = Next(text, old, start, state))
        {
            state.Unit();
            builder.Append(text, start, found - start).Append(replacement);
            start = found + old.Length;
        }

        return start == 0 ? text : builder.Append(text, start, text.Length - start).ToOriginString();
    }

    private static int Next(OriginString text, OriginString part, int start, RenderState state) =>
        TextSearch.IndexOf(text.Text.AsSpan(start), part.Text, state) is >= 0 and var at ? start + at : -1;

    public static List<OriginString> SplitLines(OriginString text, RenderState state, bool keepEnds = false)
    {
        List<OriginString> lines = [];
        int start = 0;
        while (start < text.Length)
        {
            state.CheckMade(lines.Count);
            state.Unit();
            int end = text.Text.AsSpan(start).IndexOfAny(LineEnds);
            if (end < 0)
            {
                lines.Add(text.Slice(start, text.Length - start));
                break;
            }

            int length = text.Text[start + end] == '\r' && start + end + 1 < text.Length && text.Text[start + end + 1] == '\n' ? 2 : 1;
            lines.Add(text.Slice(start, end + (keepEnds ? length : 0)));
            start += end + length;
        }

        return lines;
    }

    public static OriginString Pad(OriginString text, int width, double before, OriginString fill, RenderState state)
    {
        state.CheckMade(width);
        if (fill.CodePoints != 1)
            throw JinjaException.Type("The fill character must be exactly one character long");
        int missing = Math.Max(0, width - text.CodePoints);
        // Python's center puts the odd one left when the width is odd too.
        int left = before == 0.5 ? (missing / 2) + (missing & width & 1) : (int)(missing * before);
        OriginBuilder builder = new();
        for (int i = 0; i < left; i++)
            builder.Append(fill);
        builder.Append(text);
        for (int i = left; i < missing; i++)
            builder.Append(fill);
        return builder.ToOriginString();
    }

    private static int Width(Arguments arguments, string method) => Operators.ToIndex(arguments.Require(0, "width", method));

    private static OriginString Fill(Arguments arguments) => arguments.Get(1, "fillchar", OriginString.Trusted(" ")) as OriginString
        ?? throw JinjaException.Type($"The fill character must be a unicode character, not {Python.TypeName(arguments.Get(1, "fillchar"))}");

    private static OriginString ReplaceEmpty(OriginString text, OriginString replacement, int count, RenderState state)
    {
        OriginBuilder builder = new();
        List<int> starts = text.CodePointStarts();
        for (int i = 0; i < starts.Count; i++)
        {
            state.Unit();
            if (count-- != 0)
                builder.Append(replacement);
            else
                count = 0;
            if (i + 1 < starts.Count)
                builder.Append(text, starts[i], starts[i + 1] - starts[i]);
        }

        return builder.ToOriginString();
    }

    private static List<object?> Split(OriginString text, object? separator, int limit, bool fromRight, RenderState state)
    {
        if (separator is null)
            return SplitWhiteSpace(text, limit, fromRight, state);
        if (separator is not OriginString { Length: > 0 } by)
            throw separator is OriginString ? JinjaException.Value("empty separator") : JinjaException.Type($"must be str or None, not {Python.TypeName(separator)}");
        List<object?> parts = [];
        int start = 0;
        int end = text.Length;
        while (limit-- != 0)
        {
            state.CheckMade(parts.Count);
            state.Unit();
            int found = fromRight
                ? TextSearch.LastIndexOf(text.Text.AsSpan(0, end), by.Text, state)
                : Next(text, by, start, state);
            if (found < 0)
                break;
            parts.Add(fromRight ? text.Slice(found + by.Length, end - found - by.Length) : text.Slice(start, found - start));
            (start, end) = fromRight ? (start, found) : (found + by.Length, end);
        }

        parts.Add(text.Slice(start, end - start));
        if (fromRight)
            parts.Reverse();
        return parts;
    }

    public static List<object?> SplitWhiteSpace(OriginString text, int limit, bool fromRight, RenderState state)
    {
        state.ReadSlowly(text);
        List<object?> parts = [];
        int start = 0;
        int end = text.Length;
        while (true)
        {
            state.CheckMade(parts.Count);
            while (!fromRight && start < end && IsSpace(text.Text[start]))
                start++;
            while (fromRight && end > start && IsSpace(text.Text[end - 1]))
                end--;
            if (start == end)
                break;
            int space = fromRight ? end - 1 : start;
            while (space >= start && space < end && !IsSpace(text.Text[space]))
                space += fromRight ? -1 : 1;
            if (space < start || space == end || limit-- == 0)
            {
                parts.Add(text.Slice(start, end - start));
                break;
            }

            parts.Add(fromRight ? text.Slice(space + 1, end - space - 1) : text.Slice(start, space - start));
            (start, end) = fromRight ? (start, space) : (space, end);
        }

        if (fromRight)
            parts.Reverse();
        return parts;
    }

    /// <summary>The part of a text between the arguments <c>start</c> and <c>end</c>; null when it begins after the end.</summary>
    private static (int Start, int End)? Window(OriginString text, Arguments arguments)
    {
        int length = text.CodePoints;
        int start = Math.Max(0, FromEnd(arguments.Int(1, "start", 0), length));
        int end = Math.Clamp(FromEnd(arguments.Int(2, "end", length), length), 0, length);
        return start <= end ? (text.UnitOf(start), text.UnitOf(end)) : null;
    }

    private static object Count(OriginString text, Arguments arguments, RenderState state)
    {
        OriginString part = arguments.Text(0, "sub", "count");
        if (Window(text, arguments) is not (int start, int end))
            return 0L;
        if (part.Length == 0)
            return text.CodePointOf(end) - text.CodePointOf(start) + 1L;
        long count = 0;
        for (; TextSearch.IndexOf(text.Text.AsSpan(start, end - start), part.Text, state) is >= 0 and var found; start += found + part.Length)
        {
            state.Unit();
            count++;
        }

        return count;
    }

    private static bool HasEdge(OriginString text, Arguments arguments, string name, EdgeTest test, RenderState state)
    {
        object? edge = arguments.Require(0, "prefix", name);
        if (Window(text, arguments) is not (int start, int end))
            return false;
        if (edge is JinjaList { IsTuple: true } edges)
        {
            return edges.Items.Any(e =>
            {
                state.Unit();
                state.Read(e);
                return test(text.Text.AsSpan(start, end - start), e is OriginString part
                    ? part.Text
                    : throw JinjaException.Type($"tuple for {name} must only contain str, not {Python.TypeName(e)}"));
            });
        }

        return edge is OriginString single
            ? test(text.Text.AsSpan(start, end - start), single.Text)
            : throw JinjaException.Type($"{name} first arg must be str or a tuple of str, not {Python.TypeName(edge)}");
    }

    public static int FromEnd(int index, int length) => index < 0 ? index + length : index;

    private static long Find(OriginString text, Arguments arguments, bool fromRight, RenderState state)
    {
        string part = arguments.Text(0, "sub", "find").Text;
        if (Window(text, arguments) is not (int start, int end))
            return -1;
        ReadOnlySpan<char> window = text.Text.AsSpan(start, end - start);
        int found = fromRight ? TextSearch.LastIndexOf(window, part, state) : TextSearch.IndexOf(window, part, state);
        return found < 0 ? -1 : text.CodePointOf(found + start);
    }

    private static long Found(long index) => index >= 0 ? index : throw JinjaException.Value("substring not found");

    private static OriginString Join(OriginString text, Arguments arguments, RenderState state)
    {
        OriginBuilder builder = new(state.Limits.OutputChars);
        int index = 0;
        foreach (object? item in Operators.Iterate(arguments.Require(0, "iterable", "join"), state, "can only join an iterable"))
        {
            state.Unit();
            if (item is not OriginString part)
                throw JinjaException.Type($"sequence item {index}: expected str instance, {Python.TypeName(item)} found");
            if (index++ > 0)
                builder.Append(text);
            builder.Append(part);
        }

        return builder.ToOriginString();
    }

    private static bool BeginsName(Rune rune) =>
        rune.Value == '_' || Rune.IsLetter(rune) || Rune.GetUnicodeCategory(rune) == UnicodeCategory.LetterNumber;

    private static bool HasAll(OriginString text, RenderState state, Func<Rune, bool> test) =>
        text.Length > 0 && text.Text.EnumerateRunes().All(r => IsCounted(state) && test(r));

    /// <summary>Counts a character; always true.</summary>
    private static bool IsCounted(RenderState state)
    {
        state.Unit();
        return true;
    }

    private static Dictionary<string, object?> NamedValues(object? mapping)
    {
        if (mapping is not JinjaDict dict)
            throw JinjaException.Type($"format_map() argument must be a mapping, not {Python.TypeName(mapping)}");
        return dict.Entries.Where(e => e.Key is OriginString).ToDictionary(e => ((OriginString)e.Key!).Text, e => e.Value);
    }

    /// <summary>Tabs become spaces up to the next column that is a multiple of the size.</summary>
    private static OriginString ExpandTabs(OriginString text, int size, RenderState state)
    {
        state.CheckMade(size);
        OriginBuilder builder = new(state.Limits.OutputChars);
        int column = 0;
        foreach (object? item in Operators.Iterate(text, state))
        {
            OriginString character = (OriginString)item!;
            if (character.Text == "\t")
            {
                int missing = size <= 0 ? 0 : size - (column % size);
                builder.Append(new string(' ', missing), character.StartsTrusted);
                column += missing;
                continue;
            }

            builder.Append(character);
            column = character.Text is "\n" or "\r" ? 0 : column + 1;
        }

        return builder.ToOriginString();
    }

    /// <summary>Characters replaced by what the mapping has for their code points: a text, a code point, or None to drop them.</summary>
    private static OriginString Translate(OriginString text, object? table, RenderState state)
    {
        if (table is not JinjaDict dict)
            throw JinjaException.Type($"'{Python.TypeName(table)}' object is not subscriptable");
        OriginBuilder builder = new();
        foreach (object? item in Operators.Iterate(text, state))
        {
            OriginString character = (OriginString)item!;
            object? key = Rune.TryGetRuneAt(character.Text, 0, out Rune rune) ? (long)rune.Value : (long)character.Text[0];
            if (!dict.TryGet(key, out object? replacement))
                builder.Append(character);
            else if (replacement is not null)
                builder.Append(replacement as OriginString ?? PercentFormat.Character(replacement));
        }

        return builder.ToOriginString();
    }

    private static OriginString ZeroFill(OriginString text, int width, RenderState state)
    {
        bool hasSign = text.Text is ['+' or '-', ..];
        OriginString digits = hasSign ? text.Slice(1, text.Length - 1) : text;
        OriginString padded = Pad(digits, width - (hasSign ? 1 : 0), 1, OriginString.Trusted("0"), state);
        return hasSign ? text.Slice(0, 1).Concat(padded) : padded;
    }

    private static JinjaList Partition(OriginString text, OriginString separator, bool fromRight, RenderState state)
    {
        if (separator.Length == 0)
            throw JinjaException.Value("empty separator");
        int found = fromRight
            ? TextSearch.LastIndexOf(text.Text, separator.Text, state)
            : TextSearch.IndexOf(text.Text, separator.Text, state);
        if (found < 0)
            return fromRight ? JinjaList.Tuple(OriginString.Empty, OriginString.Empty, text) : JinjaList.Tuple(text, OriginString.Empty, OriginString.Empty);
        int after = found + separator.Length;
        return JinjaList.Tuple(text.Slice(0, found), separator, text.Slice(after, text.Length - after));
    }
}
