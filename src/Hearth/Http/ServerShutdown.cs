using Hearth.Chat;
using Hearth.Providers;

namespace Hearth.Http;

/// <summary>
/// The server's end as requests see it, in three steps: new ones are refused; those that still run are ended and told so; what cannot be
/// told, because nobody reads it, breaks. Also counts what runs, so that the model is let go of when nobody uses it. Thread-safe.
/// </summary>
internal sealed class ServerShutdown : IDisposable
{
    /// <summary>How long an answer that is ended may take to say so itself, and then how long a client may take to read it.</summary>
    public static readonly TimeSpan LastWord = TimeSpan.FromSeconds(1);

    private static readonly ChatError Stopping = new(ChatErrorKind.Unavailable, ModelTroubles.Stopping);

    private readonly CancellationTokenSource _ending = new();
    private readonly CancellationTokenSource _breaking = new();
    private readonly Lock _lock = new();
    private readonly List<TaskCompletionSource> _waiters = [];
    private volatile bool _isDraining;
    private int _running;

    /// <summary>Nothing new is begun.</summary>
    public bool IsDraining => _isDraining;

    /// <summary>Cancelled when running requests are to end.</summary>
    public CancellationToken Ending => _ending.Token;

    /// <summary>Cancelled when nothing more is written.</summary>
    public CancellationToken Breaking => _breaking.Token;

    /// <summary>The first step: what costs is refused from here on. Clients hear it instead of a refused connection.</summary>
    public void Drain() => _isDraining = true;

    /// <summary>The second step.</summary>
    public Task EndAsync() => _ending.CancelAsync();

    /// <summary>The third step.</summary>
    public Task BreakAsync() => _breaking.CancelAsync();

    /// <summary>Something runs that uses the model or a connection; it is over with <see cref="Leave"/>.</summary>
    public void Enter()
    {
        lock (_lock)
            _running++;
    }

    /// <summary>It is over.</summary>
    public void Leave()
    {
        lock (_lock)
        {
            if (--_running > 0)
                return;
            _waiters.ForEach(w => w.TrySetResult());
            _waiters.Clear();
        }
    }

    /// <summary>Waits until nothing runs. False when <paramref name="limit"/> was cancelled before.</summary>
    public async Task<bool> WhenIdleAsync(CancellationToken limit)
    {
        TaskCompletionSource idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_running == 0)
                return true;
            _waiters.Add(idle);
        }

        await idle.Task.WaitAsync(limit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return idle.Task.IsCompleted;
    }

    /// <summary>Around every request: the first step's refusal, and the last step's for those that have not answered yet.</summary>
    public async Task AdmitAsync(HttpContext context, RequestDelegate next)
    {
        using CancellationTokenSource stopped = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, Ending);
        RequestInfo info = RequestInfo.Of(context);
        info.Stopped = stopped.Token;
        if (IsDraining)
            context.Response.Headers.Connection = "close";
        if (IsDraining && !HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            await Errors.WriteAsync(context, Stopping);
            return;
        }

        Enter();
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (Ending.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            info.IsCutOff = true;
            if (!context.Response.HasStarted)
                await Errors.WriteAsync(context, Stopping);
        }
        finally
        {
            Leave();
        }
    }

    public void Dispose()
    {
        _ending.Dispose();
        _breaking.Dispose();
    }
}
