namespace Hearth.Providers;

/// <summary>
/// What answers that have ended still have to remember, while their clients know already that they have ended: it renders the history
/// once more and writes to the disk. A request waits for those of its own conversation, so its history is what was sampled. Thread-safe.
/// </summary>
internal sealed class AnswerMemory(ILogger log)
{
    private readonly Lock _lock = new();

    // At most one of each answer that the engine ran a moment ago.
    private readonly List<(string? Session, Task Done)> _pending = [];

    /// <summary>Remembers on another thread, for the conversation <paramref name="session"/>; null where nobody named it.</summary>
    public void Begin(string? session, Action remember)
    {
        lock (_lock)
        {
            _pending.RemoveAll(p => p.Done.IsCompleted);
            _pending.Add((session, Task.Run(() => Try(remember))));
        }
    }

    /// <summary>Completes when all is remembered that a request of <paramref name="session"/> may need; for null that is everything.</summary>
    public Task WhenDone(string? session)
    {
        lock (_lock)
        {
            _pending.RemoveAll(p => p.Done.IsCompleted);
            return _pending.Count == 0
                ? Task.CompletedTask
                : Task.WhenAll(_pending.Where(p => session is null || p.Session is null || p.Session == session).Select(p => p.Done));
        }
    }

    /// <summary>An answer that is not remembered costs time and nothing else.</summary>
    private void Try(Action remember)
    {
        try
        {
            remember();
        }
#pragma warning disable CA1031 // The outermost frame of this thread.
        catch (Exception e)
#pragma warning restore CA1031
        {
            log.LogError(e, "An answer could not be remembered");
        }
    }
}
