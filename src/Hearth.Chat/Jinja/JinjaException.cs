using System.Buffers;

namespace Hearth.Chat.Jinja;

/// <summary>A template cannot be parsed or rendered.</summary>
public sealed class JinjaException : Exception
{
    private const int QuotedChars = 120;

    private static readonly SearchValues<string> TagEnds = SearchValues.Create(["}}", "%}"], StringComparison.Ordinal);

    private const string LimitKind = "LimitError";

    private Place _place;

    internal JinjaException(string kind, string message)
        : base(message) => Kind = kind;

    internal JinjaException(string kind, string message, Place place, string template)
        : base(message) => (Kind, _place, Template) = (kind, place, template);

    /// <summary>The class of the error as Python's Jinja2 names it, for example <c>UndefinedError</c> or <c>TemplateError</c>.</summary>
    public string Kind { get; }

    /// <summary>Line in the template's source, from 1; 0 where it is not known.</summary>
    public int Line => _place.Line;

    /// <summary>Name of the template.</summary>
    public string Template { get; private set; } = "";

    /// <summary>The tag that failed, as it is written and at most some hundred characters of it; empty where it is not known.</summary>
    public string Expression { get; private set; } = "";

    /// <summary>The template itself refused, through <c>raise_exception</c>.</summary>
    public bool IsRaisedByTemplate => Kind == "TemplateError";

    /// <summary>A limit of <see cref="JinjaLimits"/> ended the rendering.</summary>
    public bool IsLimit => Kind == LimitKind;

    /// <summary>One sentence with the place.</summary>
    public string Describe() => (Line, Expression) switch
    {
        (0, _) => Message,
        (_, "") => $"{Message} (template {Template}, line {Line})",
        _ => $"{Message} (template {Template}, line {Line}: {Expression})",
    };

    internal JinjaException At(Place place, string template)
    {
        if (Line == 0)
            (_place, Template) = (place, template);
        return this;
    }

    /// <summary>Notes what is written at the place. Always false, as <see cref="PassesBy"/> is.</summary>
    internal bool Quote(string source)
    {
        if (Line == 0)
            return false;
        string text = Lexer.Normalize(source);
        int at = Math.Clamp(_place.Offset, 0, text.Length);
        int start = Math.Max(LastBefore(text, at, "{{"), LastBefore(text, at, "{%"));
        start = start < 0 || at - start > QuotedChars / 2 ? Math.Max(0, at - (QuotedChars / 2)) : start;
        int end = text.AsSpan(at).IndexOfAny(TagEnds) is var tag && tag >= 0 ? Math.Min(text.Length, at + tag + 2) : text.Length;
        Expression = text[start..Math.Min(end, start + QuotedChars)].ReplaceLineEndings(" ").Trim();
        return false;
    }

    /// <summary>
    /// Notes the place unless one is known. Always false: as the filter of a catch it sees the error without catching it, because catching
    /// and throwing again in every node of a deep tree takes more stack than the tree.
    /// </summary>
    internal bool PassesBy(Place place, string template)
    {
        At(place, template);
        return false;
    }

    internal static JinjaException Type(string message) => new("TypeError", message);

    internal static JinjaException Value(string message) => new("ValueError", message);

    internal static JinjaException Undefined(string message) => new("UndefinedError", message);

    internal static JinjaException Limit(string message) => new(LimitKind, message);

    private static int LastBefore(string text, int at, string mark) => at == 0 ? -1 : text.LastIndexOf(mark, Math.Min(at, text.Length - 1), StringComparison.Ordinal);
}
