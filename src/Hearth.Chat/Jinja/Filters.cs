using System.Collections.Frozen;

namespace Hearth.Chat.Jinja;

/// <summary>A filter: the value before the bar, and the arguments after the name.</summary>
internal delegate object? FilterFunction(object? value, Arguments arguments, RenderState state);

/// <summary>Every filter by name.</summary>
internal static class Filters
{
    private static readonly FrozenDictionary<string, FilterFunction> All =
        new[] { TextFilters.All, SequenceFilters.All, SelectionFilters.All, ValueFilters.All }.SelectMany(f => f).ToFrozenDictionary();

    public static FilterFunction? Find(string name) => All.GetValueOrDefault(name);
}
