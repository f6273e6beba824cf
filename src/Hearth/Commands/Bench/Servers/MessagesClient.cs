using System.Net;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;

namespace Hearth.Commands.Bench.Servers;

/// <summary>
/// One server of the Messages API as a client sees it, timed where the client stands. What the server refuses is an
/// <see cref="HttpRequestException"/> whose message names the server.
/// </summary>
internal sealed class MessagesClient(string name, Uri address, TimeProvider time) : IDisposable
{
    // A connection per request: servers close those that idle for some seconds, and a request that meets the closing fails.
    private readonly HttpClient _http = new()
    {
        DefaultRequestHeaders = { ConnectionClose = true },
        BaseAddress = address,
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public string Name => name;

    public Uri Address => address;

    /// <summary>Sends a conversation and reads the answer to its end; cancelling hangs up.</summary>
    /// <param name="conversation">Waits for an answer.</param>
    /// <param name="answerTokens">Most tokens of the answer.</param>
    /// <param name="cancellation">Hangs up.</param>
    /// <param name="onText">Called when a piece of text arrives.</param>
    public async Task<Reply> AskAsync(
        Conversation conversation, int answerTokens, CancellationToken cancellation, Action? onText = null)
    {
        StringBuilder text = new();
        List<TimeSpan> arrivals = [];
        List<TokensWire> usages = [];
        var isComplete = false;
        var start = time.GetTimestamp();
        await foreach (var item in EventsAsync(conversation, answerTokens, cancellation))
        {
            if (item.Error is { } error)
                throw Failure(error.Message ?? "the answer broke off");
            if ((item.Usage ?? item.Message?.Usage) is { } usage)
                usages.Add(usage);
            isComplete |= item.Delta?.StopReason is { } reason && reason != "max_tokens";
            if ((item.Delta?.Text ?? item.Delta?.Thinking) is not { Length: > 0 } piece)
                continue;
            text.Append(piece);
            arrivals.Add(time.GetElapsedTime(start));
            onText?.Invoke();
        }

        return new Reply(text.ToString(), TokenCounts.Of(usages), isComplete, arrivals, time.GetElapsedTime(start));
    }

    /// <summary>How many tokens a request's body is.</summary>
    public async Task<int> CountAsync(byte[] body, CancellationToken cancellation)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "/v1/messages/count_tokens");
        request.Content = new ByteArrayContent(body) { Headers = { ContentType = new("application/json") } };
        using var response = await SendAsync(request, cancellation);
        await CheckAsync(response, cancellation);
        var count = await response.Content.ReadFromJsonAsync(BenchJson.Default.TokensWire, cancellation);
        return count?.InputTokens ?? throw Failure("count_tokens has no input_tokens");
    }

    /// <summary>What the model is fed for a conversation, or null where the server has no <c>/api/render</c>.</summary>
    public async Task<RenderedPrompt?> RenderAsync(Conversation conversation, CancellationToken cancellation)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "/api/render");
        request.Content = JsonContent.Create(conversation.Wire(1), BenchJson.Default.AskWire);
        using var response = await SendAsync(request, cancellation);
        if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed)
            return null;
        await CheckAsync(response, cancellation);
        var rendered = await response.Content.ReadFromJsonAsync(BenchJson.Default.RenderedWire, cancellation);
        return new RenderedPrompt([.. rendered?.Tokens ?? []], rendered?.Special?.Keys.Select(int.Parse).ToHashSet() ?? []);
    }

    /// <summary>The numbers of the engine's books by name, or null where the server keeps none for others to read.</summary>
    public async Task<EngineBooks?> BooksAsync(CancellationToken cancellation)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, "/api/engine");
        using var response = await SendAsync(request, cancellation);
        if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed)
            return null;
        await CheckAsync(response, cancellation);
        return EngineBooks.Of(await response.Content.ReadFromJsonAsync(BenchJson.Default.JsonElement, cancellation));
    }

    public void Dispose() => _http.Dispose();

    private async IAsyncEnumerable<EventWire> EventsAsync(
        Conversation conversation, int answerTokens, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "/v1/messages");
        request.Content = JsonContent.Create(conversation.Wire(answerTokens), BenchJson.Default.AskWire);
        request.Headers.Add("anthropic-version", "2023-06-01");
        request.Headers.Add("x-api-key", "bench");
        request.Headers.Add("x-claude-code-session-id", conversation.Session);
        if (conversation.Agent is { } agent)
            request.Headers.Add("x-claude-code-agent-id", agent);
        using var response = await SendAsync(request, cancellation);
        await CheckAsync(response, cancellation);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        var events = SseParser.Create(stream, (_, data) => JsonSerializer.Deserialize(data, BenchJson.Default.EventWire));
        await foreach (var item in events.EnumerateAsync(cancellation))
        {
            if (item.Data is { } wire)
                yield return wire;
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        }
        catch (HttpRequestException e)
        {
            throw Failure(e.Message);
        }
    }

    private async Task CheckAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        if (response.IsSuccessStatusCode)
            return;
        var body = await response.Content.ReadAsStringAsync(cancellation);
        throw Failure($"{(int)response.StatusCode} {Explanation(body) ?? response.ReasonPhrase}");
    }

    private static string? Explanation(string body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, BenchJson.Default.RefusalWire)?.Error?.Message;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private HttpRequestException Failure(string sentence) => new($"{name}: {sentence}");
}
