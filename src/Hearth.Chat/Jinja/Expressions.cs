using System.Text.RegularExpressions;

namespace Hearth.Chat.Jinja;

/// <summary>A node that has a value.</summary>
internal abstract record Expression(Place Place)
{
    /// <summary>The value; errors carry the line of the innermost node that knows its own.</summary>
    public object? Evaluate(RenderState state)
    {
        state.Step();
        try
        {
            RenderState.EnsureStack();
            return Compute(state);
        }
        catch (JinjaException e) when (e.PassesBy(Place, state.TemplateName))
        {
            throw;
        }
        catch (RegexMatchTimeoutException)
        {
            throw JinjaException.Limit("a text takes too long to search").At(Place, state.TemplateName);
        }
    }

    protected abstract object? Compute(RenderState state);
}

internal sealed record Literal(object? Value, Place Place) : Expression(Place)
{
    protected override object? Compute(RenderState state) => Value;
}

internal sealed record Name(string Identifier, Place Place) : Expression(Place)
{
    protected override object? Compute(RenderState state) => state.Lookup(Identifier);
}

internal sealed record ListLiteral(IReadOnlyList<Expression> Items, bool IsTuple, Place Place) : Expression(Place)
{
    protected override object? Compute(RenderState state)
    {
        List<object?> values = new(Items.Count);
        foreach (Expression item in Items)
            values.Add(item.Evaluate(state));
        return state.Made(new JinjaList(values, IsTuple));
    }
}

internal sealed record DictLiteral(IReadOnlyList<(Expression Key, Expression Value)> Entries, Place Place) : Expression(Place)
{
    protected override object? Compute(RenderState state)
    {
        JinjaDict dict = new();
        foreach ((Expression key, Expression value) in Entries)
        {
            object? evaluated = key.Evaluate(state);
            state.Read(evaluated);
            dict.Set(evaluated, value.Evaluate(state));
        }

        return state.Made(dict);
    }
}

internal sealed record Conditional(Expression Test, Expression Then, Expression? Else, Place Place) : Expression(Place)
{
    protected override object? Compute(RenderState state)
    {
        if (Operators.IsTrue(Test.Evaluate(state)))
            return Then.Evaluate(state);
        return Else is not null
            ? Else.Evaluate(state)
            : new Undefined($"the inline if-expression on line {Place.Line} evaluated to false and no else section was defined.");
    }
}

internal sealed record Logical(bool IsAnd, Expression Left, Expression Right, Place Place) : Expression(Place)
{
    protected override object? Compute(RenderState state)
    {
        object? left = Left.Evaluate(state);
        return Operators.IsTrue(left) == IsAnd ? Right.Evaluate(state) : left;
    }
}

internal sealed record Not(Expression Operand, Place Place) : Expression(Place)
{
    protected override object? Compute(RenderState state) => !Operators.IsTrue(Operand.Evaluate(state));
}

internal sealed record Sign(bool IsNegative, Expression Operand, Place Place) : Expression(Place)
{
    protected override object? Compute(RenderState state) => Operators.Sign(Operand.Evaluate(state), IsNegative);
}

internal sealed record Binary(string Operator, Expression Left, Expression Right, Place Place) : Expression(Place)
{
    protected override object? Compute(RenderState state) =>
        state.Made(Operators.Binary(Operator, Left.Evaluate(state), Right.Evaluate(state), state));
}

internal sealed record Concatenation(IReadOnlyList<Expression> Parts, Place Place) : Expression(Place)
{
    protected override object? Compute(RenderState state)
    {
        OriginBuilder builder = new(state.Limits.OutputChars);
        foreach (Expression part in Parts)
            builder.Append(Python.ToText(part.Evaluate(state), state));
        return state.Made(builder.ToOriginString());
    }
}

/// <summary><c>a &lt; b &lt;= c</c>: each neighbour pair is compared, each operand evaluated once.</summary>
internal sealed record Comparison(Expression First, IReadOnlyList<(string Operator, Expression Operand)> Rest, Place Place) : Expression(Place)
{
    protected override object? Compute(RenderState state)
    {
        object? left = First.Evaluate(state);
        for (int i = 0; i < Rest.Count; i++)
        {
            (string op, Expression operand) = Rest[i];
            object? right = operand.Evaluate(state);
            if (!Operators.Compare(op, left, right, state))
                return false;
            left = right;
        }

        return true;
    }
}

internal sealed record Attribute(Expression Target, string Key, Place Place) : Expression(Place)
{
    protected override object? Compute(RenderState state) => Access.Attribute(Target.Evaluate(state), Key);
}

internal sealed record Item(Expression Target, Expression Key, Place Place) : Expression(Place)
{
    protected override object? Compute(RenderState state)
    {
        object? target = Target.Evaluate(state);
        object? key = Key.Evaluate(state);
        if (target is OriginString)
            state.Read(target);
        state.Read(key);
        return Access.Item(target, key);
    }
}

internal sealed record Slice(Expression Target, Expression? From, Expression? To, Expression? By, Place Place) : Expression(Place)
{
    private readonly bool _isConstant = IsConstant(Target) && IsConstant(From) && IsConstant(To) && IsConstant(By);

    /// <summary>
    /// Printed as it is. Jinja2 computes printed constants while it compiles, where a slice that cannot be is undefined; everywhere else
    /// it is an error.
    /// </summary>
    public bool IsPrinted { get; init; }

    protected override object? Compute(RenderState state)
    {
        object? target = Target.Evaluate(state);
        object? slice = state.Made(Access.Slice(target, From?.Evaluate(state), To?.Evaluate(state), By?.Evaluate(state), state));
        return slice is Undefined && !(IsPrinted && _isConstant)
            ? throw JinjaException.Type($"'{Python.TypeName(target)}' object has no slice with such bounds")
            : slice;
    }

    private static bool IsConstant(Expression? node) => node switch
    {
        null or Literal => true,
        Sign sign => IsConstant(sign.Operand),
        ListLiteral list => list.Items.All(IsConstant),
        DictLiteral dict => dict.Entries.All(e => IsConstant(e.Key) && IsConstant(e.Value)),
        _ => false,
    };
}

internal sealed record Call(Expression Target, CallArguments Arguments, Place Place) : Expression(Place)
{
    protected override object? Compute(RenderState state)
    {
        object? target = Target.Evaluate(state);
        Arguments arguments = Arguments.Evaluate(state);
        state.EnterCall();
        try
        {
            return state.Made(Invoke(target, arguments, state));
        }
        finally
        {
            state.LeaveCall();
        }
    }

    internal static object? Invoke(object? target, Arguments arguments, RenderState state) => target switch
    {
        JinjaFunction function => function.Call(arguments, state),
        LoopState loop => loop.Recurse(arguments, state),
        Undefined undefined => throw undefined.Error(),
        _ => throw JinjaException.Type($"'{Python.TypeName(target)}' object is not callable"),
    };
}

internal sealed record FilterCall(Expression Target, string Filter, CallArguments Arguments, Place Place) : Expression(Place)
{
    private readonly FilterFunction? _function = Filters.Find(Filter);

    protected override object? Compute(RenderState state)
    {
        if (_function is null)
            throw new JinjaException("TemplateRuntimeError", $"No filter named '{Filter}' found.");
        return Apply(_function, Target.Evaluate(state), Arguments.Evaluate(state), state);
    }

    /// <summary>Runs a filter and counts its work by what goes in and comes out.</summary>
    internal static object? Apply(FilterFunction filter, object? value, Arguments arguments, RenderState state)
    {
        state.Read(value);
        object? result = filter(value, arguments, state);
        return ReferenceEquals(result, value) ? result : state.Made(result);
    }
}

internal sealed record TestCall(Expression Target, string Test, CallArguments Arguments, Place Place) : Expression(Place)
{
    private readonly TestFunction? _function = Tests.Find(Test);

    protected override object? Compute(RenderState state)
    {
        if (_function is null)
            throw new JinjaException("TemplateRuntimeError", $"No test named '{Test}' found.");
        object? target = Target.Evaluate(state);
        state.Read(target);
        return _function(target, Arguments.Evaluate(state), state);
    }
}

/// <summary>The text of a captured block, which filters of <c>set</c> and <c>filter</c> blocks begin with.</summary>
internal sealed record CapturedBlock(IReadOnlyList<Statement> Body, Place Place) : Expression(Place)
{
    protected override object? Compute(RenderState state) => state.Capture(state.Scope, _ => { }, Body, isPartOfLoop: true);
}

/// <summary>The written arguments of a call.</summary>
internal sealed record CallArguments(
    IReadOnlyList<Expression> Positional, IReadOnlyList<(string Name, Expression Value)> Named, Expression? Spread, Expression? NamedSpread)
{
    public static readonly CallArguments None = new([], [], null, null);

    public Arguments Evaluate(RenderState state)
    {
        if (ReferenceEquals(this, None))
            return Arguments.None;
        List<object?> positional = new(Positional.Count);
        foreach (Expression argument in Positional)
            positional.Add(argument.Evaluate(state));
        Dictionary<string, object?> named = Named.Count == 0 && NamedSpread is null ? Arguments.None.Named : [];
        foreach ((string name, Expression value) in Named)
            named[name] = value.Evaluate(state);
        if (Spread is not null)
            positional.AddRange(Operators.Iterate(Spread.Evaluate(state), state, "Value after * must be an iterable, not {0}"));
        if (NamedSpread is not null)
        {
            object? spread = NamedSpread.Evaluate(state);
            if (spread is not JinjaDict dict)
                throw JinjaException.Type($"argument after ** must be a mapping, not {Python.TypeName(spread)}");
            state.Step(dict.Count);
            foreach ((object? key, object? value) in dict.Entries)
                named[key is OriginString name ? name.Text : throw JinjaException.Type("keywords must be strings")] = value;
        }

        return new Arguments(positional, named);
    }
}
