namespace Hearth.Engine.Sampling;

/// <summary>The latest tokens of a sequence and what they cost when they come again (llama.cpp's penalties sampler).</summary>
internal sealed class PenaltyWindow
{
    private readonly SamplingSettings _settings;
    private readonly int[] _ring;
    private readonly Dictionary<int, int> _counts;
    private int _accepted;

    private PenaltyWindow(SamplingSettings settings)
    {
        _settings = settings;
        _ring = new int[settings.PenaltyLastN];
        _counts = new Dictionary<int, int>(settings.PenaltyLastN + 1);
    }

    /// <summary>A window, or null where the settings ask for no penalty.</summary>
    public static PenaltyWindow? For(SamplingSettings settings)
    {
        bool isOff = settings is { RepeatPenalty: 1f, FrequencyPenalty: 0f, PresencePenalty: 0f };
        return isOff || settings.PenaltyLastN <= 0 ? null : new PenaltyWindow(settings);
    }

    public void Accept(int token)
    {
        ref int slot = ref _ring[_accepted % _ring.Length];
        if (_accepted >= _ring.Length)
            Forget(slot);
        slot = token;
        _accepted++;
        _counts[token] = _counts.GetValueOrDefault(token) + 1;
    }

    public void Apply(Span<float> logits)
    {
        foreach ((int token, int count) in _counts)
        {
            ref float logit = ref logits[token];
            logit = logit <= 0 ? logit * _settings.RepeatPenalty : logit / _settings.RepeatPenalty;
            logit -= (count * _settings.FrequencyPenalty) + _settings.PresencePenalty;
        }
    }

    private void Forget(int token)
    {
        if (_counts[token] == 1)
            _counts.Remove(token);
        else
            _counts[token]--;
    }
}
