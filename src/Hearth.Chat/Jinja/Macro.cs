namespace Hearth.Chat.Jinja;

/// <summary>A macro: a function that gives what its body writes.</summary>
internal sealed record Macro(string Name, IReadOnlyList<(string Name, Expression? Default)> Parameters, IReadOnlyList<Statement> Body, int Line)
    : Statement
{
    /// <summary>The body reads <c>varargs</c>.</summary>
    public bool TakesPositional { get; init; }

    /// <summary>The body reads <c>kwargs</c>.</summary>
    public bool TakesNamed { get; init; }

    /// <summary>The body reads <c>caller</c>.</summary>
    public bool TakesCaller { get; init; }

    public override Completion Run(RenderState state)
    {
        state.Scope.Set(Name, ToFunction(state.Scope));
        return Completion.Normal;
    }

    /// <summary>The macro as a value that sees <paramref name="definedIn"/>.</summary>
    public JinjaFunction ToFunction(Scope definedIn) =>
        new(Name, (arguments, state) => state.Capture(definedIn, scope => Bind(scope, arguments, state), Body))
        {
            Parameters = [.. Parameters.Select(p => p.Name)],
        };

    private void Bind(Scope scope, Arguments arguments, RenderState state)
    {
        for (int i = 0; i < Parameters.Count; i++)
        {
            (string name, Expression? fallback) = Parameters[i];
            if (arguments.Has(i, name))
                scope.Set(name, arguments.Get(i, name));
            else
                scope.Set(name, fallback is null ? new Undefined($"parameter '{name}' was not provided") : fallback.Evaluate(state));
        }

        JinjaDict rest = new();
        foreach ((string name, object? value) in arguments.Named)
        {
            if (Parameters.All(p => p.Name != name) && !(TakesCaller && name == "caller"))
                rest.Set(name, value);
        }

        CheckSurplus(arguments, rest);
        scope.Set("caller", arguments.Named.GetValueOrDefault("caller", new Undefined("No caller defined")));
        scope.Set("varargs", JinjaList.Tuple([.. arguments.Positional.Skip(Parameters.Count)]));
        scope.Set("kwargs", rest);
    }

    private void CheckSurplus(Arguments arguments, JinjaDict rest)
    {
        if (rest.Count > 0 && !TakesNamed)
        {
            throw JinjaException.Type(rest.TryGet("caller", out _)
                ? $"macro '{Name}' was invoked with two values for the special caller argument. This is most likely a bug."
                : $"macro '{Name}' takes no keyword argument {Python.Repr(rest.Entries[0].Key)}");
        }

        if (arguments.Positional.Count > Parameters.Count && !TakesPositional)
            throw JinjaException.Type($"macro '{Name}' takes not more than {Parameters.Count} argument(s)");
    }
}
