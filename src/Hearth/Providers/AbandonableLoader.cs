using Hearth.Config;
using Hearth.Telemetry;

namespace Hearth.Providers;

/// <summary>
/// Loads that nobody waits for once they are cancelled. The library lets itself be interrupted while it reads weights and not while it
/// makes a context, which takes minutes where the pool is huge; the process that is told to end must not wait for that.
/// </summary>
/// <param name="load">Loads.</param>
/// <param name="time">The clock of the wait.</param>
internal sealed class AbandonableLoader(ModelLoader load, TimeProvider time)
{
    /// <summary>How long a load may take to end by itself: between two looks of the library's at the token while it reads weights.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(400);

    private Task _running = Task.CompletedTask;

    /// <summary>A load was abandoned and still runs. The process then ends without the library's own end, which would meet its work.</summary>
    public bool IsLeftBehind => !_running.IsCompleted;

    /// <summary>Loads as the inner loader does.</summary>
    /// <exception cref="OperationCanceledException">The load was cancelled; it may still run.</exception>
    public async Task<ModelLoad> LoadAsync(
        LaunchSettings settings, IProgress<LoadStep> progress, ILoggerFactory loggers, CancellationToken cancellation)
    {
        var running = load(settings, progress, loggers, cancellation);
        _running = running;
        TaskCompletionSource cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (cancellation.Register(cancelled.SetResult))
            await Task.WhenAny(running, cancelled.Task);
        if (!running.IsCompleted)
            await Task.WhenAny(running, Task.Delay(Patience, time, CancellationToken.None));
        if (running.IsCompleted && !cancellation.IsCancellationRequested)
            return await running;

        _running = FreeAsync(running);
        throw new OperationCanceledException("The load was abandoned.", cancellation);
    }

    /// <summary>What comes too late is freed.</summary>
    private static async Task FreeAsync(Task<ModelLoad> late)
    {
        await ((Task)late).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (late.IsCompletedSuccessfully && await late is ModelLoad.Loaded loaded)
            await loaded.Model.Stop(new CancellationToken(canceled: true));
    }
}
