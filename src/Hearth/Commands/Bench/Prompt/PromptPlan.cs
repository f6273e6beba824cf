namespace Hearth.Commands.Bench.Prompt;

/// <summary>How much to measure.</summary>
/// <param name="Tokens">Size of the conversation, about.</param>
/// <param name="Tools">Tools that every request offers.</param>
/// <param name="Runs">Conversations, each of which is sent cold and then warm, with one turn more.</param>
/// <param name="Counts">Counts at once beside a stream.</param>
/// <param name="Gaps">Gaps between tokens of each stream.</param>
/// <param name="Pairs">Pairs of streams, alone and beside counts; 0 leaves them out.</param>
/// <param name="Seed">Chooses the texts.</param>
internal sealed record PromptPlan(int Tokens, int Tools, int Runs, int Counts, int Gaps, int Pairs, int Seed)
{
    /// <summary>What is wrong with it, or null.</summary>
    public string? Error => this switch
    {
        { Tokens: < 1 } or { Runs: < 1 } or { Counts: < 1 } => "--tokens, --runs and --counts must be at least 1.",
        { Tools: < 0 } or { Pairs: < 0 } => "--tools and --pairs must not be negative.",
        { Gaps: < 2 } => "--gaps must be at least 2.",
        _ => null,
    };
}
