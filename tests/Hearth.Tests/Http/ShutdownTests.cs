using System.Net;
using System.Threading.Channels;
using Hearth.Chat;
using Hearth.Config;
using Hearth.Providers;
using Hearth.Tests.Support;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Hearth.Tests.Http;

/// <summary>The server's end, as the clients see it that are being answered.</summary>
public sealed class ShutdownTests : IDisposable
{
    private const string Whole = """{"max_tokens": 5, "messages": [{"role": "user", "content": "hi"}]}""";
    private const string Streamed = """{"stream": true, "max_tokens": 5, "messages": [{"role": "user", "content": "hi"}]}""";

    private static readonly ChatUsage Usage = new(3, 0, 1, 0);

    private readonly CollectedLines _lines = new();
    private readonly CancellationTokenSource _now = new();
    private readonly Channel<ChatEvent> _events = Channel.CreateUnbounded<ChatEvent>();

    public void Dispose() => _now.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stream_that_the_server_cuts_ends_in_an_error_that_clients_repeat(bool secondSignal)
    {
        FakeTimeProvider time = new();
        await using var server = await StartAsync(Running(), time);
        using var response = await server.PostAsync("/v1/messages", Streamed);

        var stop = server.StopAsync(_now.Token);
        if (secondSignal)
            await _now.CancelAsync();
        else
            time.Advance(TimeSpan.FromSeconds(Host.DrainSeconds));
        await stop;

        // The body is ended as bodies are: reading it to the end does not fail.
        var rest = await SseEvent.ReadAllAsync(response);
        Assert.Equal("error", rest[^1].Name);
        Assert.Equal("overloaded_error", rest[^1].Data.GetProperty("error").GetProperty("type").GetString());
        Assert.Single(rest, e => e.Name is "error" or "message_stop");
        Assert.Contains(_lines.Lines, l => l.Contains("POST /v1/messages 200", StringComparison.Ordinal) && l.Contains("(ended by the server)", StringComparison.Ordinal));
        Assert.DoesNotContain(_lines.Lines, l => l.Contains("client left", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_whole_message_that_the_server_cuts_is_an_error_with_a_time_to_retry()
    {
        var provider = Running();
        await using var server = await StartAsync(provider);
        var answer = server.PostAsync("/v1/messages", Whole);
        await provider.Asked;

        await StopAtOnceAsync(server);

        using var response = await answer;
        Assert.Equal((529, "2"), ((int)response.StatusCode, Assert.Single(response.Headers.GetValues("retry-after"))));
        Assert.Equal("overloaded_error", (await ServerUnderTest.ReadJsonAsync(response)).GetProperty("error").GetProperty("type").GetString());
        Assert.Contains(_lines.Lines, l => l.Contains("POST /v1/messages 529", StringComparison.Ordinal) && l.Contains("(ended by the server)", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/v1/messages", Streamed)]
    [InlineData("/v1/messages", Whole)]
    [InlineData("/v1/messages/count_tokens", Whole)]
    [InlineData("/api/render", Whole)]
    public async Task What_is_still_being_prepared_when_the_server_ends_is_told_so(string path, string body)
    {
        HeldProvider provider = new();
        await using var server = await StartAsync(provider);
        var answer = server.PostAsync(path, body);
        await provider.Asked;

        await StopAtOnceAsync(server);

        using var response = await answer;
        Assert.Contains((int)response.StatusCode, new[] { 503, 529 });
        Assert.Equal("2", Assert.Single(response.Headers.GetValues("retry-after")));
    }

    [Fact]
    public async Task Answers_that_end_in_the_grace_time_end_well_and_new_requests_are_told_to_come_again()
    {
        await using var server = await StartAsync(Running());
        using var response = await server.PostAsync("/v1/messages", Streamed);
        var stop = server.StopAsync(_now.Token);

        using (var refused = await server.PostAsync("/v1/messages", Whole))
        {
            Assert.Equal((503, "2"), ((int)refused.StatusCode, Assert.Single(refused.Headers.GetValues("retry-after"))));
            Assert.True(refused.Headers.ConnectionClose);
            Assert.Equal("api_error", (await ServerUnderTest.ReadJsonAsync(refused)).GetProperty("error").GetProperty("type").GetString());
        }

        using (var health = await server.SendAsync(HttpMethod.Get, "/health"))
            Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
        using (var engine = await server.SendAsync(HttpMethod.Get, "/api/requests"))
            Assert.Equal(HttpStatusCode.OK, engine.StatusCode);
        Assert.False(stop.IsCompleted);

        await _events.Writer.WriteAsync(new AnswerFinished(FinishReason.EndOfTurn, null, Usage), TestContext.Current.CancellationToken);

        Assert.Equal("message_stop", (await SseEvent.ReadAllAsync(response))[^1].Name);
        await stop;
    }

    [Fact]
    public async Task A_provider_that_does_not_hear_is_not_waited_for()
    {
        // Its events never end, whatever is cancelled.
        await using var server = await StartAsync(new ScriptedProvider(_ => ChatAnswer.Streaming(Deaf())));
        using var response = await server.PostAsync("/v1/messages", Streamed);

        await StopAtOnceAsync(server);

        Assert.Equal(["message_start", "ping", "error"], (await SseEvent.ReadAllAsync(response)).Select(e => e.Name));
    }

    [Fact]
    public async Task A_client_that_reads_nothing_does_not_keep_the_server()
    {
        // More than the server and both kernels hold for one connection.
        var text = new string('a', 1024 * 1024);
        var provider = new ScriptedProvider(_ => ChatAnswer.Streaming(
            new ChatEvent[] { new AnswerStarted(Usage) }.Concat(Enumerable.Range(0, 64).Select(_ => new TextDelta(text))).ToAsyncEnumerable()));
        await using var server = await StartAsync(provider);
        await using var client = await RawClient.ConnectAsync(server.Client.BaseAddress!);
        await client.SendAsync("/v1/messages", Streamed);
        await client.ReadAsync(1);
        await provider.Asked;

        await StopAtOnceAsync(server);

        Assert.Contains(_lines.Lines, l => l.Contains("(ended by the server)", StringComparison.Ordinal));
    }

    /// <summary>Two signals.</summary>
    private async Task StopAtOnceAsync(ServerUnderTest server)
    {
        var stop = server.StopAsync(_now.Token);
        await _now.CancelAsync();
        await stop;
    }

    private async IAsyncEnumerable<ChatEvent> Deaf()
    {
        yield return new AnswerStarted(Usage);
        await foreach (var item in _events.Reader.ReadAllAsync(CancellationToken.None))
            yield return item;
    }

    private ScriptedProvider Running()
    {
        Assert.True(_events.Writer.TryWrite(new AnswerStarted(Usage)));
        return new(_ => ChatAnswer.Streaming(_events.Reader.ReadAllAsync(CancellationToken.None)));
    }

    private async Task<ServerUnderTest> StartAsync(IProvider provider, TimeProvider? time = null)
    {
        var loggers = LoggerFactory.Create(_ => { });
        loggers.AddProvider(_lines);
        return await ServerUnderTest.StartAsync(provider, new LaunchSettings(), time ?? TimeProvider.System, loggers);
    }
}
