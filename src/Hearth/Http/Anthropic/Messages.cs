using System.Text.Json;
using Hearth.Chat;
using Hearth.Documents;
using Hearth.Providers;

namespace Hearth.Http.Anthropic;

/// <summary><c>POST /v1/messages</c>: the body becomes a <see cref="ChatRequest"/>, the answer's events become a stream or one object.</summary>
internal sealed class Messages(ProviderCatalog catalog, PdfTexts pdfs, RequestHistory history, TimeProvider time, ILogger log)
{
    /// <summary>Silence after which a ping is sent: clients give up after minutes, some proxies after half of one.</summary>
    public static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(10);

    public async Task HandleAsync(HttpContext context)
    {
        (MessagesRequestWire? wire, ChatError? error) = await JsonBody.ReadAsync(context.Request, MessagesJson.Default.MessagesRequestWire);
        WireResult<ChatRequest> request = error is not null
            ? error
            : await RequestDocuments.ReadAsync(wire!, needsMaxTokens: true, pdfs, context.RequestAborted);
        if (request.Error is not null)
        {
            await Errors.WriteAsync(context, request.Error);
            return;
        }

        ChatRequest asked = request.Value! with { Origin = OriginReader.Read(context.Request.Headers, wire!) };
        IProvider provider = catalog.Resolve(asked.Model);
        RequestInfo info = RequestInfo.Of(context);
        info.Begin(asked, provider.Model.Id, time.GetUtcNow());
        history.Add(info);
        ChatAnswer answer = provider.Answer(asked, context.RequestAborted);
        if (answer.Error is not null)
        {
            await Errors.WriteAsync(context, answer.Error);
            return;
        }

        MessagesStream stream = new(
            "msg_" + Guid.NewGuid().ToString("N"), asked.Model, wire!.Thinking?.Display == "omitted",
            wire.ContextManagement.ValueKind == JsonValueKind.Object, CacheMarks.Last(wire));
        if (wire.Stream == true)
            await StreamAsync(context, answer, stream);
        else
            await FoldAsync(context, answer, stream);
    }

    private async Task StreamAsync(HttpContext context, ChatAnswer answer, MessagesStream stream)
    {
        Sse sse = await Sse.BeginAsync(context.Response, context.RequestAborted);
        List<StreamEventWire> events = [];
        await using IAsyncEnumerator<ChatEvent> items = answer.Events.GetAsyncEnumerator(context.RequestAborted);
        while (true)
        {
            Task<ChatEvent?> next = NextAsync(items, context);
            while (!await CompletesWithinAsync(next, PingInterval, context.RequestAborted))
                await WriteAsync(sse, [MessagesStream.Ping], context.RequestAborted);
            if (await next is not { } item)
                return;
            stream.Add(item, events);
            RequestInfo.Of(context).Note(item);
            await WriteAsync(sse, events, context.RequestAborted);
            events.Clear();
        }
    }

    private async Task FoldAsync(HttpContext context, ChatAnswer answer, MessagesStream stream)
    {
        MessageFold fold = new();
        ChatError? failure = null;
        List<StreamEventWire> events = [];
        await using IAsyncEnumerator<ChatEvent> items = answer.Events.GetAsyncEnumerator(context.RequestAborted);
        while (await NextAsync(items, context) is { } item)
        {
            failure = (item as AnswerFailed)?.Error ?? failure;
            stream.Add(item, events);
            RequestInfo.Of(context).Note(item);
            events.ForEach(fold.Add);
            events.Clear();
        }

        if (failure is not null || fold.Message is null)
        {
            await Errors.WriteAsync(context, failure ?? new ChatError(ChatErrorKind.Internal, "The answer ended without a result."));
            return;
        }

        await JsonReply.WriteAsync(context, fold.Message, MessagesJson.Default.MessageWire);
    }

    /// <summary>
    /// The next event, or null after the last one. This is the outermost loop of an answer: a fault in the provider ends the stream with
    /// an error event, because the status was sent long ago.
    /// </summary>
    private async Task<ChatEvent?> NextAsync(IAsyncEnumerator<ChatEvent> items, HttpContext context)
    {
        try
        {
            return await items.MoveNextAsync() ? items.Current : null;
        }
#pragma warning disable CA1031
        catch (Exception e) when (!context.RequestAborted.IsCancellationRequested)
#pragma warning restore CA1031
        {
            log.LogError(e, "{RequestId} broke off", RequestInfo.Of(context).Id);
            return new AnswerFailed(new ChatError(ChatErrorKind.Internal, "Internal server error."));
        }
    }

    private async Task<bool> CompletesWithinAsync(Task task, TimeSpan duration, CancellationToken cancellation)
    {
        if (task.IsCompleted)
            return true;
        using CancellationTokenSource enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task delay = Task.Delay(duration, time, enough.Token);
        bool isDone = await Task.WhenAny(task, delay) == task || cancellation.IsCancellationRequested;
        await enough.CancelAsync();
        return isDone;
    }

    private static async Task WriteAsync(Sse sse, IReadOnlyList<StreamEventWire> events, CancellationToken cancellation)
    {
        foreach (StreamEventWire item in events)
            sse.Write(item.Type, item, MessagesJson.Default.StreamEventWire);
        await sse.FlushAsync(cancellation);
    }
}
