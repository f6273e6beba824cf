namespace Hearth.Engine.Cache;

/// <summary>
/// Where states of a prompt are worth their bytes: later prompts part from it where a message ends. The first such place is behind the
/// system prompt and the tools, which everybody shares; the last is where the next turn may rewrite the answer.
/// </summary>
internal sealed class CheckpointPlan
{
    /// <summary>Between the first and the last place, one in so many tokens: a state can be as large as thousands of tokens' cells.</summary>
    private const int Spacing = 4096;

    private readonly List<int> _positions = [];

    /// <summary>Finds the places behind end-of-generation tokens.</summary>
    public CheckpointPlan(ReadOnlySpan<int> prompt, IReadOnlySet<int> endOfGeneration)
    {
        var last = 0;
        for (var i = 0; i < prompt.Length - 1; i++)
        {
            if (!endOfGeneration.Contains(prompt[i])) continue;
            last = i + 1;
            if (_positions.Count == 0 || last - _positions[^1] >= Spacing) _positions.Add(last);
        }

        if (last > 0 && _positions[^1] != last) _positions.Add(last);
    }

    /// <summary>True for a place.</summary>
    public bool Contains(int position) => _positions.BinarySearch(position) >= 0;

    /// <summary>The first place after <paramref name="position"/>, or <see cref="int.MaxValue"/>.</summary>
    public int After(int position)
    {
        var index = _positions.BinarySearch(position + 1);
        if (index < 0) index = ~index;
        return index < _positions.Count ? _positions[index] : int.MaxValue;
    }
}
