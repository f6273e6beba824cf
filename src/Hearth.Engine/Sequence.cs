using System.Threading.Channels;
using Hearth.Engine.Cache;
using Hearth.Engine.Sampling;

namespace Hearth.Engine;

/// <summary>
/// One accepted request from inbox to terminal event. Built on the caller's thread; then whoever claims it owns it: the engine thread when
/// it takes it out of the inbox, after which its state is changed by the <see cref="Scheduler"/> only, or the caller when it leaves before.
/// </summary>
internal sealed class Sequence
{
    /// <summary>A <see cref="SequenceId"/> that is not held.</summary>
    public const int None = -1;

    /// <summary>Answer tokens that have room from the start; longer answers grow it.</summary>
    private const int AnswerCapacity = 4096;

    private readonly int _promptLength;
    private readonly long[] _spent = new long[(int)SequenceState.Ended];
    private int[] _tokens;
    private int _count;
    private UInt128[]? _chain;
    private long _since;
    private volatile bool _isAbandoned;
    private int _isClaimed;
    private int _leftPlace;

    /// <summary>Takes a copy of the request's prompt, so that nobody else can change it any more.</summary>
    public Sequence(GenerationRequest request, VocabularyFacts vocabulary, long submittedAt)
    {
        _promptLength = _count = request.Prompt.Length;
        _tokens = new int[_promptLength + Math.Min(request.MaxTokens, AnswerCapacity)];
        request.Prompt.CopyTo(_tokens.AsSpan());
        MaxTokens = request.MaxTokens;
        (Priority, Session) = (request.Priority, request.Session);
        SubmittedAt = _since = submittedAt;
        Sampler = new Sampler(request.Sampling, vocabulary.SuppressedTokens);
        for (var i = Math.Max(0, _promptLength - request.Sampling.PenaltyLastN); i < _promptLength; i++)
            Sampler.Accept(_tokens[i]);
        Checkpoints = new CheckpointPlan(Prompt, vocabulary.EndOfGeneration);
    }

    /// <summary>The whole prompt.</summary>
    public ReadOnlySpan<int> Prompt => _tokens.AsSpan(0, _promptLength);

    /// <summary>The prompt and what was sampled so far.</summary>
    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, _count);

    /// <summary>Most tokens to generate.</summary>
    public int MaxTokens { get; }

    /// <summary>How urgent the request is.</summary>
    public RequestPriority Priority { get; }

    /// <summary>The conversation that it belongs to, or null.</summary>
    public string? Session { get; }

    /// <summary>Draws this sequence's tokens; has seen the prompt.</summary>
    public Sampler Sampler { get; }

    /// <summary>Where states of this prompt are worth keeping, if the model's memory needs them.</summary>
    public CheckpointPlan Checkpoints { get; }

    /// <summary>
    /// What the caller reads. Unbounded so that a slow reader never blocks the engine thread; its size is bounded by
    /// <see cref="MaxTokens"/> plus two.
    /// </summary>
    public Channel<GenerationEvent> Events { get; } =
        Channel.CreateUnbounded<GenerationEvent>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    /// <summary>Its caller wants no more of it. Set from any thread; the end itself comes as a command.</summary>
    public bool IsAbandoned => _isAbandoned;

    /// <summary>Where the request stands.</summary>
    public SequenceState State { get; private set; } = SequenceState.Waiting;

    /// <summary>The cells it computes on while it is admitted.</summary>
    public Branch? Branch { get; set; }

    /// <summary>The id that names this timeline in the KV cache, or <see cref="None"/>.</summary>
    public int SequenceId => Branch?.SequenceId ?? None;

    /// <summary>Tokens that the KV cache holds of this sequence; the position of the next one.</summary>
    public int Position => Branch?.Length ?? 0;

    /// <summary>What comes back from outside the cells before anything is computed, or null.</summary>
    public RestorePath? Restoring { get; set; }

    /// <summary>What it waited for in vain and computes instead, and takes all the same if it comes before that is done; or null.</summary>
    public RestorePath? Awaited { get; set; }

    /// <summary>Saved states failed this request once, so it computes.</summary>
    public bool SkipsSaved { get; set; }

    /// <summary>It cannot go on before the disk thread has read for it.</summary>
    public bool WaitsForRead => Restoring is { IsLate: false, Next: { IsOnItsWay: true, Data.Length: 0 } };

    /// <summary>A running request that computes what this one needs first, while this one waits for it.</summary>
    public Sequence? Leader { get; set; }

    /// <summary>Tokens in common with <see cref="Leader"/>.</summary>
    public int SharedWithLeader { get; set; }

    /// <summary>Its number among all requests, in order of arrival.</summary>
    public long Arrival { get; set; }

    /// <summary>When it last decoded.</summary>
    public long ServedAt { get; set; }

    /// <summary>Prompt tokens that were in cells at the first admission, or brought back since.</summary>
    public int ReusedTokens { get; set; }

    /// <summary>What the prefix cache had at the first admission.</summary>
    public PrefixReport Prefix { get; set; } = PrefixReport.Nothing;

    /// <summary>True once the caller heard that it was admitted.</summary>
    public bool IsStarted { get; set; }

    /// <summary>Tokens sampled and reported so far.</summary>
    public int GeneratedTokens => _count - _promptLength;

    /// <summary>When the caller submitted the request; a timestamp of the engine's clock, like the others.</summary>
    public long SubmittedAt { get; }

    /// <summary>The caller wants no more of it; any thread.</summary>
    public void Abandon() => _isAbandoned = true;

    /// <summary>True for the first who asks, who owns the sequence from then on; any thread.</summary>
    public bool TryClaim() => Interlocked.Exchange(ref _isClaimed, 1) == 0;

    /// <summary>True once: its place in the queue is free from now on; any thread.</summary>
    public bool TryLeavePlace() => Interlocked.Exchange(ref _leftPlace, 1) == 0;

    /// <summary>Ends a sequence that was never the engine's, and lets go of its tokens: the command that brought it may lie for a while.</summary>
    public void EndUnclaimed(TimeProvider time)
    {
        Enter(SequenceState.Ended, time.GetTimestamp());
        (_tokens, _count) = ([], _promptLength);
        Events.Writer.TryWrite(new GenerationFinished(GenerationStop.Cancelled, Stats(time)));
        Events.Writer.TryComplete();
    }

    /// <summary>A token was sampled.</summary>
    public void Add(int token)
    {
        if (_count == _tokens.Length) Array.Resize(ref _tokens, (_count * 2) + 1);
        _tokens[_count++] = token;
    }

    /// <summary>The name of the tokens before a block of the grid; see <see cref="TokenChain"/>.</summary>
    public UInt128 ChainAt(int block)
    {
        if (_chain is null || block >= _chain.Length) _chain = TokenChain.Of(Tokens);
        return _chain[block];
    }

    /// <summary>Goes to another state; the time until now was spent in the one before.</summary>
    public void Enter(SequenceState state, long now)
    {
        _spent[(int)State] += now - _since;
        (State, _since) = (state, now);
    }

    /// <summary>Where the time of an ended request went: phases it never reached took no time.</summary>
    public GenerationStats Stats(TimeProvider time)
    {
        return new GenerationStats(
            _promptLength,
            Prefix,
            GeneratedTokens,
            Queued: Spent(SequenceState.Waiting),
            Prefill: Spent(SequenceState.Prefilling),
            Decode: Spent(SequenceState.Decoding));

        TimeSpan Spent(SequenceState state) => time.GetElapsedTime(0, _spent[(int)state]);
    }

    /// <summary>What was to be brought back is computed, or not needed any more.</summary>
    public void GiveUpRestoring()
    {
        Restoring?.GiveUp();
        Restoring = null;
    }

    /// <summary>What comes late is not taken any more.</summary>
    public void StopAwaiting()
    {
        Awaited?.GiveUp();
        Awaited = null;
    }
}

/// <summary>Where a <see cref="Sequence"/> stands.</summary>
internal enum SequenceState
{
    /// <summary>Not admitted, or paused: holds no sequence id, and its cells may be freed.</summary>
    Waiting,

    /// <summary>Its prompt is being computed.</summary>
    Prefilling,

    /// <summary>One token per step.</summary>
    Decoding,

    /// <summary>Over; holds nothing.</summary>
    Ended,
}
