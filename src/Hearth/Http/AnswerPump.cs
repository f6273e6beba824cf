using Hearth.Chat;
using Hearth.Providers;

namespace Hearth.Http;

/// <summary>
/// Owns an answer from the moment in which it is asked for to its last event, in whatever dialect: what it costs ends with the client,
/// with the server or with this method. Streams it or folds it into one object; each ends in one last event or one error.
/// </summary>
internal sealed class AnswerPump(RequestHistory history, ServerShutdown shutdown, TimeProvider time, ILogger log)
{
    /// <summary>How long a client may read nothing while something is there for it: long enough for a laptop that sleeps for a moment.</summary>
    public static readonly TimeSpan LongestUnread = TimeSpan.FromMinutes(10);

    /// <summary>Asks <paramref name="provider"/> and answers the request of <paramref name="context"/>.</summary>
    public async Task RunAsync(HttpContext context, IProvider provider, ChatRequest request, IAnswerDialect dialect, bool streams)
    {
        RequestInfo info = RequestInfo.Of(context);
        info.Begin(request, provider.Model.Id, time.GetUtcNow());
        history.Add(info);
        await using ChatAnswer answer = await AskAsync(provider, request, context, info);
        if (answer.Error is { } refusal)
        {
            await dialect.RefuseAsync(context, refusal);
            return;
        }

        if (streams)
            await StreamAsync(context, answer, dialect, info);
        else
            await FoldAsync(context, answer, dialect, info);
    }

    private async Task<ChatAnswer> AskAsync(IProvider provider, ChatRequest request, HttpContext context, RequestInfo info)
    {
        try
        {
            return await provider.AnswerAsync(request, info.Stopped);
        }
        catch (OperationCanceledException) when (IsEndedByServer(context))
        {
            info.IsCutOff = true;
            return ChatAnswer.Refused(ModelTroubles.CutOff);
        }
    }

    private async Task StreamAsync(HttpContext context, ChatAnswer answer, IAnswerDialect dialect, RequestInfo info)
    {
        using CancellationTokenSource lost = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, shutdown.Breaking);
        Sse sse = await Sse.BeginAsync(context.Response, lost.Token);
        await using AnswerFeed feed = new(answer.Events, info, shutdown, time, log);
        for (bool isOver = false; !isOver;)
        {
            IReadOnlyList<ChatEvent> events = await feed.TakeAsync();
            Note(events, context, info);
            isOver = AnswerFeed.IsLast(events);

            // Nobody reads the rest, but its end has the numbers.
            if (context.RequestAborted.IsCancellationRequested)
                continue;
            isOver |= !TryWrite(events, dialect, sse, info);
            await BoundedAsync(sse.FlushAsync(lost.Token), context, info);
        }
    }

    private async Task FoldAsync(HttpContext context, ChatAnswer answer, IAnswerDialect dialect, RequestInfo info)
    {
        await using AnswerFeed feed = new(answer.Events, info, shutdown, time, log);
        IReadOnlyList<ChatEvent> events = [];
        while (!AnswerFeed.IsLast(events))
        {
            events = await feed.TakeAsync();
            Note(events, context, info);
            foreach (ChatEvent item in events)
                dialect.Fold(item);
        }

        if (context.RequestAborted.IsCancellationRequested)
            return;
        Task reply = events[^1] is AnswerFailed failed ? dialect.RefuseAsync(context, failed.Error) : dialect.ReplyAsync(context);
        await BoundedAsync(new ValueTask(reply), context, info);
    }

    private void Note(IReadOnlyList<ChatEvent> events, HttpContext context, RequestInfo info)
    {
        foreach (ChatEvent item in events)
        {
            info.Note(item);
            info.IsCutOff |= item is AnswerFailed && IsEndedByServer(context);
        }
    }

    private bool IsEndedByServer(HttpContext context) =>
        shutdown.Ending.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested;

    /// <summary>False where the dialect cannot say it, and the stream ends in that.</summary>
    private bool TryWrite(IReadOnlyList<ChatEvent> events, IAnswerDialect dialect, Sse sse, RequestInfo info)
    {
        try
        {
            if (events.Count == 0)
                dialect.WritePing(sse);
            foreach (ChatEvent item in events)
                dialect.Write(item, sse);
            return true;
        }
#pragma warning disable CA1031 // The status was sent long ago, so the stream itself has to say that it is broken.
        catch (Exception e)
#pragma warning restore CA1031
        {
            log.LogError(e, "{RequestId} broke off", info.Id);
            AnswerFailed failure = new(new ChatError(ChatErrorKind.Internal, "Internal server error."));
            info.Note(failure);
            dialect.Write(failure, sse);
            return false;
        }
    }

    /// <summary>Waits until the client has read, or breaks the connection to one that does not.</summary>
    private async ValueTask BoundedAsync(ValueTask writing, HttpContext context, RequestInfo info)
    {
        if (writing.IsCompletedSuccessfully)
            return;
        try
        {
            await writing.AsTask().WaitAsync(LongestUnread, time, shutdown.Breaking);
        }
        catch (TimeoutException)
        {
            log.LogWarning("{RequestId}: the client has read nothing for {LongestUnread}; its connection is closed", info.Id, LongestUnread);
            context.Abort();
        }
        catch (OperationCanceledException) when (shutdown.Breaking.IsCancellationRequested)
        {
            info.IsCutOff = true;
            context.Abort();
        }
        catch (Exception e) when (e is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested)
        {
            // The client has left, which its answer hears as well.
        }
    }
}
