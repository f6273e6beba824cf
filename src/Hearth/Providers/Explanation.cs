using Hearth.Chat;
using Hearth.Engine;

namespace Hearth.Providers;

/// <summary>The engine's numbers in the words of an <see cref="AnswerReport"/>, with the text of what it knows as tokens.</summary>
internal static class Explanation
{
    public static AnswerReport Of(GenerationStats stats, ChatUsage usage, ReadOnlySpan<int> prompt, Tokenizer tokenizer) => new(
        usage,
        new PrefixUse(Origin(stats.Prefix.Source), stats.Prefix.SharedTokens, Parting(stats.Prefix, prompt, tokenizer)),
        stats.Queued, stats.Prefill, stats.Decode);

    private static PartingTexts? Parting(PrefixReport prefix, ReadOnlySpan<int> prompt, Tokenizer tokenizer)
    {
        if (prefix.PartedTokens.Count == 0)
            return null;
        ReadOnlySpan<int> rest = prompt[Math.Min(prefix.SharedTokens, prompt.Length)..];
        return new PartingTexts(tokenizer.Spell([.. prefix.PartedTokens]), tokenizer.Spell(rest[..Math.Min(prefix.PartedTokens.Count, rest.Length)]))
        {
            IsOfSameSession = prefix.PartsFromSameSession,
        };
    }

    private static PrefixOrigin Origin(PrefixSource source) => source switch
    {
        PrefixSource.SameSession => PrefixOrigin.SameSession,
        PrefixSource.OtherSession => PrefixOrigin.OtherSession,
        PrefixSource.InFlight => PrefixOrigin.InFlight,
        PrefixSource.Saved => PrefixOrigin.Saved,
        _ => PrefixOrigin.None,
    };
}
