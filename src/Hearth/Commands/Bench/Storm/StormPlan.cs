namespace Hearth.Commands.Bench.Storm;

/// <summary>How hard to storm, and what has to hold.</summary>
/// <param name="HangUps">Clients that leave at a random moment.</param>
/// <param name="Waves">Parts that they come in; after each one the server's rest and the next request are measured.</param>
/// <param name="AtOnce">Clients of a wave at once.</param>
/// <param name="Bursts">Sizes of the bursts: so many whole requests at once.</param>
/// <param name="Words">Most words of a prompt.</param>
/// <param name="AnswerTokens">Most tokens of an answer that nobody waits for.</param>
/// <param name="Seed">Chooses texts and moments.</param>
/// <param name="RestSeconds">Longest until nothing runs, waits or is leased after the last client of a wave or burst.</param>
/// <param name="Slowdown">Most that the next request's first token may take, as a multiple of an idle server's.</param>
internal sealed record StormPlan(
    int HangUps, int Waves, int AtOnce, IReadOnlyList<int> Bursts, int Words, int AnswerTokens, int Seed, double RestSeconds, double Slowdown)
{
    public const int LeastWords = 10;

    /// <summary>More sockets than a process may usually open.</summary>
    private const int MostAtOnce = 900;

    /// <summary>What is wrong with it, or null.</summary>
    public string? Error => this switch
    {
        { HangUps: < 0 } => "--hang-ups must not be negative.",
        { Waves: < 1 } or { AnswerTokens: < 1 } => "--waves and --answer must be at least 1.",
        { AtOnce: < 1 or > MostAtOnce } => $"--at-once must be from 1 to {MostAtOnce}.",
        _ when Bursts.Any(b => b is < 1 or > MostAtOnce) => $"--bursts expects numbers from 1 to {MostAtOnce}, such as 64,200.",
        { Words: < LeastWords } => $"--words must be at least {LeastWords}.",
        { RestSeconds: not > 0 } or { Slowdown: not > 0 } => "--rest and --slowdown must be above 0.",
        _ => null,
    };

    /// <summary>Numbers with commas between them; what is no number is 0.</summary>
    public static IReadOnlyList<int> Numbers(string list) =>
        [.. list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(n => int.TryParse(n, out var number) ? number : 0)];
}
