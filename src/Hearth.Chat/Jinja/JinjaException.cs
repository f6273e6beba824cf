namespace Hearth.Chat.Jinja;

/// <summary>A template cannot be parsed or rendered.</summary>
public sealed class JinjaException : Exception
{
    internal JinjaException(string kind, string message)
        : base(message) => Kind = kind;

    internal JinjaException(string kind, string message, int line, string template)
        : base(message) => (Kind, Line, Template) = (kind, line, template);

    /// <summary>The class of the error as Python's Jinja2 names it, for example <c>UndefinedError</c> or <c>TemplateError</c>.</summary>
    public string Kind { get; }

    /// <summary>Line in the template's source, from 1; 0 where it is not known.</summary>
    public int Line { get; private set; }

    /// <summary>Name of the template.</summary>
    public string Template { get; private set; } = "";

    /// <summary>The template itself refused, through <c>raise_exception</c>.</summary>
    public bool IsRaisedByTemplate => Kind == "TemplateError";

    /// <summary>One sentence with the place.</summary>
    public string Describe() => Line > 0 ? $"{Message} (template {Template}, line {Line})" : Message;

    internal JinjaException At(int line, string template)
    {
        if (Line == 0)
            (Line, Template) = (line, template);
        return this;
    }

    /// <summary>
    /// Notes the place unless one is known. Always false: as the filter of a catch it sees the error without catching it, because catching
    /// and throwing again in every node of a deep tree takes more stack than the tree.
    /// </summary>
    internal bool PassesBy(int line, string template)
    {
        At(line, template);
        return false;
    }

    internal static JinjaException Type(string message) => new("TypeError", message);

    internal static JinjaException Value(string message) => new("ValueError", message);

    internal static JinjaException Undefined(string message) => new("UndefinedError", message);

    internal static JinjaException Limit(string message) => new("LimitError", message);
}
