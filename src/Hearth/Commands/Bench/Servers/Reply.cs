namespace Hearth.Commands.Bench.Servers;

/// <summary>A whole answer with its numbers.</summary>
/// <param name="Text">What was said.</param>
/// <param name="Usage">What the server counted.</param>
/// <param name="IsComplete">Whether the model ended it, rather than the bound on tokens.</param>
/// <param name="Arrivals">When each piece of text arrived, from the sending on.</param>
/// <param name="Total">Until the stream's end.</param>
internal sealed record Reply(string Text, TokenCounts Usage, bool IsComplete, IReadOnlyList<TimeSpan> Arrivals, TimeSpan Total)
{
    /// <summary>Time to the first token; to the end where the answer has no text.</summary>
    public TimeSpan FirstToken => Arrivals is [var first, ..] ? first : Total;

    /// <summary>Milliseconds between neighbouring pieces of text.</summary>
    public IEnumerable<double> GapsMs => Arrivals.Zip(Arrivals.Skip(1), (earlier, later) => (later - earlier).TotalMilliseconds);
}

/// <summary>Token counts of one answer.</summary>
/// <param name="Prefilled">Prompt tokens that were computed for it.</param>
/// <param name="Cached">Prompt tokens that were not.</param>
/// <param name="Output">Generated tokens.</param>
internal sealed record TokenCounts(int Prefilled, int Cached, int Output)
{
    public static TokenCounts None { get; } = new(0, 0, 0);

    public int Prompt => Prefilled + Cached;

    /// <summary>Later counts replace earlier ones, field by field: servers differ in which event carries what.</summary>
    public static TokenCounts Of(IReadOnlyList<TokensWire> usages) => new(
        (Last(usages, u => u.InputTokens) ?? 0) + (Last(usages, u => u.CacheCreationInputTokens) ?? 0),
        Last(usages, u => u.CacheReadInputTokens) ?? 0,
        Last(usages, u => u.OutputTokens) ?? 0);

    private static int? Last(IReadOnlyList<TokensWire> usages, Func<TokensWire, int?> count) => usages.Select(count).LastOrDefault(c => c is not null);
}
