namespace Hearth.Chat.Jinja;

/// <summary>A macro: a function that gives what its body writes.</summary>
internal sealed record Macro(string Name, IReadOnlyList<(string Name, Expression? Default)> Parameters, IReadOnlyList<Statement> Body, int Line)
    : Statement
{
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
            if (Parameters.All(p => p.Name != name))
                rest.Set(name, value);
        }

        rest.TryGet("caller", out object? caller);
        scope.Set("caller", arguments.Named.ContainsKey("caller") ? caller : new Undefined("No caller defined"));
        scope.Set("varargs", JinjaList.Tuple([.. arguments.Positional.Skip(Parameters.Count)]));
        scope.Set("kwargs", rest);
    }
}
