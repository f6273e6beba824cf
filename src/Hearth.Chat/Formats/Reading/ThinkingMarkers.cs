namespace Hearth.Chat.Formats.Reading;

/// <summary>The markers around thinking.</summary>
internal sealed class ThinkingMarkers(params (string Open, string Close)[] pairs)
{
    /// <summary>What most families write.</summary>
    public static ThinkingMarkers Think { get; } = new(("<think>", "</think>"));

    /// <summary>Every marker.</summary>
    public IEnumerable<string> All => pairs.SelectMany(p => new[] { p.Open, p.Close });

    /// <summary>True for a marker that begins thinking.</summary>
    public bool Opens(string marker) => pairs.Any(p => p.Open == marker);

    /// <summary>True for a marker that ends it.</summary>
    public bool Closes(string marker) => pairs.Any(p => p.Close == marker);

    /// <summary>True for a prompt that ends behind a marker that begins thinking.</summary>
    public bool AreOpenAfter(ReadOnlySpan<char> prompt)
    {
        ReadOnlySpan<char> end = prompt.TrimEnd();
        foreach ((string open, _) in pairs)
        {
            if (end.EndsWith(open))
                return true;
        }

        return false;
    }
}
