using Hearth.Engine.Cache;

namespace Hearth.Engine.Decoding;

/// <summary>
/// What turns a <see cref="StepPlan"/> into logits: the native library, or a test's model of the KV cache.
/// Used by one thread at a time, the engine's.
/// </summary>
internal interface IDecoder : IDisposable
{
    /// <summary>What one step and the whole cache can hold.</summary>
    DecoderLimits Limits { get; }

    /// <summary>
    /// Runs the plan's KV operations, then computes its entries, and returns when the result is there. A plan without entries only
    /// runs its operations. After a fault the cache's content is unknown and the decoder is good for nothing but disposal. A step whose
    /// plan became <see cref="StepPlan.IsUnwanted"/> may be interrupted: its operations were run, and of its sequences everything before
    /// their entries is whole, as far as <see cref="MemoryKinds.CanTrim"/> says so. What lies behind is to be dropped.
    /// </summary>
    DecodeOutcome Decode(StepPlan plan);

    /// <summary>
    /// Whether a sequence holds every cell that a token at <paramref name="position"/> would read in sliding-window layers; always true
    /// for a model without them.
    /// </summary>
    bool HoldsWindow(int sequenceId, int position);

    /// <summary>
    /// The logits, one per token of the vocabulary, that follow <paramref name="tokenIndex"/> of the last plan's tokens. Only for
    /// the last token of an entry that wants output; valid until the next <see cref="Decode"/>; the caller may overwrite them.
    /// </summary>
    Span<float> Logits(int tokenIndex);
}

/// <summary>Sizes of a decoder.</summary>
/// <param name="Cells">KV cells of all sequences together.</param>
/// <param name="Sequences">Sequence ids: 0 to this number less one.</param>
/// <param name="BatchTokens">Most tokens in one step.</param>
/// <param name="MicroBatchTokens">Tokens that are computed at once; a longer step is cut into several.</param>
/// <param name="VocabularySize">Number of logits per output.</param>
/// <param name="Memory">Where sequences can be continued, forked and saved.</param>
internal sealed record DecoderLimits(
    int Cells, int Sequences, int BatchTokens, int MicroBatchTokens, int VocabularySize, MemoryKind Memory = MemoryKind.Full);

/// <summary>How a step ended.</summary>
/// <param name="Fault">What broke, or null.</param>
/// <param name="Restoring">How much of the step's time went into bringing saved states back.</param>
/// <param name="Saving">How much of it went into copying states out.</param>
/// <param name="WasInterrupted">Its operations were run, its entries were not computed to their end.</param>
internal readonly record struct DecodeOutcome(
    string? Fault, TimeSpan Restoring = default, TimeSpan Saving = default, bool WasInterrupted = false)
{
    /// <summary>The step was computed.</summary>
    public static DecodeOutcome Completed => default;
}
