using System.Text;
using System.Text.RegularExpressions;

namespace Hearth.Chat.Jinja;

/// <summary>Filters over text. Other values are printed first, as Jinja2's <c>soft_str</c> does.</summary>
internal static partial class TextFilters
{
    public static readonly Dictionary<string, FilterFunction> All = new()
    {
        ["upper"] = (v, _, _) => Python.ToText(v).Map(t => t.ToUpperInvariant()),
        ["lower"] = (v, _, _) => Python.ToText(v).Map(t => t.ToLowerInvariant()),
        ["capitalize"] = (v, _, _) => StringMethods.Capitalize(Python.ToText(v)),
        ["title"] = (v, _, _) => Title(Python.ToText(v)),
        ["trim"] = (v, a, _) => StringMethods.Strip(Python.ToText(v), a.Get(0, "chars"), left: true, right: true),
        ["replace"] = (v, a, _) => StringMethods.Replace(
            Python.ToText(v), Python.ToText(a.Require(0, "old", "replace")), Python.ToText(a.Require(1, "new", "replace")),
            a.Get(2, "count") is { } count ? Operators.ToIndex(count) : -1),
        ["indent"] = Indent,
        ["center"] = (v, a, s) => StringMethods.Pad(Python.ToText(v), a.Int(0, "width", 80), 0.5, OriginString.Trusted(" "), s),
        ["truncate"] = Truncate,
        ["wordcount"] = (v, _, _) => (long)Words().Count(Python.ToText(v).Text),
        ["format"] = (v, a, s) => PercentFormat.Apply(
            Python.ToText(v), a.Named.Count > 0 ? NamedDict(a) : JinjaList.Tuple([.. a.Positional]), s),
        ["escape"] = (v, _, _) => Escape(Python.ToText(v)),
        ["e"] = (v, _, _) => Escape(Python.ToText(v)),
        ["forceescape"] = (v, _, _) => Escape(Python.ToText(v)),
        ["striptags"] = StripTags,
        ["urlencode"] = (v, _, _) => OriginString.Untrusted(Uri.EscapeDataString(Python.ToText(v).Text).Replace("%2F", "/", StringComparison.Ordinal)),
    };

    private static OriginString StripTags(object? value, Arguments arguments, RenderState state)
    {
        OriginString text = Python.ToText(value);
        state.ReadFromEach('<', text);
        return OriginString.Untrusted(Spaces().Replace(Tags().Replace(text.Text, ""), " ").Trim());
    }

    private static JinjaDict NamedDict(Arguments arguments)
    {
        JinjaDict dict = new();
        foreach ((string name, object? value) in arguments.Named)
            dict.Set(name, value);
        return dict;
    }

    private static OriginString Title(OriginString text) => text.Map(t =>
    {
        StringBuilder result = new(t.Length);
        bool starts = true;
        foreach (char c in t)
        {
            result.Append(starts ? char.ToUpperInvariant(c) : char.ToLowerInvariant(c));
            starts = char.IsWhiteSpace(c) || c is '-' or '(' or '{' or '[' or '<';
        }

        return result.ToString();
    });

    private static OriginString Indent(object? value, Arguments arguments, RenderState state)
    {
        object? width = arguments.Get(0, "width", 4L);
        OriginString indention = width as OriginString ?? OriginString.Trusted(Spaces(Operators.ToIndex(width), state));
        bool first = arguments.Flag(1, "first");
        bool blank = arguments.Flag(2, "blank");
        OriginBuilder builder = new(state.Limits.OutputChars);
        List<OriginString> lines = StringMethods.SplitLines(Python.ToText(value).Concat(OriginString.Trusted("\n")));
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
        OriginString text = Python.ToText(value);
        int length = arguments.Int(0, "length", 255);
        OriginString end = arguments.Get(2, "end") as OriginString ?? OriginString.Trusted("...");
        int leeway = arguments.Int(3, "leeway", 5);
        if (text.CodePoints <= (long)length + leeway)
            return text;
        OriginString cut = text.SliceCodePoints(0, Math.Clamp((long)length - end.CodePoints, 0, text.CodePoints) is var kept ? (int)kept : 0);
        if (!arguments.Flag(1, "killwords"))
        {
            int space = cut.Text.LastIndexOf(' ');
            cut = space < 0 ? cut : cut.Slice(0, space);
        }

        return cut.Concat(end);
    }

    /// <summary>Escapes for HTML; what is marked as safe already stays as it is.</summary>
    public static OriginString Escape(OriginString text)
    {
        if (text.IsMarkup)
            return text;
        OriginBuilder builder = new();
        Python.AppendEscaped(builder, text, c => c switch
        {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '"' => "&#34;",
            '\'' => "&#39;",
            _ => null,
        });
        return builder.ToOriginString().AsMarkup();
    }

    [GeneratedRegex(@"\w+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Words();

    [GeneratedRegex(@"<!--.*?-->|<[^>]*>", RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Tags();

    [GeneratedRegex(@"\s+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Spaces();
}
