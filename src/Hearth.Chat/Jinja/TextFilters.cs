using System.Buffers;
using System.Globalization;
using System.Net;
using System.Numerics;
using System.Text;

namespace Hearth.Chat.Jinja;

/// <summary>Filters over text. Other values are printed first, as Jinja2's <c>soft_str</c> does.</summary>
internal static class TextFilters
{
    private static readonly SearchValues<char> NotInAttributeNames = SearchValues.Create(" \t\n\f\r/>=");

    public static readonly Dictionary<string, FilterFunction> All = new()
    {
        ["upper"] = (v, _, s) => CaseMapping.Upper(Python.ToText(v, s), s),
        ["lower"] = (v, _, s) => CaseMapping.Lower(Python.ToText(v, s), s),
        ["capitalize"] = (v, _, s) => CaseMapping.Capitalize(Python.ToText(v, s), s),
        ["title"] = (v, _, s) => Title(Python.ToText(v, s), s),
        ["trim"] = (v, a, s) => StringMethods.Strip(Python.ToText(v, s), a.Get(0, "chars"), left: true, right: true, s),
        ["replace"] = (v, a, s) => StringMethods.Replace(
            Python.ToText(v, s), Python.ToText(a.Require(0, "old", "replace"), s), Python.ToText(a.Require(1, "new", "replace"), s),
            a.Get(2, "count") is { } count ? Operators.ToIndex(count) : -1, s),
        ["indent"] = Indent,
        ["center"] = (v, a, s) => StringMethods.Pad(Python.ToText(v, s), a.Int(0, "width", 80), 0.5, OriginString.Trusted(" "), s),
        ["truncate"] = Truncate,
        ["wordcount"] = (v, _, s) => CountWords(Python.ToText(v, s), s),
        ["wordwrap"] = (v, a, s) => WordWrap.Apply(RequireText(v), a, s),
        ["filesizeformat"] = FileSize,
        ["xmlattr"] = XmlAttributes,
        ["format"] = (v, a, s) => PercentFormat.Apply(
            Python.ToText(v, s),
            a.Named.Count > 0 && a.Positional.Count > 0 ? throw new JinjaException("FilterArgumentError", "can't handle positional and keyword arguments at the same time")
                : a.Named.Count > 0 ? NamedDict(a) : JinjaList.Tuple([.. a.Positional]), s),
        ["escape"] = (v, _, s) => Escape(Python.ToText(v, s), s),
        ["e"] = (v, _, s) => Escape(Python.ToText(v, s), s),
        ["forceescape"] = (v, _, s) => Escape(Python.ToText(v, s).AsPlain(), s),
        ["striptags"] = StripTags,
        ["urlencode"] = (v, _, s) => OriginString.Untrusted(v is JinjaDict or JinjaList or JinjaGenerator
            ? string.Join('&', PairsOf(v, s).Select(p => $"{QueryPart(p.Key, s)}={QueryPart(p.Value, s)}"))
            : UrlPart(v, s).Replace("%2F", "/", StringComparison.Ordinal)),
    };

    /// <summary>Comments and tags go, white space becomes single spaces, and HTML's entities become their characters.</summary>
    private static OriginString StripTags(object? value, Arguments arguments, RenderState state)
    {
        OriginString text = Without(Without(Python.ToText(value, state), "<!--", "-->", state), "<", ">", state);
        OriginBuilder builder = new();
        foreach (object? word in StringMethods.SplitWhiteSpace(text, -1, fromRight: false, state))
            (builder.Length > 0 ? builder.Append(" ") : builder).Append((OriginString)word!);
        OriginString plain = builder.ToOriginString();
        return plain.Text.Contains('&', StringComparison.Ordinal) ? OriginString.Untrusted(WebUtility.HtmlDecode(plain.Text)) : plain;
    }

    private static OriginString Without(OriginString text, string open, string close, RenderState state)
    {
        state.Read(text);
        OriginBuilder builder = new();
        int start = 0;
        while (text.Text.IndexOf(open, start, StringComparison.Ordinal) is var from and >= 0
            && text.Text.IndexOf(close, from, StringComparison.Ordinal) is var to and >= 0)
        {
            state.Unit();
            builder.Append(text, start, from - start);
            start = to + close.Length;
        }

        return builder.Append(text, start, text.Length - start).ToOriginString();
    }

    private static OriginString RequireText(object? value) => value switch
    {
        OriginString text => text,
        Undefined undefined => throw undefined.Error(),
        _ => throw new JinjaException("AttributeError", $"'{Python.TypeName(value)}' object has no attribute 'splitlines'"),
    };

    private static long CountWords(OriginString text, RenderState state)
    {
        long words = 0;
        bool inWord = false;
        foreach (Rune rune in text.Text.EnumerateRunes())
        {
            state.Unit();
            bool isWord = rune.Value == '_' || Rune.IsLetter(rune) || Rune.GetNumericValue(rune) >= 0;
            words += isWord && !inWord ? 1 : 0;
            inWord = isWord;
        }

        return words;
    }

    private static IEnumerable<(object? Key, object? Value)> PairsOf(object? value, RenderState state)
    {
        foreach (object? pair in value is JinjaDict dict ? SequenceFilters.Pairs(dict) : Operators.Iterate(value, state))
        {
            List<object?> parts = [.. Operators.Iterate(pair, state, "cannot unpack non-iterable {0} object")];
            yield return parts.Count == 2 ? (parts[0], parts[1]) : throw JinjaException.Value($"not 2 values to unpack, but {parts.Count}");
        }
    }

    private static string QueryPart(object? value, RenderState state) => UrlPart(value, state).Replace("%20", "+", StringComparison.Ordinal);

    /// <summary>Lone surrogates, which have no UTF-8, become the replacement character.</summary>
    private static string UrlPart(object? value, RenderState state)
    {
        OriginString text = Python.ToText(value, state);
        state.ReadSlowly(text);
        return Uri.EscapeDataString(string.Concat(text.Text.EnumerateRunes()));
    }

    private static OriginString FileSize(object? value, Arguments arguments, RenderState state)
    {
        double bytes = ValueFilters.ParseNumber(value, state);
        bool isBinary = arguments.Flag(0, "binary");
        int unit = isBinary ? 1024 : 1000;
        if (bytes == 1)
            return OriginString.Trusted("1 Byte");
        if (bytes < unit)
            return OriginString.Trusted(string.Create(CultureInfo.InvariantCulture, $"{Math.Truncate(bytes)} Bytes"));
        string[] prefixes = isBinary ? ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"] : ["kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];
        BigInteger next = (BigInteger)unit * unit;
        int i = 0;
        for (; i < prefixes.Length - 1 && Arithmetic.Compare(bytes, next) >= 0; i++)
            next *= unit;
        return OriginString.Trusted($"{NumberFormat.Digits(unit * bytes / (double)next, 'f', 1)} {prefixes[i]}");
    }

    private static OriginString XmlAttributes(object? value, Arguments arguments, RenderState state)
    {
        if (value is Undefined undefined)
            throw undefined.Error();
        if (value is not JinjaDict dict)
            throw new JinjaException("AttributeError", $"'{Python.TypeName(value)}' object has no attribute 'items'");
        OriginBuilder builder = new(state.Limits.OutputChars);
        foreach ((object? key, object? item) in dict.Entries)
        {
            state.Step();
            if (item is null or Undefined)
                continue;
            OriginString name = Python.ToText(key, state);
            if (name.Text.AsSpan().ContainsAny(NotInAttributeNames))
                throw JinjaException.Value($"Invalid character in attribute name: {Python.Repr(key)}");
            if (builder.Length > 0 || arguments.Flag(0, "autospace", fallback: true))
                builder.Append(" ");
            builder.Append(Escape(name, state)).Append("=\"").Append(Escape(Python.ToText(item, state), state)).Append("\"");
        }

        return builder.ToOriginString();
    }

    private static JinjaDict NamedDict(Arguments arguments)
    {
        JinjaDict dict = new();
        foreach ((string name, object? value) in arguments.Named)
            dict.Set(name, value);
        return dict;
    }

    /// <summary>A capital after white space, hyphens and opening brackets, and the rest in lower case.</summary>
    private static OriginString Title(OriginString text, RenderState state)
    {
        OriginBuilder builder = new();
        int start = 0;
        while (start < text.Length)
        {
            int first = start + (start + 1 < text.Length && char.IsSurrogatePair(text.Text, start) ? 2 : 1);
            int end = first;
            while (end < text.Length && !IsWordStart(text.Text[end - 1]))
                end++;
            state.Step();
            builder.Append(CaseMapping.Upper(text.Slice(start, first - start), state)).Append(CaseMapping.Lower(text.Slice(first, end - first), state));
            start = end;
        }

        return builder.ToOriginString();
    }

    private static bool IsWordStart(char c) => StringMethods.IsSpace(c) || c is '-' or '(' or '{' or '[' or '<';

    private static OriginString Indent(object? value, Arguments arguments, RenderState state)
    {
        object? width = arguments.Get(0, "width", 4L);
        OriginString indention = width as OriginString ?? OriginString.Trusted(Spaces(Operators.ToIndex(width), state));
        bool first = arguments.Flag(1, "first");
        bool blank = arguments.Flag(2, "blank");
        OriginBuilder builder = new(state.Limits.OutputChars);
        List<OriginString> lines = StringMethods.SplitLines(RequireText(value).Concat(OriginString.Trusted("\n")), state);
        for (int i = 0; i < lines.Count; i++)
        {
            if (i > 0)
                builder.Append("\n");
            if (i == 0 ? first : blank || lines[i].Length > 0)
                builder.Append(indention);
            builder.Append(lines[i]);
        }

        return builder.ToOriginString();
    }

    private static string Spaces(int width, RenderState state)
    {
        state.CheckMade(width);
        return new string(' ', Math.Max(0, width));
    }

    private static OriginString Truncate(object? value, Arguments arguments, RenderState state)
    {
        int length = arguments.Int(0, "length", 255);
        OriginString end = arguments.Get(2, "end", OriginString.Trusted("...")) as OriginString
            ?? throw JinjaException.Type($"object of type '{Python.TypeName(arguments.Get(2, "end"))}' has no len()");
        int leeway = arguments.Int(3, "leeway", 5);
        if (length < end.CodePoints)
            throw new JinjaException("AssertionError", $"expected length >= {end.CodePoints}, got {length}");
        if (leeway < 0)
            throw new JinjaException("AssertionError", $"expected leeway >= 0, got {leeway}");
        if (SequenceFilters.Length(value) <= (long)length + leeway)
            return Python.ToText(value, state);
        OriginString text = RequireText(value);
        OriginString cut = text.SliceCodePoints(0, Math.Clamp((long)length - end.CodePoints, 0, text.CodePoints) is var kept ? (int)kept : 0);
        if (!arguments.Flag(1, "killwords"))
        {
            int space = cut.Text.LastIndexOf(' ');
            cut = space < 0 ? cut : cut.Slice(0, space);
        }

        return cut.Concat(end);
    }

    /// <summary>Escapes for HTML; what is marked as safe already stays as it is.</summary>
    public static OriginString Escape(OriginString text, RenderState state)
    {
        if (text.IsMarkup)
            return text;
        OriginBuilder builder = new();
        Python.AppendEscaped(builder, text, (all, i) => all[i] switch
        {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '"' => "&#34;",
            '\'' => "&#39;",
            _ => null,
        }, state);
        return builder.ToOriginString().AsMarkup();
    }
}
