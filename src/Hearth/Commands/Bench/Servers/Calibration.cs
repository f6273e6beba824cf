namespace Hearth.Commands.Bench.Servers;

/// <summary>Finds out how many tokens a model's vocabulary makes of a made-up word.</summary>
internal static class Calibration
{
    private const int Words = 400;

    /// <summary>Where no server renders: what a vocabulary of some 50,000 makes of words that do not exist.</summary>
    private const double UsualTokensPerWord = 3;

    /// <summary>Texts sized by what <paramref name="renderer"/> says; by a usual figure without one.</summary>
    public static async Task<PseudoText> TextsAsync(MessagesClient? renderer, int seed, CancellationToken cancellation)
    {
        PseudoText raw = new(seed, UsualTokensPerWord);
        if (renderer is null)
            return raw;
        var few = await TokensAsync(renderer, raw.Words("calibration", 1), cancellation);
        var many = await TokensAsync(renderer, raw.Words("calibration", Words + 1), cancellation);
        return raw with { TokensPerWord = Math.Max(1, (double)(many - few) / Words) };
    }

    private static async Task<int> TokensAsync(MessagesClient renderer, string text, CancellationToken cancellation) =>
        (await renderer.RenderAsync(Conversation.Begin(null, "calibration").Say(text), cancellation))?.Tokens.Length ?? 0;
}
