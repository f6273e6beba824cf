namespace Hearth.Commands.Bench.Sessions;

/// <summary>What a request was to the person who waits.</summary>
internal enum RequestKind
{
    First,
    Turn,
    SubAgent,
    Together,
    Title,
    Rewind,
    Return,
    Again,
}

/// <summary>One request of a scenario.</summary>
/// <param name="Scenario">The scenario's name.</param>
/// <param name="Kind">What it was.</param>
/// <param name="Prompt">Prompt tokens as the server counts them.</param>
/// <param name="Rendered">Prompt tokens as the renderer counts them.</param>
/// <param name="Prefilled">Prompt tokens that the server computed.</param>
/// <param name="New">Prompt tokens that an ideal cache would have computed.</param>
/// <param name="FirstToken">Time to the first token.</param>
internal sealed record MeasuredRequest(
    string Scenario, RequestKind Kind, int Prompt, int Rendered, int Prefilled, int New, TimeSpan FirstToken);

/// <summary>Token counts of some requests.</summary>
internal sealed record PrefillSum(int Requests, int Prompt, int Prefilled, int New)
{
    /// <summary>Computed per token that had to be; 1 is ideal. Null without any.</summary>
    public double? Amplification => New > 0 ? (double)Prefilled / New : null;

    public static PrefillSum Of(IEnumerable<MeasuredRequest> requests) => requests.Aggregate(
        new PrefillSum(0, 0, 0, 0),
        (sum, r) => new PrefillSum(sum.Requests + 1, sum.Prompt + r.Prompt, sum.Prefilled + r.Prefilled, sum.New + r.New));
}
