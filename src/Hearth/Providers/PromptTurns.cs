namespace Hearth.Providers;

/// <summary>
/// Lets a few prompts be made at once, in the order in which they came. The others hold no thread while they wait, so the cores stay with
/// the model and a client that leaves is heard; its request leaves the line. Thread-safe.
/// </summary>
/// <param name="most">Most prompts at once.</param>
/// <param name="mostWaiting">Most requests that wait for a turn, each with its body.</param>
internal sealed class PromptTurns(int most, int mostWaiting)
{
    private readonly TaskScheduler _turns = new ConcurrentExclusiveSchedulerPair(TaskScheduler.Default, most).ConcurrentScheduler;
    private int _inside;

    /// <summary>Requests that wait or have their turn.</summary>
    public int Inside => Volatile.Read(ref _inside);

    /// <summary>Does <paramref name="work"/> on a thread of the pool when its turn has come; null when too many wait.</summary>
    public async Task<T?> TakeAsync<T>(Func<T> work, CancellationToken cancellation)
        where T : class
    {
        try
        {
            if (Interlocked.Increment(ref _inside) > most + mostWaiting)
                return null;
            return await Task.Factory.StartNew(work, cancellation, TaskCreationOptions.DenyChildAttach, _turns);
        }
        finally
        {
            Interlocked.Decrement(ref _inside);
        }
    }
}
