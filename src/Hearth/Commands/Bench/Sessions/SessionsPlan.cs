namespace Hearth.Commands.Bench.Sessions;

/// <summary>How large the scenarios are. Sizes in tokens, about.</summary>
/// <param name="Prefix">A system prompt.</param>
/// <param name="First">A conversation's first message.</param>
/// <param name="Text">Every other message of the user.</param>
/// <param name="Turns">Turns of the longer conversations.</param>
/// <param name="Answer">Most tokens of an answer.</param>
/// <param name="Seed">Chooses the texts.</param>
internal sealed record SessionsPlan(int Prefix, int First, int Text, int Turns, int Answer, int Seed)
{
    /// <summary>What is wrong with it, or null.</summary>
    public string? Error => this switch
    {
        { Prefix: < 1 } or { First: < 1 } or { Text: < 1 } or { Answer: < 1 } => "--prefix, --first, --text and --answer must be at least 1.",
        { Turns: < 2 } => "--turns must be at least 2: one turn has no past.",
        _ => null,
    };
}
