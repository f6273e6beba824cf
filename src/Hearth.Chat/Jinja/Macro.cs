namespace Hearth.Chat.Jinja;

/// <summary>A macro: a function that gives what its body writes.</summary>
internal sealed record Macro(string Name, IReadOnlyList<(string Name, Expression? Default)> Parameters, IReadOnlyList<Statement> Body, Place Place)
    : Statement
{
    /// <summary>The body reads <c>varargs</c>.</summary>
    public bool TakesPositional { get; init; }

    /// <summary>The body reads <c>kwargs</c>.</summary>
    public bool TakesNamed { get; init; }

    /// <summary>The body reads <c>caller</c>.</summary>
    public bool TakesCaller { get; init; }

    /// <summary>The body of a <c>call</c> block, which has no name.</summary>
    public bool IsCaller { get; init; }

    /// <summary>An attribute of the macro as a value; false when there is none of this name.</summary>
    public bool TryGet(string name, out object? value)
    {
        value = name switch
        {
            "name" => IsCaller ? null : OriginString.Trusted(Name),
            "arguments" => JinjaList.Tuple([.. Parameters.Select(p => OriginString.Trusted(p.Name))]),
            "catch_varargs" => TakesPositional,
            "catch_kwargs" => TakesNamed,
            "caller" => TakesCaller,
            _ => this,
        };
        return !ReferenceEquals(value, this);
    }

    public override Completion Run(RenderState state)
    {
        state.Scope.Set(Name, state.Made(ToFunction(state.Scope)));
        return Completion.Normal;
    }

    /// <summary>The macro as a value that sees <paramref name="definedIn"/>.</summary>
    public JinjaFunction ToFunction(Scope definedIn) =>
        new(Name, (arguments, state) => state.Capture(definedIn, scope => Bind(scope, arguments, state), Body))
        {
            Macro = this,
        };

    private void Bind(Scope scope, Arguments arguments, RenderState state)
    {
        scope.Set("caller", arguments.Named.GetValueOrDefault("caller", new Undefined("No caller defined")));
        scope.Set("varargs", JinjaList.Tuple([.. arguments.Positional.Skip(Parameters.Count)]));
        JinjaDict rest = new();
        foreach ((string name, object? value) in arguments.Named)
        {
            state.Step(Parameters.Count / 16);
            int position = IndexOf(name);
            if ((position < 0 || position < arguments.Positional.Count) && !(TakesCaller && name == "caller"))
                rest.Set(name, value);
        }

        CheckSurplus(arguments, rest);
        scope.Set("kwargs", rest);

        // A default sees the parameters before its own, and of its own and later names nothing.
        foreach ((string name, _) in Parameters)
            scope.Set(name, new Undefined($"parameter '{name}' was not provided"));
        for (int i = 0; i < Parameters.Count; i++)
        {
            (string name, Expression? fallback) = Parameters[i];
            if (arguments.Has(i, name))
                scope.Set(name, arguments.Get(i, name));
            else if (fallback is not null)
                scope.Set(name, fallback.Evaluate(state));
        }
    }

    private int IndexOf(string name)
    {
        for (int i = 0; i < Parameters.Count; i++)
        {
            if (Parameters[i].Name == name)
                return i;
        }

        return -1;
    }

    private void CheckSurplus(Arguments arguments, JinjaDict rest)
    {
        string called = IsCaller ? "None" : $"'{Name}'";
        if (rest.Count > 0 && !TakesNamed)
        {
            throw JinjaException.Type(rest.TryGet("caller", out _)
                ? $"macro {called} was invoked with two values for the special caller argument. This is most likely a bug."
                : $"macro {called} takes no keyword argument {Python.Repr(rest.Entries[0].Key)}");
        }

        if (arguments.Positional.Count > Parameters.Count && !TakesPositional)
            throw JinjaException.Type($"macro {called} takes not more than {Parameters.Count} argument(s)");
    }
}
