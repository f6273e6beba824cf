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
    /// <exception cref="JinjaException">The source is not a template, and the error names the line, or it is too long.</exception>
    public static JinjaTemplate Parse(string source, string name = "chat template")
    {
        if (source.Length > JinjaLimits.SourceChars)
            throw JinjaException.Limit($"a template is longer than {JinjaLimits.SourceChars} characters");
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
            root.Set(((OriginString)name!).Text, value);
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
    /// <summary>What several renderings may take together, or null.</summary>
    internal SharedSteps? Together { get; init; }

    /// <summary>The default limits at the given time.</summary>
    public RenderSettings(DateTimeOffset now)
        : this(now, JinjaLimits.Default)
    {
    }
}

/// <summary>Steps that several renderings share. Used by one thread.</summary>
internal sealed class SharedSteps(long most)
{
    private long _taken;

    /// <summary>Takes some, as far as there are.</summary>
    /// <exception cref="JinjaException">There are none left.</exception>
    public void Take(long steps)
    {
        _taken += steps;
        if (_taken > most)
            throw JinjaException.Limit($"the template needs more than {most} steps for short conversations");
    }
}
