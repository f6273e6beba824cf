namespace Hearth.Commands.Bench.Latency;

/// <summary>How much to measure. Sizes in tokens, about.</summary>
/// <param name="History">The main conversation's past, and a sub-agent's prompt.</param>
/// <param name="Text">A turn's new message.</param>
/// <param name="Pairs">Pairs of runs, alone and beside a prefill.</param>
/// <param name="Gaps">Gaps between tokens, alone and beside a prefill.</param>
/// <param name="Seed">Chooses the texts.</param>
internal sealed record LatencyPlan(int History, int Text, int Pairs, int Gaps, int Seed)
{
    /// <summary>Most tokens of history that are asked for without being told; three quarters of a smaller window.</summary>
    private const int UsualHistory = 8000;

    /// <summary>What is wrong with it, or null.</summary>
    public string? Error => this switch
    {
        { History: < 0 } => "--history must not be negative.",
        { Text: < 1 } or { Pairs: < 1 } => "--text and --pairs must be at least 1.",
        { Gaps: < 2 } => "--gaps must be at least 2.",
        _ => null,
    };

    /// <summary>The plan with a history that fits the window, where none was asked for.</summary>
    public LatencyPlan Within(int? window) =>
        History > 0 ? this : this with { History = window is { } tokens ? Math.Min(UsualHistory, tokens * 3 / 4) : UsualHistory };
}

/// <summary>One measured number; null where the server does not tell.</summary>
internal sealed record Figure(string Name, double? Value, string Format = "0.0");
