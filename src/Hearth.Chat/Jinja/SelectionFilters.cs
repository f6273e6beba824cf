namespace Hearth.Chat.Jinja;

/// <summary>Filters that pick or map items: map, select, reject and their attribute forms.</summary>
internal static class SelectionFilters
{
    public static readonly Dictionary<string, FilterFunction> All = new()
    {
        ["map"] = (v, a, s) => new JinjaGenerator(Later(() => Map(v, a, s)), s),
        ["select"] = (v, a, s) => new JinjaGenerator(Later(() => Select(v, a, s, attribute: null, keep: true)), s),
        ["reject"] = (v, a, s) => new JinjaGenerator(Later(() => Select(v, a, s, attribute: null, keep: false)), s),
        ["selectattr"] = (v, a, s) => new JinjaGenerator(Later(() => SelectAttribute(v, a, s, keep: true)), s),
        ["rejectattr"] = (v, a, s) => new JinjaGenerator(Later(() => SelectAttribute(v, a, s, keep: false)), s),
    };

    /// <summary>Nothing happens, and so nothing fails, before somebody asks for an item.</summary>
    private static IEnumerable<object?> Later(Func<IEnumerable<object?>> make)
    {
        foreach (object? item in make())
            yield return item;
    }

    private static IEnumerable<object?> Map(object? value, Arguments arguments, RenderState state)
    {
        if (arguments.Positional.Count == 0 && arguments.Named.TryGetValue("attribute", out object? attribute))
        {
            if (arguments.Named.Keys.FirstOrDefault(n => n is not ("attribute" or "default")) is { } unknown)
                throw new JinjaException("FilterArgumentError", $"Unexpected keyword argument '{unknown}'");
            object? fallback = arguments.Named.GetValueOrDefault("default");
            return IterateUnlessFalsy(value, state).Select(item => SequenceFilters.Path(item, attribute, state) is var found && found is Undefined ? fallback ?? found : found);
        }

        if (arguments.Positional.Count == 0)
            throw new JinjaException("FilterArgumentError", "map requires a filter argument");
        string name = arguments.Text(0, "filter", "map").Text;
        FilterFunction filter = Filters.Find(name) ?? throw new JinjaException("TemplateRuntimeError", $"No filter named '{name}' found.");
        Arguments rest = arguments.Skip(1);
        return IterateUnlessFalsy(value, state).Select(item => FilterCall.Apply(filter, item, rest, state));
    }

    /// <summary>Jinja2 does not look into None or other falsy values here, so they count as empty.</summary>
    private static IEnumerable<object?> IterateUnlessFalsy(object? value, RenderState state) => Operators.IsTrue(value) ? Operators.Iterate(value, state) : [];

    private static IEnumerable<object?> SelectAttribute(object? value, Arguments arguments, RenderState state, bool keep) =>
        Select(
            value,
            arguments.Skip(1),
            state,
            arguments.Positional.Count > 0 ? arguments.Positional[0] : throw new JinjaException("FilterArgumentError", "Missing parameter for attribute name"),
            keep);

    private static IEnumerable<object?> Select(object? value, Arguments arguments, RenderState state, object? attribute, bool keep)
    {
        TestFunction test = (v, _, _) => Operators.IsTrue(v);
        if (arguments.Positional.Count > 0)
        {
            string name = arguments.Text(0, "test", "select").Text;
            test = Tests.Find(name) ?? throw new JinjaException("TemplateRuntimeError", $"No test named '{name}' found.");
        }

        Arguments rest = arguments.Skip(1);
        return IterateUnlessFalsy(value, state).Where(item =>
        {
            state.Step();
            return test(SequenceFilters.Path(item, attribute, state), rest, state) == keep;
        });
    }
}
