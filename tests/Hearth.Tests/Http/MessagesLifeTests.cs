using System.Threading.Channels;
using Hearth.Chat;
using Hearth.Http;
using Hearth.Providers;
using Hearth.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Hearth.Tests.Http;

/// <summary>Streams that are slow, and clients that leave.</summary>
public sealed class MessagesLifeTests
{
    private const string Streamed = """{"stream": true, "max_tokens": 5, "messages": [{"role": "user", "content": "hi"}]}""";

    private readonly Channel<ChatEvent> _events = Channel.CreateUnbounded<ChatEvent>();

    [Fact]
    public async Task Silence_is_filled_with_pings()
    {
        FakeTimeProvider time = new();
        await using var server = await ServerUnderTest.StartAsync(Slow(), time: time);
        using var response = await server.PostAsync("/v1/messages", Streamed);
        using var reader = await ReaderAsync(response);

        // The headers are out before anything is known of the answer; then each interval of silence gives one ping.
        for (var i = 0; i < 3; i++)
        {
            var line = ReadLineAsync(reader);
            while (!line.IsCompleted)
            {
                time.Advance(AnswerFeed.PingInterval);
                await Task.Yield();
            }

            Assert.Equal("event: ping", await line);
            Assert.Equal("data: {\"type\":\"ping\"}", await ReadLineAsync(reader));
            Assert.Equal("", await ReadLineAsync(reader));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_that_hangs_up_ends_its_request(bool streams)
    {
        var provider = Slow();
        await using var server = await ServerUnderTest.StartAsync(provider);
        using CancellationTokenSource hangUp = new();
        using HttpRequestMessage request = new(HttpMethod.Post, "/v1/messages")
        {
            Content = new StringContent(streams ? Streamed : Streamed.Replace("true", "false", StringComparison.Ordinal)),
        };
        var answer = server.Client.SendAsync(request, HttpCompletionOption.ResponseContentRead, hangUp.Token);
        await _events.Writer.WriteAsync(new AnswerStarted(new ChatUsage(1, 0, 0, 0)), TestContext.Current.CancellationToken);
        await provider.Asked;

        await hangUp.CancelAsync();

        await provider.Ended.WaitAsync(TestContext.Current.CancellationToken);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
    }

    [Fact]
    public async Task Each_event_leaves_at_once()
    {
        await using var server = await ServerUnderTest.StartAsync(Slow());
        using var response = await server.PostAsync("/v1/messages", Streamed);
        using var reader = await ReaderAsync(response);

        await _events.Writer.WriteAsync(new AnswerStarted(new ChatUsage(1, 0, 0, 0)), TestContext.Current.CancellationToken);
        Assert.Equal("event: message_start", await ReadLineAsync(reader));
        await SkipToAsync(reader, "event: ping");
        await _events.Writer.WriteAsync(new TextDelta("now"), TestContext.Current.CancellationToken);
        await SkipToAsync(reader, "event: content_block_delta");
        Assert.Contains("\"text\":\"now\"", await ReadLineAsync(reader), StringComparison.Ordinal);
    }

    private static async Task SkipToAsync(StreamReader reader, string line)
    {
        while (await ReadLineAsync(reader) is { } read && read != line)
        {
            // Events before it.
        }
    }

    private static Task<string?> ReadLineAsync(StreamReader reader) => reader.ReadLineAsync(TestContext.Current.CancellationToken).AsTask();

    private static async Task<StreamReader> ReaderAsync(HttpResponseMessage response) =>
        new(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));

    private ScriptedProvider Slow() => new(_ => ChatAnswer.Streaming(_events.Reader.ReadAllAsync(CancellationToken.None)));
}
