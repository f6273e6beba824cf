namespace Hearth.Chat.Jinja;

/// <summary>
/// A parsed chat template, set up as transformers does it: trim_blocks, lstrip_blocks, loop controls, the immutable sandbox, plain
/// <c>tojson</c>. Immutable; any number of threads may render it.
/// </summary>
public sealed class JinjaTemplate
{
    private readonly string _source;
    private readonly IReadOnlyList<Statement> _body;

    private JinjaTemplate(string name, string source, IReadOnlyList<Statement> body) => (Name, _source, _body) = (name, source, body);

    /// <summary>The name that errors carry.</summary>
    public string Name { get; }

    /// <summary>Parses a template.</summary>
    /// <exception cref="JinjaException">The source is not a template; the error names the line.</exception>
    public static JinjaTemplate Parse(string source, string name = "chat template")
    {
        try
        {
            return new JinjaTemplate(name, source, StatementParser.Parse(source, name));
        }
        catch (JinjaException e) when (e.Quote(source))
        {
            throw;
        }
    }

    /// <summary>Renders with the given variables.</summary>
    /// <exception cref="JinjaException">The template raised an error, used a value wrongly, or hit a limit.</exception>
    /// <exception cref="OperationCanceledException">The settings' token was cancelled.</exception>
    public OriginString Render(JinjaDict variables, RenderSettings settings)
    {
        Scope root = new(parent: null);
        foreach ((object? name, object? value) in variables.Entries)
            root.Set(Python.ToText(name).Text, value);
        RenderState state = new(this, settings, new Scope(root));
        try
        {
            Statement.RunAll(_body, state);
            return state.Output.ToOriginString();
        }
        catch (JinjaException e) when (e.Quote(_source))
        {
            throw;
        }
    }
}

/// <summary>What a rendering depends on besides its variables.</summary>
/// <param name="Now">The time that <c>strftime_now</c> tells.</param>
/// <param name="Limits">What keeps it harmless.</param>
/// <param name="Cancellation">Ends it early.</param>
public sealed record RenderSettings(DateTimeOffset Now, JinjaLimits Limits, CancellationToken Cancellation = default)
{
    /// <summary>The default limits at the given time.</summary>
    public RenderSettings(DateTimeOffset now)
        : this(now, JinjaLimits.Default)
    {
    }
}
