using Hearth.Commands.Bench.Servers;

namespace Hearth.Commands.Bench.Latency;

/// <summary>One server under measurement, with the requests that all measurements need.</summary>
internal sealed record LatencyProbe(MessagesClient Server, PseudoText Texts, LatencyPlan Plan, TimeProvider Time, CancellationToken Cancellation)
{
    private const int TinyTokens = 8;

    /// <summary>Longest that a server may need to let go of what nobody waits for.</summary>
    private static readonly TimeSpan LongestCleanUp = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(2);

    /// <summary>A request that nobody has sent before and that costs next to nothing.</summary>
    public Task<Reply> AskTinyAsync(string label) =>
        Server.AskAsync(Conversation.Begin(null, label).Say(Texts.Tokens(label, TinyTokens)), 1, Cancellation);

    /// <summary>Begins to prefill a prompt of <see cref="LatencyPlan.History"/> tokens that nobody has sent before.</summary>
    public BackgroundAsk StartPrefill(string label) =>
        new(hangUp => Server.AskAsync(
            Conversation.Begin(null, "main", label).Say(Texts.Tokens(label, Plan.History)), 1, hangUp), Cancellation);

    public Task WaitAsync(TimeSpan duration) => Task.Delay(duration, Time, Cancellation);

    /// <summary>Milliseconds until nobody holds anything; null where the server does not tell or does not come to rest.</summary>
    public async Task<(EngineBooks? Books, double? Milliseconds)> WaitForIdleAsync()
    {
        var start = Time.GetTimestamp();
        while (true)
        {
            var books = await Server.BooksAsync(Cancellation);
            var elapsed = Time.GetElapsedTime(start);
            if (books is null || (!books.IsIdle && elapsed > LongestCleanUp))
                return (books, null);
            if (books.IsIdle)
                return (books, elapsed.TotalMilliseconds);
            await WaitAsync(BetweenLooks);
        }
    }
}

/// <summary>A request that runs beside what is measured, until somebody hangs up.</summary>
internal sealed class BackgroundAsk : IAsyncDisposable
{
    private readonly CancellationTokenSource _hangUp;
    private readonly Task _ask;

    public BackgroundAsk(Func<CancellationToken, Task> ask, CancellationToken cancellation)
    {
        _hangUp = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _ask = ask(_hangUp.Token);
    }

    /// <summary>Whether it is still under way.</summary>
    public bool IsRunning => !_ask.IsCompleted;

    /// <summary>Hangs up; a request that failed before fails here.</summary>
    public async ValueTask DisposeAsync()
    {
        var failedBefore = _ask.IsFaulted;
        await _hangUp.CancelAsync();
        try
        {
            await _ask;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException && !failedBefore)
        {
            // That is what hanging up looks like from here.
        }
        finally
        {
            _hangUp.Dispose();
        }
    }
}
