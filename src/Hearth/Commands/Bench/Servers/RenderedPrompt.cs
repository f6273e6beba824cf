namespace Hearth.Commands.Bench.Servers;

/// <summary>A conversation as the model is fed it.</summary>
/// <param name="Tokens">The prompt's token ids.</param>
/// <param name="Special">Which ids are control tokens.</param>
internal sealed record RenderedPrompt(int[] Tokens, IReadOnlySet<int> Special)
{
    /// <summary>Tokens that both begin with.</summary>
    public static int Shared(ReadOnlySpan<int> one, ReadOnlySpan<int> other) => one.CommonPrefixLength(other);

    /// <summary>
    /// The prompt and its answer as far as a server has computed them. The answer's tokens are read off <paramref name="continued"/>,
    /// the same conversation with the answer and one more message: they end at the first control token. The last token of an answer
    /// that <paramref name="isComplete"/> does not end was sampled but never computed.
    /// </summary>
    public int[] WithAnswer(RenderedPrompt continued, bool isComplete)
    {
        if (Shared(Tokens, continued.Tokens) < Tokens.Length)
            return Tokens;
        var end = Tokens.Length;
        while (end < continued.Tokens.Length && !continued.Special.Contains(continued.Tokens[end]))
            end++;
        return continued.Tokens[..(isComplete || end == Tokens.Length ? end : end - 1)];
    }
}
