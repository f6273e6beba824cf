using System.Runtime.InteropServices;

namespace Hearth.Engine;

/// <summary>What the scheduler decided that a caller has to hear of; the engine loop publishes it.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Sequence">To whom.</param>
/// <param name="Token">The token of <see cref="SchedulerEffectKind.Token"/>.</param>
/// <param name="Stop">Why <see cref="SchedulerEffectKind.Finished"/>.</param>
internal readonly record struct SchedulerEffect(
    SchedulerEffectKind Kind, Sequence Sequence, int Token = 0, GenerationStop Stop = default);

/// <summary>What a <see cref="SchedulerEffect"/> says.</summary>
internal enum SchedulerEffectKind
{
    /// <summary>The sequence was admitted.</summary>
    Started,

    /// <summary>A token was sampled for it.</summary>
    Token,

    /// <summary>It ended as it should.</summary>
    Finished,

    /// <summary>It ended because the engine could not go on.</summary>
    Failed,
}

/// <summary>A drawn token.</summary>
/// <param name="Token">Its id.</param>
/// <param name="EndsGeneration">True for the vocabulary's end-of-generation tokens.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SampledToken(int Token, bool EndsGeneration);
