using Hearth.Commands.Bench.Servers;

namespace Hearth.Commands.Bench.Storm;

/// <summary>How a server is between storms: how soon it rests, and how soon it answers.</summary>
internal sealed class StormProbe(MessagesClient server, PseudoText texts, TimeProvider time, CancellationToken cancellation)
{
    private const int PromptTokens = 200;
    private const int AnswerTokens = 4;

    /// <summary>Longest that rest and an answer are waited for; what takes longer has failed.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(5);

    private int _asked;

    /// <summary>Seconds until nothing runs, waits or is leased; null where that does not come. The books are those at the end.</summary>
    public async Task<(double? Seconds, EngineBooks? Books)> RestAsync()
    {
        var start = time.GetTimestamp();
        while (true)
        {
            var books = await server.BooksAsync(cancellation);
            var elapsed = time.GetElapsedTime(start);
            if (books is null || books.IsIdle)
                return (books is null ? null : elapsed.TotalSeconds, books);
            if (elapsed > LongestWait)
                return (null, books);
            await Task.Delay(BetweenLooks, time, cancellation);
        }
    }

    /// <summary>Milliseconds to the first token of a request like no other before; null where there is none in time.</summary>
    public async Task<double?> FirstTokenAsync()
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        enough.CancelAfter(LongestWait);
        var label = $"probe {_asked++}";
        try
        {
            var reply = await server.AskAsync(Conversation.Begin(null, label).Say(texts.Tokens(label, PromptTokens)), AnswerTokens, enough.Token);
            return reply.FirstToken.TotalMilliseconds;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>The same of several, one after the other.</summary>
    public async Task<IReadOnlyList<double?>> FirstTokensAsync(int count)
    {
        List<double?> all = [];
        for (var i = 0; i < count; i++)
            all.Add(await FirstTokenAsync());
        return all;
    }
}
