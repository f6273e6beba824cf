using System.Buffers;
using System.Globalization;
using System.Text;

namespace Hearth.Chat.Jinja;

/// <summary>Python's methods of <c>str</c>; every result keeps the origin of each character.</summary>
internal static class StringMethods
{
    private static readonly SearchValues<char> LineEnds = SearchValues.Create("\n\r\v\f\u001c\u001d\u001e\u0085\u2028\u2029");

    private delegate object? Method(OriginString text, Arguments arguments, RenderState state);

    private static readonly Dictionary<string, Method> All = new()
    {
        ["split"] = (t, a, _) => new JinjaList(Split(t, a.Get(0, "sep"), a.Int(1, "maxsplit", -1), fromRight: false)),
        ["rsplit"] = (t, a, _) => new JinjaList(Split(t, a.Get(0, "sep"), a.Int(1, "maxsplit", -1), fromRight: true)),
        ["splitlines"] = (t, a, _) => new JinjaList(SplitLines(t, a.Flag(0, "keepends"))),
        ["strip"] = (t, a, _) => Strip(t, a.Get(0, "chars"), left: true, right: true),
        ["lstrip"] = (t, a, _) => Strip(t, a.Get(0, "chars"), left: true, right: false),
        ["rstrip"] = (t, a, _) => Strip(t, a.Get(0, "chars"), left: false, right: true),
        ["startswith"] = (t, a, _) => HasEdge(t, a, "startswith", (s, edge) => s.StartsWith(edge)),
        ["endswith"] = (t, a, _) => HasEdge(t, a, "endswith", (s, edge) => s.EndsWith(edge)),
        ["replace"] = (t, a, _) => Replace(t, a.Text(0, "old", "replace"), a.Text(1, "new", "replace"), a.Int(2, "count", -1)),
        ["removeprefix"] = (t, a, _) => a.Text(0, "prefix", "removeprefix") is var p && t.Text.StartsWith(p.Text, StringComparison.Ordinal) ? t.Slice(p.Length, t.Length - p.Length) : t,
        ["removesuffix"] = (t, a, _) => a.Text(0, "suffix", "removesuffix") is var x && t.Text.EndsWith(x.Text, StringComparison.Ordinal) ? t.Slice(0, t.Length - x.Length) : t,
        ["find"] = (t, a, _) => Find(t, a, fromRight: false),
        ["rfind"] = (t, a, _) => Find(t, a, fromRight: true),
        ["index"] = (t, a, _) => Found(Find(t, a, fromRight: false)),
        ["rindex"] = (t, a, _) => Found(Find(t, a, fromRight: true)),
        ["count"] = (t, a, _) => Count(t, a),
        ["join"] = Join,
        ["upper"] = (t, _, _) => t.Map(s => s.ToUpperInvariant()),
        ["lower"] = (t, _, _) => t.Map(s => s.ToLowerInvariant()),
        ["casefold"] = (t, _, _) => t.Map(s => s.ToLowerInvariant()),
        ["capitalize"] = (t, _, _) => Capitalize(t),
        ["title"] = (t, _, _) => Title(t),
        ["swapcase"] = (t, _, _) => t.Map(s => string.Concat(s.Select(c => char.IsUpper(c) ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c)))),
        ["isdigit"] = (t, _, _) => t.Length > 0 && t.Text.All(c => CharUnicodeInfo.GetDigitValue(c) >= 0),
        ["isnumeric"] = (t, _, _) => t.Length > 0 && t.Text.All(c => CharUnicodeInfo.GetNumericValue(c) >= 0),
        ["isdecimal"] = (t, _, _) => t.Length > 0 && t.Text.All(char.IsDigit),
        ["isalpha"] = (t, _, _) => t.Length > 0 && t.Text.All(char.IsLetter),
        ["isalnum"] = (t, _, _) => t.Length > 0 && t.Text.All(char.IsLetterOrDigit),
        ["isspace"] = (t, _, _) => t.Length > 0 && t.Text.All(IsSpace),
        ["isascii"] = (t, _, _) => t.Text.All(char.IsAscii),
        ["istitle"] = (t, _, _) => t.Text.Any(char.IsLetter) && Title(t).Text == t.Text,
        ["isupper"] = (t, _, _) => t.Text.Any(char.IsUpper) && !t.Text.Any(char.IsLower),
        ["islower"] = (t, _, _) => t.Text.Any(char.IsLower) && !t.Text.Any(char.IsUpper),
        ["zfill"] = (t, a, s) => ZeroFill(t, a.Int(0, "width", 0), s),
        ["center"] = (t, a, s) => Pad(t, a.Int(0, "width", 0), 0.5, Fill(a), s),
        ["ljust"] = (t, a, s) => Pad(t, a.Int(0, "width", 0), 0, Fill(a), s),
        ["rjust"] = (t, a, s) => Pad(t, a.Int(0, "width", 0), 1, Fill(a), s),
        ["partition"] = (t, a, _) => Partition(t, a.Text(0, "sep", "partition"), fromRight: false),
        ["rpartition"] = (t, a, _) => Partition(t, a.Text(0, "sep", "rpartition"), fromRight: true),
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

    public static OriginString Strip(OriginString text, object? chars, bool left, bool right)
    {
        string? set = (chars as OriginString)?.Text;
        bool Goes(char c) => set is null ? IsSpace(c) : set.Contains(c, StringComparison.Ordinal);
        int start = 0;
        int end = text.Length;
        while (left && start < end && Goes(text.Text[start]))
            start++;
        while (right && end > start && Goes(text.Text[end - 1]))
            end--;
        return text.Slice(start, end - start);
    }

    /// <summary>White space as Python sees it, which counts the four separators of ASCII in.</summary>
    public static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\u001c' and <= '\u001f';

    public static OriginString Replace(OriginString text, OriginString old, OriginString replacement, int count)
    {
        if (old.Length == 0)
            return ReplaceEmpty(text, replacement, count);
        OriginBuilder builder = new();
        int start = 0;
        for (int found = text.Text.IndexOf(old.Text, StringComparison.Ordinal); found >= 0 && count-- != 0; found = text.Text.IndexOf(old.Text, start, StringComparison.Ordinal))
        {
            builder.Append(text, start, found - start).Append(replacement);
            start = found + old.Length;
        }

        return start == 0 ? text : builder.Append(text, start, text.Length - start).ToOriginString();
    }

    public static OriginString Capitalize(OriginString text) =>
        text.Map(t => t.Length == 0 ? t : char.ToUpperInvariant(t[0]) + t[1..].ToLowerInvariant());

    public static List<OriginString> SplitLines(OriginString text, bool keepEnds = false)
    {
        List<OriginString> lines = [];
        int start = 0;
        while (start < text.Length)
        {
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

    private static OriginString Fill(Arguments arguments) => arguments.Get(1, "fillchar") as OriginString ?? OriginString.Trusted(" ");

    private static OriginString ReplaceEmpty(OriginString text, OriginString replacement, int count)
    {
        OriginBuilder builder = new();
        List<int> starts = text.CodePointStarts();
        for (int i = 0; i < starts.Count; i++)
        {
            if (count-- != 0)
                builder.Append(replacement);
            else
                count = 0;
            if (i + 1 < starts.Count)
                builder.Append(text, starts[i], starts[i + 1] - starts[i]);
        }

        return builder.ToOriginString();
    }

    private static List<object?> Split(OriginString text, object? separator, int limit, bool fromRight)
    {
        if (separator is null)
            return SplitWhiteSpace(text, limit, fromRight);
        if (separator is not OriginString { Length: > 0 } by)
            throw separator is OriginString ? JinjaException.Value("empty separator") : JinjaException.Type($"must be str or None, not {Python.TypeName(separator)}");
        List<object?> parts = [];
        int start = 0;
        int end = text.Length;
        while (limit-- != 0)
        {
            int found = fromRight
                ? text.Text.AsSpan(0, end).LastIndexOf(by.Text)
                : text.Text.IndexOf(by.Text, start, StringComparison.Ordinal);
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

    private static List<object?> SplitWhiteSpace(OriginString text, int limit, bool fromRight)
    {
        List<object?> parts = [];
        OriginString rest = Strip(text, null, left: !fromRight, right: fromRight);
        while (rest.Length > 0)
        {
            int space = fromRight ? LastSpace(rest.Text) : FirstSpace(rest.Text);
            if (space < 0 || limit-- == 0)
            {
                parts.Add(rest);
                break;
            }

            parts.Add(fromRight ? rest.Slice(space + 1, rest.Length - space - 1) : rest.Slice(0, space));
            rest = Strip(fromRight ? rest.Slice(0, space) : rest.Slice(space, rest.Length - space), null, left: !fromRight, right: fromRight);
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

    private static long Count(OriginString text, Arguments arguments)
    {
        OriginString part = arguments.Text(0, "sub", "count");
        if (Window(text, arguments) is not (int start, int end))
            return 0;
        return part.Length > 0
            ? text.Text.AsSpan(start, end - start).Count(part.Text)
            : text.CodePointOf(end) - text.CodePointOf(start) + 1;
    }

    private static int FirstSpace(string text)
    {
        int i = 0;
        while (i < text.Length && !IsSpace(text[i]))
            i++;
        return i == text.Length ? -1 : i;
    }

    private static int LastSpace(string text)
    {
        int i = text.Length - 1;
        while (i >= 0 && !IsSpace(text[i]))
            i--;
        return i;
    }

    private static bool HasEdge(OriginString text, Arguments arguments, string name, EdgeTest test)
    {
        object? edge = arguments.Require(0, "prefix", name);
        if (Window(text, arguments) is not (int start, int end))
            return false;
        if (edge is JinjaList { IsTuple: true } edges)
            return edges.Items.Any(e => test(text.Text.AsSpan(start, end - start), Python.ToText(e).Text));
        return edge is OriginString single
            ? test(text.Text.AsSpan(start, end - start), single.Text)
            : throw JinjaException.Type($"{name} first arg must be str or a tuple of str, not {Python.TypeName(edge)}");
    }

    private static int FromEnd(int index, int length) => index < 0 ? index + length : index;

    private static long Find(OriginString text, Arguments arguments, bool fromRight)
    {
        string part = arguments.Text(0, "sub", "find").Text;
        if (Window(text, arguments) is not (int start, int end))
            return -1;
        ReadOnlySpan<char> window = text.Text.AsSpan(start, end - start);
        int found = fromRight ? window.LastIndexOf(part) : window.IndexOf(part);
        return found < 0 ? -1 : text.CodePointOf(found + start);
    }

    private static long Found(long index) => index >= 0 ? index : throw JinjaException.Value("substring not found");

    private static OriginString Join(OriginString text, Arguments arguments, RenderState state)
    {
        OriginBuilder builder = new(state.Limits.OutputChars);
        int index = 0;
        foreach (object? item in Operators.Iterate(arguments.Require(0, "iterable", "join"), "can only join an iterable"))
        {
            if (item is not OriginString part)
                throw JinjaException.Type($"sequence item {index}: expected str instance, {Python.TypeName(item)} found");
            if (index++ > 0)
                builder.Append(text);
            builder.Append(part);
        }

        return builder.ToOriginString();
    }

    private static OriginString Title(OriginString text) => text.Map(t =>
    {
        StringBuilder result = new(t.Length);
        bool inWord = false;
        foreach (char c in t)
        {
            result.Append(inWord ? char.ToLower(c, CultureInfo.InvariantCulture) : char.ToUpper(c, CultureInfo.InvariantCulture));
            inWord = char.IsLetter(c);
        }

        return result.ToString();
    });

    private static OriginString ZeroFill(OriginString text, int width, RenderState state)
    {
        bool hasSign = text.Text is ['+' or '-', ..];
        OriginString digits = hasSign ? text.Slice(1, text.Length - 1) : text;
        OriginString padded = Pad(digits, width - (hasSign ? 1 : 0), 1, OriginString.Trusted("0"), state);
        return hasSign ? text.Slice(0, 1).Concat(padded) : padded;
    }

    private static JinjaList Partition(OriginString text, OriginString separator, bool fromRight)
    {
        int found = fromRight
            ? text.Text.LastIndexOf(separator.Text, StringComparison.Ordinal)
            : text.Text.IndexOf(separator.Text, StringComparison.Ordinal);
        if (found < 0)
            return fromRight ? JinjaList.Tuple(OriginString.Empty, OriginString.Empty, text) : JinjaList.Tuple(text, OriginString.Empty, OriginString.Empty);
        int after = found + separator.Length;
        return JinjaList.Tuple(text.Slice(0, found), separator, text.Slice(after, text.Length - after));
    }
}
