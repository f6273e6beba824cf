using Hearth.Engine;
using Hearth.Engine.Decoding;

namespace Hearth.Tests.Engine.Decoding;

/// <summary>Always the same token, for ever, without allocating.</summary>
internal sealed class ConstantDecoder(DecoderLimits limits) : IDecoder
{
    private readonly float[] _logits = new float[limits.VocabularySize];

    public DecoderLimits Limits => limits;

    public DecodeOutcome Decode(StepPlan plan) => DecodeOutcome.Completed;

    public bool HoldsWindow(int sequenceId, int position) => true;

    public Span<float> Logits(int tokenIndex)
    {
        _logits[7] = 1;
        return _logits;
    }

    public void Dispose()
    {
    }
}
