namespace Hearth.Chat.Jinja;

/// <summary>How a statement ended: loops are left by value, not by exception.</summary>
internal enum Completion
{
    Normal,
    Break,
    Continue,
}

/// <summary>A node that writes or sets.</summary>
internal abstract record Statement
{
    public abstract Completion Run(RenderState state);

    public static Completion RunAll(IReadOnlyList<Statement> body, RenderState state)
    {
        for (int i = 0; i < body.Count; i++)
        {
            state.Step();
            Completion completion = body[i].Run(state);
            if (completion != Completion.Normal)
                return completion;
        }

        return Completion.Normal;
    }
}

internal sealed record Data(OriginString Text) : Statement
{
    public override Completion Run(RenderState state)
    {
        state.Output.Append(Text);
        return Completion.Normal;
    }
}

internal sealed record Print(Expression Value) : Statement
{
    public override Completion Run(RenderState state)
    {
        object? value = Value.Evaluate(state);
        if (state.TakeCompletion() is var left && left != Completion.Normal)
            return left;
        try
        {
            state.Output.Append(Python.ToText(value, state));
        }
        catch (JinjaException e) when (e.PassesBy(Value.Place, state.TemplateName))
        {
            throw;
        }

        return Completion.Normal;
    }
}

internal sealed record If(IReadOnlyList<(Expression Test, IReadOnlyList<Statement> Body)> Branches, IReadOnlyList<Statement> Else) : Statement
{
    public override Completion Run(RenderState state)
    {
        for (int i = 0; i < Branches.Count; i++)
        {
            if (Operators.IsTrue(Branches[i].Test.Evaluate(state)))
                return RunAll(Branches[i].Body, state);
        }

        return RunAll(Else, state);
    }
}

internal sealed record LoopControl(Completion Completion) : Statement
{
    public override Completion Run(RenderState state) => Completion;
}

internal sealed record Set(Target Target, Expression Value) : Statement
{
    public override Completion Run(RenderState state)
    {
        object? value = Value.Evaluate(state);
        if (state.TakeCompletion() is var left && left != Completion.Normal)
            return left;
        Target.Assign(value, state);
        return Completion.Normal;
    }
}

/// <summary><c>with</c>: names for a block.</summary>
internal sealed record With(IReadOnlyList<(Target Target, Expression Value)> Bindings, IReadOnlyList<Statement> Body) : Statement
{
    public override Completion Run(RenderState state)
    {
        Scope outer = state.Scope;
        Scope inner = new(outer);
        object?[] values = [.. Bindings.Select(b => b.Value.Evaluate(state))];
        state.Scope = inner;
        try
        {
            foreach (((Target target, _), object? value) in Bindings.Zip(values))
                target.Assign(value, state);
            return RunAll(Body, state);
        }
        finally
        {
            state.Scope = outer;
        }
    }
}

/// <summary><c>do</c>: an expression for its effect.</summary>
internal sealed record Do(Expression Value) : Statement
{
    public override Completion Run(RenderState state)
    {
        Value.Evaluate(state);
        return Completion.Normal;
    }
}

/// <summary>
/// <c>block</c>, which other templates could replace if there were any: rendered in its place, where it sees what the template set
/// outside of loops and macros, or, when scoped, everything.
/// </summary>
internal sealed record Block(IReadOnlyList<Statement> Body, bool IsScoped) : Statement
{
    public override Completion Run(RenderState state)
    {
        state.Output.Append(state.Capture(IsScoped ? state.Scope : state.Root, _ => { }, Body));
        return Completion.Normal;
    }
}

/// <summary>A statement that needs other templates, of which a chat template has none.</summary>
internal sealed record NeedsLoader(Place Place) : Statement
{
    public override Completion Run(RenderState state) =>
        throw new JinjaException("TypeError", "no loader for this environment specified", Place, state.TemplateName);
}

/// <summary><c>autoescape</c>: off, which it always is, or an error.</summary>
internal sealed record AutoEscape(Expression IsOn, IReadOnlyList<Statement> Body) : Statement
{
    public override Completion Run(RenderState state)
    {
        if (Operators.IsTrue(IsOn.Evaluate(state)))
            throw new JinjaException("TemplateRuntimeError", "autoescape is for HTML, which prompts are not", IsOn.Place, state.TemplateName);
        Scope outer = state.Scope;
        state.Scope = new Scope(outer);
        try
        {
            return RunAll(Body, state);
        }
        finally
        {
            state.Scope = outer;
        }
    }
}

/// <summary><c>generation</c> marks what the model wrote; it renders as it is, in a scope of its own.</summary>
internal sealed record Generation(IReadOnlyList<Statement> Body) : Statement
{
    public override Completion Run(RenderState state)
    {
        state.Output.Append(state.Capture(state.Scope, _ => { }, Body));
        return Completion.Normal;
    }
}

/// <summary><c>call</c>: calls a macro that can call the block back.</summary>
internal sealed record CallBlock(Macro Caller, Call Call) : Statement
{
    public override Completion Run(RenderState state)
    {
        object? target = Call.Target.Evaluate(state);
        Arguments arguments = Call.Arguments.Evaluate(state);
        Dictionary<string, object?> named = new(arguments.Named) { ["caller"] = Caller.ToFunction(state.Scope) };
        state.EnterCall();
        try
        {
            state.Output.Append(Python.ToText(Call.Invoke(target, new Arguments(arguments.Positional, named), state), state));
        }
        catch (JinjaException e) when (e.PassesBy(Call.Place, state.TemplateName))
        {
            throw;
        }
        finally
        {
            state.LeaveCall();
        }

        return Completion.Normal;
    }
}

/// <summary>Where <c>set</c>, <c>for</c> and <c>with</c> put values.</summary>
internal abstract record Target
{
    public abstract void Assign(object? value, RenderState state);

    /// <summary>The names it sets.</summary>
    public virtual IEnumerable<string> Names => [];
}

internal sealed record NameTarget(string Name) : Target
{
    public override IEnumerable<string> Names => [Name];

    public override void Assign(object? value, RenderState state) => state.Scope.Set(Name, value);
}

internal sealed record NamespaceTarget(string Namespace, string Attribute, Place Place) : Target
{
    public override void Assign(object? value, RenderState state)
    {
        if (state.Lookup(Namespace) is not JinjaNamespace space)
            throw new JinjaException("TemplateRuntimeError", "cannot assign attribute on non-namespace object", Place, state.TemplateName);
        space.Attributes[Attribute] = value;
    }
}

internal sealed record TupleTarget(IReadOnlyList<Target> Parts, Place Place) : Target
{
    public override IEnumerable<string> Names => Parts.SelectMany(p => p.Names);

    public override void Assign(object? value, RenderState state)
    {
        try
        {
            List<object?> values = [.. Operators.Iterate(value, state, "cannot unpack non-iterable {0} object")];
            if (values.Count < Parts.Count)
                throw JinjaException.Value($"not enough values to unpack (expected {Parts.Count}, got {values.Count})");
            if (values.Count > Parts.Count)
                throw JinjaException.Value($"too many values to unpack (expected {Parts.Count})");
            for (int i = 0; i < Parts.Count; i++)
                Parts[i].Assign(values[i], state);
        }
        catch (JinjaException e) when (e.PassesBy(Place, state.TemplateName))
        {
            throw;
        }
    }
}
