namespace Hearth.Engine.Sampling;

/// <summary>
/// Draws one sequence's tokens from its logits. The steps and their order are those of llama.cpp's default chain
/// (common/sampling.cpp): penalties, top-k, top-p, min-p, temperature, draw. Used by one thread; allocates nothing per token once its
/// buffers have grown.
/// </summary>
public sealed class Sampler
{
    private readonly SamplingSettings _settings;
    private readonly IReadOnlyList<int> _suppressed;
    private readonly PenaltyWindow? _penalties;
    private readonly Candidates _candidates = new();
    private RandomSource _random;

    /// <summary>A sampler for one sequence.</summary>
    /// <param name="settings">How to draw; a null seed draws a fresh one.</param>
    /// <param name="suppressedTokens">Ids that are never sampled.</param>
    public Sampler(SamplingSettings settings, IReadOnlyList<int> suppressedTokens)
    {
        (_settings, _suppressed) = (settings, suppressedTokens);
        _penalties = PenaltyWindow.For(settings);
        _random = new RandomSource(settings.Seed ?? (uint)Random.Shared.NextInt64(uint.MaxValue + 1L));
    }

    /// <summary>Counts a token of the prompt or the answer for the penalties.</summary>
    public void Accept(int token) => _penalties?.Accept(token);

    /// <summary>
    /// Draws a token id; overwrites <paramref name="logits"/>, one per id of the vocabulary. Logits that are not numbers are never
    /// drawn; when nothing can be drawn, the lowest id that is not suppressed is the answer.
    /// </summary>
    public int Sample(Span<float> logits)
    {
        foreach (int token in _suppressed)
            logits[token] = float.NegativeInfinity;
        _penalties?.Apply(logits);
        int best = ArgMax.Of(logits);
        if (best < 0)
            return FirstAllowed();
        return _settings.Temperature <= 0 || _settings.TopK == 1 ? best : Draw(logits, logits[best]);
    }

    private int Draw(ReadOnlySpan<float> logits, float highest)
    {
        _candidates.Fill(logits, _settings.TopK);
        if (float.IsPositiveInfinity(highest))
            return _candidates.Best;
        _candidates.KeepTopP(_settings.TopP);
        _candidates.KeepMinP(_settings.MinP);
        return _candidates.Draw(_settings.Temperature, _random.NextDouble());
    }

    private int FirstAllowed()
    {
        int token = 0;
        while (_suppressed.Contains(token))
            token++;
        return token;
    }
}
