using System.Threading.Channels;
using Hearth.Engine.Sampling;

namespace Hearth.Engine;

/// <summary>
/// One accepted request from inbox to terminal event. Built on the caller's thread, then owned by the engine thread; its state is
/// changed by the <see cref="Scheduler"/> only.
/// </summary>
internal sealed class Sequence
{
    /// <summary>A <see cref="SequenceId"/> that is not held.</summary>
    public const int None = -1;

    private readonly int[] _prompt;

    /// <summary>Takes a copy of the request's prompt, so that nobody else can change it any more.</summary>
    public Sequence(GenerationRequest request, IReadOnlyList<int> suppressedTokens, long submittedAt)
    {
        _prompt = [.. request.Prompt];
        MaxTokens = request.MaxTokens;
        SubmittedAt = submittedAt;
        Sampler = new Sampler(request.Sampling, suppressedTokens);
        for (var i = Math.Max(0, _prompt.Length - request.Sampling.PenaltyLastN); i < _prompt.Length; i++)
            Sampler.Accept(_prompt[i]);
    }

    /// <summary>The whole prompt.</summary>
    public ReadOnlySpan<int> Prompt => _prompt;

    /// <summary>Most tokens to generate.</summary>
    public int MaxTokens { get; }

    /// <summary>Draws this sequence's tokens; has seen the prompt.</summary>
    public Sampler Sampler { get; }

    /// <summary>
    /// What the caller reads. Unbounded so that a slow reader never blocks the engine thread; its size is bounded by
    /// <see cref="MaxTokens"/> plus two.
    /// </summary>
    public Channel<GenerationEvent> Events { get; } =
        Channel.CreateUnbounded<GenerationEvent>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    /// <summary>Where the request stands.</summary>
    public SequenceState State { get; set; } = SequenceState.Waiting;

    /// <summary>The id that names this timeline in the KV cache, or <see cref="None"/>.</summary>
    public int SequenceId { get; set; } = None;

    /// <summary>KV cells set aside for this request while it is admitted.</summary>
    public int Reservation { get; set; }

    /// <summary>What the prefix cache had at admission.</summary>
    public PrefixReport Prefix { get; set; } = PrefixReport.Nothing;

    /// <summary>Tokens that the KV cache holds of this sequence; the position of the next one.</summary>
    public int Position { get; set; }

    /// <summary>Tokens sampled and reported so far.</summary>
    public int GeneratedTokens { get; set; }

    /// <summary>The last sampled token, which the next decode feeds.</summary>
    public int LastToken { get; set; }

    /// <summary>When the caller submitted the request; a timestamp of the engine's clock, like the others.</summary>
    public long SubmittedAt { get; }

    /// <summary>When the scheduler admitted the request, if it did.</summary>
    public long? AdmittedAt { get; set; }

    /// <summary>When the last prompt token was computed, if it was.</summary>
    public long? PrefilledAt { get; set; }

    /// <summary>When the request ended.</summary>
    public long EndedAt { get; set; }

    /// <summary>Where the time of an ended request went: phases it never reached took no time.</summary>
    public GenerationStats Stats(TimeProvider time)
    {
        var admittedAt = AdmittedAt ?? EndedAt;
        var prefilledAt = PrefilledAt ?? EndedAt;
        return new GenerationStats(
            _prompt.Length,
            Prefix,
            GeneratedTokens,
            Queued: time.GetElapsedTime(SubmittedAt, admittedAt),
            Prefill: time.GetElapsedTime(admittedAt, prefilledAt),
            Decode: time.GetElapsedTime(prefilledAt, EndedAt));
    }
}

/// <summary>Where a <see cref="Sequence"/> stands. It only moves forward.</summary>
internal enum SequenceState
{
    /// <summary>Not admitted: holds no sequence id and no cells.</summary>
    Waiting,

    /// <summary>Its prompt is being computed.</summary>
    Prefilling,

    /// <summary>One token per step.</summary>
    Decoding,

    /// <summary>Over; holds nothing.</summary>
    Ended,
}
