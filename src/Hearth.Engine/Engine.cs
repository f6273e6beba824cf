using Hearth.Engine.Cache;
using Hearth.Engine.Decoding;
using Hearth.Llama;
using Microsoft.Extensions.Logging;

namespace Hearth.Engine;

/// <summary>
/// One loaded model: tokens in, tokens out. Any thread may call any member; all work happens on the engine's own thread. Every accepted
/// request ends in exactly one terminal event, whatever happens to its caller, the model or the engine.
/// </summary>
#pragma warning disable MA0049 // The room and its door share the field's word.
public sealed class Engine : IAsyncDisposable
#pragma warning restore MA0049
{
    /// <summary>
    /// Longest that draining and disposing wait for the step in progress. On processors it is interrupted within milliseconds, but for
    /// steps of several recurrent states and of unproven memory (<see cref="MemoryKinds.CanInterrupt"/>), and other devices finish theirs:
    /// a whole chunk on a machine that prefills twenty tokens a second. A thread that is still inside the library then is left behind with
    /// the model it uses.
    /// </summary>
    public static readonly TimeSpan LongestStep = TimeSpan.FromSeconds(30);

    private static readonly EngineHealth Draining =
        new(EngineState.Draining, "The engine is finishing what it has and takes no more requests.");

    private readonly EngineLoop _loop;
    private readonly VocabularyFacts _vocabulary;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private volatile bool _isDraining;

    internal Engine(
        EngineSettings settings,
        VocabularyFacts vocabulary,
        Func<IDecoder> createDecoder,
        TimeProvider time,
        ILogger log,
        LlamaModel? model = null,
        Action<Cache.Disk.DiskCommand>? beforeDisk = null)
    {
        (Settings, _vocabulary, _time, _log, Model) = (settings, vocabulary, time, log, model);
        IDecoder? made = null;
        try
        {
            _loop = new EngineLoop(settings, vocabulary, () => made = createDecoder(), time, log, beforeDisk);
        }
        catch
        {
            made?.Dispose();
            throw;
        }

        _loop.Start();
    }

    /// <summary>
    /// Loads a model and starts its engine. The native library must be loaded (<see cref="LlamaLibrary.Load"/>) and the files checked
    /// before.
    /// </summary>
    /// <param name="settings">What to load and how large.</param>
    /// <param name="log">Hears of failures; never of what a prompt says.</param>
    /// <param name="time">The clock of requests' numbers and of deadlines.</param>
    /// <param name="progress">Called with 0 to 1 on this thread while the file is read; returning false cancels.</param>
    /// <exception cref="LlamaException">The library cannot load the model or has no memory for its context.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="progress"/> cancelled.</exception>
    public static Engine Load(EngineSettings settings, ILogger log, TimeProvider time, Func<float, bool>? progress = null)
    {
        var model = LlamaModel.Load(new LlamaModelOptions(settings.ModelPaths) { GpuLayers = settings.GpuLayers }, progress);
        try
        {
            return new Engine(
                settings, VocabularyFacts.Of(model.Vocab), () => new LlamaDecoder(model, settings), time, log, model);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>The loaded model, for its vocabulary and metadata; null only for an engine without one, which tests make.</summary>
    public LlamaModel? Model { get; }

    /// <summary>What the engine was made with.</summary>
    public EngineSettings Settings { get; }

    /// <summary>How the engine is, without waiting for the step in progress.</summary>
    public EngineHealth Health => _loop.Health switch
    {
        { State: EngineState.Ready or EngineState.Reloading } when _isDraining => Draining,
        var health => health,
    };

    /// <summary>True while there is nothing to do.</summary>
    public bool IsIdle => _loop.IsIdle;

    /// <summary>The engine's books, without waiting for the step in progress.</summary>
    public EngineCounters Counters => _loop.Counters;

    /// <summary>
    /// Disposal has left the thread behind, inside the library: the process must end without the library's own end, which would wait for it
    /// or take away what it works with (<see cref="ProcessEnd"/>).
    /// </summary>
    public bool IsLeftBehind { get; private set; }

    /// <summary>Longest prompt, in tokens, of a request that wants an answer.</summary>
    public int LongestPrompt => _loop.Limits.LongestPrompt(maxTokens: 1);

    /// <summary>Longest prompt, in tokens, of a request for at most <paramref name="maxTokens"/>.</summary>
    public int LongestPromptFor(int maxTokens) => _loop.Limits.LongestPrompt(maxTokens);

    /// <summary>Hands a request to the engine. Never blocks.</summary>
    /// <exception cref="ArgumentException">
    /// The prompt is empty or has ids outside the vocabulary, or the bound on the answer is negative: faults of the caller's code,
    /// not of its client.
    /// </exception>
    public Submission Submit(GenerationRequest request)
    {
        Validate(request);
        var longest = _loop.Limits.LongestPrompt(request.MaxTokens);
        if (request.Prompt.Length > longest) return new Submission.PromptTooLong(request.Prompt.Length, longest);
        var health = Health;
        if (health.State is not (EngineState.Ready or EngineState.Reloading)) return new Submission.Unavailable(health.Reason!);

        var sequence = new Sequence(request, _vocabulary, _time.GetTimestamp());
        return _loop.Inbox.Submit(sequence) switch
        {
            InboxEntry.Accepted => new Submission.Accepted(new Generation(sequence.Events.Reader, OnceOnly(() => _loop.Inbox.Cancel(sequence)))),
            InboxEntry.Full => new Submission.Overloaded(),
            _ => new Submission.Unavailable(Health.Reason ?? "The engine is stopping."),
        };
    }

    /// <summary>Drops every cached prefix that no running request uses, from the cells and from memory, before the next step.</summary>
    public void Forget() => _loop.Inbox.TryPost(new EngineCommand.Forget());

    /// <summary>
    /// Takes no more requests, lets those it has finish until <paramref name="deadline"/> is over, then cancels the rest. Returns when
    /// nothing is left, at the latest <see cref="LongestStep"/> after the deadline.
    /// </summary>
    public async Task DrainAsync(TimeSpan deadline)
    {
        _isDraining = true;
        var idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_loop.Inbox.TryPost(new EngineCommand.NotifyWhenIdle(idle))) return;
        if (await CompletesWithin(idle.Task, deadline)) return;
        _loop.CancelAll();
        await CompletesWithin(idle.Task, LongestStep);
    }

    /// <summary>
    /// Fails what is left and frees the model; <see cref="DrainAsync"/> first lets it finish. Waits for the step in progress,
    /// <see cref="LongestStep"/> at most.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        _loop.Stop();
        IsLeftBehind = !await CompletesWithin(_loop.Ended, LongestStep);
        if (!IsLeftBehind) Model?.Dispose();
        else _log.LogError("The step in progress did not end within {LongestStep}; its thread and the model are left behind", LongestStep);
    }

    private static Action OnceOnly(Action action)
    {
        var isDone = 0;
        return () =>
        {
            if (Interlocked.Exchange(ref isDone, 1) == 0) action();
        };
    }

    private async Task<bool> CompletesWithin(Task task, TimeSpan duration)
    {
        await task.WaitAsync(duration, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return task.IsCompleted;
    }

    private void Validate(GenerationRequest request)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(request.MaxTokens, nameof(request));
        if (request.Prompt.Length == 0) throw new ArgumentException("A prompt needs at least one token.", nameof(request));
        foreach (var token in request.Prompt)
        {
            if ((uint)token >= (uint)_vocabulary.Size)
                throw new ArgumentException($"Token {token} is outside the vocabulary of {_vocabulary.Size}.", nameof(request));
        }
    }
}
