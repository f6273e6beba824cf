using System.Collections.Frozen;

namespace Hearth.Chat.Jinja;

/// <summary>Functions that every template can call.</summary>
internal static class Globals
{
    private static readonly FrozenDictionary<string, JinjaFunction> All = new Dictionary<string, Func<Arguments, RenderState, object?>>
    {
        ["range"] = Range,
        ["dict"] = (a, s) => Merge(new JinjaDict(), a, s),
        ["namespace"] = (a, s) => Namespace(a, s),
        ["cycler"] = (a, _) => Cycler(a),
        ["joiner"] = (a, _) => Joiner(a),
        ["raise_exception"] = (a, s) => throw (a.Has(0, "message")
            ? new JinjaException("TemplateError", Python.ToText(a.Get(0, "message"), s).Text)
            : JinjaException.Type("raise_exception() missing 1 required positional argument: 'message'")),
        ["strftime_now"] = (a, s) => OriginString.Trusted(Strftime.Format(s.Now, a.Text(0, "format", "strftime_now").Text)),
    }.ToFrozenDictionary(f => f.Key, f => new JinjaFunction(f.Key, f.Value));

    public static JinjaFunction? Find(string name) => All.GetValueOrDefault(name);

    private static JinjaList Range(Arguments arguments, RenderState state)
    {
        if (arguments.Named.Count > 0 || arguments.Positional.Count > 3)
            throw JinjaException.Type("range expected at most 3 arguments, all of them positional");
        int first = Operators.ToIndex(arguments.Require(0, "stop", "range"));
        (int start, int stop) = arguments.Has(1, "stop") ? (first, arguments.Int(1, "stop", 0)) : (0, first);
        int step = arguments.Int(2, "step", 1);
        if (step == 0)
            throw JinjaException.Value("range() arg 3 must not be zero");
        state.CheckMade(Math.Max(0, ((long)stop - start + step - Math.Sign(step)) / step));
        return JinjaList.Range(start, stop, step);
    }

    private static JinjaDict Merge(JinjaDict dict, Arguments arguments, RenderState state)
    {
        if (arguments.Positional.Count > 1)
            throw JinjaException.Type($"dict expected at most 1 argument, got {arguments.Positional.Count}");
        foreach (object? source in arguments.Positional)
        {
            if (source is Undefined undefined)
                throw undefined.Error();
            if (source is JinjaDict other)
            {
                state.Step(other.Count);
                foreach ((object? key, object? value) in other.Entries)
                    dict.Set(key, value);
                continue;
            }

            int index = 0;
            foreach (object? pair in Operators.Iterate(source, state))
            {
                List<object?> parts = [.. Operators.Iterate(pair, state, $"cannot convert dictionary update sequence element #{index} to a sequence")];
                if (parts.Count != 2)
                    throw JinjaException.Value($"dictionary update sequence element #{index} has length {parts.Count}; 2 is required");
                state.Step();
                state.Read(parts[0]);
                dict.Set(parts[0], parts[1]);
                index++;
            }
        }

        foreach ((string name, object? value) in arguments.Named)
            dict.Set(OriginString.Trusted(name), value);
        return dict;
    }

    private static JinjaNamespace Namespace(Arguments arguments, RenderState state)
    {
        JinjaNamespace space = new();
        foreach ((object? key, object? value) in Merge(new JinjaDict(), arguments, state).Entries)
            space.Attributes[Python.ToText(key, state).Text] = value;
        return space;
    }

    private static JinjaNamespace Cycler(Arguments arguments)
    {
        List<object?> items = arguments.Positional;
        if (items.Count == 0)
            throw new JinjaException("RuntimeError", "at least one item has to be provided");
        int position = 0;
        JinjaNamespace cycler = new();
        cycler.Attributes["items"] = JinjaList.Tuple([.. items]);
        cycler.Attributes["current"] = items[0];
        cycler.Attributes["next"] = new JinjaFunction("next", (_, _) =>
        {
            object? current = items[position];
            position = (position + 1) % items.Count;
            cycler.Attributes["current"] = items[position];
            return current;
        });
        cycler.Attributes["reset"] = new JinjaFunction("reset", (_, _) =>
        {
            position = 0;
            cycler.Attributes["current"] = items[0];
            return null;
        });
        return cycler;
    }

    private static JinjaFunction Joiner(Arguments arguments)
    {
        bool used = false;
        object? separator = arguments.Get(0, "sep", OriginString.Trusted(", "));
        return new JinjaFunction("joiner", (_, _) =>
        {
            object? result = used ? separator : OriginString.Empty;
            used = true;
            return result;
        });
    }
}
