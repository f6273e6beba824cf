using System.Threading.Channels;

namespace Hearth.Providers;

/// <summary>
/// Lets a few prompts be made at once, in the order in which they came. The others hold no thread while they wait, so the cores stay with
/// the model and a client that leaves is heard; its request leaves the line. Thread-safe.
/// </summary>
/// <param name="most">Most prompts at once.</param>
/// <param name="mostWaiting">Most requests that wait for a turn, each with its body.</param>
internal sealed class PromptTurns(int most, int mostWaiting)
{
    // One item for each free turn. A task scheduler would keep what was cancelled in its line until its turn came.
    private readonly Channel<bool> _turns = Turns(most);
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
            await _turns.Reader.ReadAsync(cancellation);
            try
            {
                return await Task.Run(work, cancellation);
            }
            finally
            {
                _turns.Writer.TryWrite(true);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _inside);
        }
    }

    private static Channel<bool> Turns(int count)
    {
        Channel<bool> turns = Channel.CreateBounded<bool>(count);
        for (int i = 0; i < count; i++)
            turns.Writer.TryWrite(true);
        return turns;
    }
}
