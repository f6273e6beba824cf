namespace Hearth.Chat.Jinja;

/// <summary><c>for</c> with its filter, its else branch and recursion.</summary>
internal sealed record For(
    Target Target, Expression Iterable, Expression? Filter, bool IsRecursive, IReadOnlyList<Statement> Body, IReadOnlyList<Statement> Else)
    : Statement
{
    public override Completion Run(RenderState state)
    {
        object? iterable = Iterable.Evaluate(state);
        try
        {
            RunOver(iterable, depth: 1, state);
        }
        catch (JinjaException e) when (e.PassesBy(Iterable.Place, state.TemplateName))
        {
            throw;
        }

        return Completion.Normal;
    }

    internal void RunOver(object? iterable, int depth, RenderState state)
    {
        Scope outer = state.Scope;
        List<object?> items = Select(iterable, outer, state);
        if (items.Count == 0)
        {
            RunIn(new Scope(outer), outer, Else, state);
            return;
        }

        LoopState loop = new(this, items, depth);
        bool anyEnded = false;
        for (int i = 0; i < items.Count; i++)
        {
            loop.Index = i;
            Scope scope = new(outer);
            scope.Set("loop", loop);
            state.Scope = scope;
            try
            {
                Target.Assign(items[i], state);
                Completion completion = RunAll(Body, state);
                anyEnded |= completion == Completion.Normal;
                if (completion == Completion.Break)
                    break;
            }
            finally
            {
                state.Scope = outer;
            }
        }

        // In Jinja2 a round that was left does not count.
        if (!anyEnded)
            RunIn(new Scope(outer), outer, Else, state);
    }

    private static void RunIn(Scope scope, Scope outer, IReadOnlyList<Statement> body, RenderState state)
    {
        state.Scope = scope;
        try
        {
            RunAll(body, state);
        }
        finally
        {
            state.Scope = outer;
        }
    }

    private List<object?> Select(object? iterable, Scope outer, RenderState state)
    {
        IEnumerable<object?> all = Operators.Iterate(iterable, state);
        List<object?> items = all as List<object?> ?? [.. all];
        if (Filter is null)
            return items;
        List<object?> selected = [];
        foreach (object? item in items)
        {
            state.Scope = new Scope(outer);
            try
            {
                Target.Assign(item, state);
                if (Operators.IsTrue(Filter.Evaluate(state)))
                    selected.Add(item);
            }
            finally
            {
                state.Scope = outer;
            }
        }

        return selected;
    }
}

/// <summary>The <c>loop</c> variable.</summary>
internal sealed class LoopState(For loop, List<object?> items, int depth)
{
    private object? _lastChanged = new();

    public int Index { get; set; }

    /// <summary>What the loop goes over.</summary>
    public IReadOnlyList<object?> Items => items;

    /// <summary>The attribute's value; false when there is none of this name.</summary>
    public bool TryGet(string name, out object? value)
    {
        value = name switch
        {
            "index" => Index + 1L,
            "index0" => (long)Index,
            "revindex" => (long)(items.Count - Index),
            "revindex0" => (long)(items.Count - Index - 1),
            "first" => Index == 0,
            "last" => Index == items.Count - 1,
            "length" => (long)items.Count,
            "depth" => (long)depth,
            "depth0" => depth - 1L,
            "previtem" => Index > 0 ? items[Index - 1] : new Undefined("there is no previous item"),
            "nextitem" => Index < items.Count - 1 ? items[Index + 1] : new Undefined("there is no next item"),
            "cycle" => new JinjaFunction("cycle", (a, _) => Cycle(a)),
            "changed" => new JinjaFunction("changed", (a, s) => Changed(a, s)),
            _ => this,
        };
        return !ReferenceEquals(value, this);
    }

    /// <summary><c>loop(children)</c> in a recursive loop.</summary>
    public object Recurse(Arguments arguments, RenderState state)
    {
        if (!loop.IsRecursive)
            throw JinjaException.Type("The loop must have the 'recursive' marker to be called recursively.");
        return state.Capture(() => loop.RunOver(arguments.Require(0, "iterable", "LoopContext.__call__"), depth + 1, state));
    }

    private object? Cycle(Arguments arguments) => arguments.Positional.Count == 0
        ? throw JinjaException.Type("no items for cycling given")
        : arguments.Positional[Index % arguments.Positional.Count];

    private bool Changed(Arguments arguments, RenderState state)
    {
        JinjaList value = JinjaList.Tuple([.. arguments.Positional]);
        bool changed = !Operators.AreEqual(_lastChanged, value, state);
        _lastChanged = value;
        return changed;
    }
}
