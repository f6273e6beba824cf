using System.Text;
using System.Threading.Channels;
using Hearth.Chat;
using Hearth.Http;
using Hearth.Providers;
using Hearth.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Hearth.Tests.Http;

/// <summary>What becomes of an answer in any dialect: here one that is nothing but words.</summary>
public sealed class AnswerPumpTests : IDisposable
{
    private static readonly ChatRequest Request = new("m", [ChatMessage.OfText(ChatRole.User, "hi")], 5);
    private static readonly AnswerStarted Started = new(new ChatUsage(1, 0, 0, 0));
    private static readonly AnswerFinished Finished = new(FinishReason.EndOfTurn, null, new ChatUsage(1, 0, 2, 0));

    private readonly FakeTimeProvider _time = new();
    private readonly ServerShutdown _shutdown = new();
    private readonly RequestHistory _history = new();
    private readonly MemoryStream _body = new();

    public void Dispose()
    {
        _shutdown.Dispose();
        _body.Dispose();
    }

    [Theory]
    [InlineData(true, "started text:a finished ")]
    [InlineData(false, "whole:started text:a finished ")]
    public async Task The_events_leave_in_the_dialects_words(bool streams, string written)
    {
        Assert.Equal(written, await RunAsync(ScriptedProvider.Answering(Started, new TextDelta("a"), Finished), streams));

        Assert.Equal(FinishReason.EndOfTurn, Assert.Single(_history.Of("")).Record!.Finish);
        Assert.True(await _shutdown.WhenIdleAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(true, "started failed:Internal ")]
    [InlineData(false, "refused:Internal ")]
    public async Task Events_that_end_without_an_end_are_a_failure(bool streams, string written) =>
        Assert.Equal(written, await RunAsync(ScriptedProvider.Answering(Started), streams));

    [Fact]
    public async Task Nothing_follows_the_last_event() =>
        Assert.Equal("started finished ", await RunAsync(ScriptedProvider.Answering(Started, Finished, new TextDelta("late"), Finished), streams: true));

    [Fact]
    public async Task A_stream_that_its_dialect_cannot_say_ends_in_a_failure() =>
        Assert.Equal(
            "started failed:Internal ",
            await RunAsync(ScriptedProvider.Answering(Started, new ThinkingDelta("unspeakable"), new TextDelta("a"), Finished), streams: true));

    [Fact]
    public async Task A_refusal_is_the_dialects_too() =>
        Assert.Equal("refused:Overloaded ", await RunAsync(ScriptedProvider.Refusing(new ChatError(ChatErrorKind.Overloaded, "full")), streams: true));

    [Fact]
    public async Task Silence_gives_one_ping_for_each_interval_and_none_when_events_come()
    {
        Channel<ChatEvent> events = Channel.CreateUnbounded<ChatEvent>();
        WordDialect dialect = new();
        var run = RunAsync(new ScriptedProvider(_ => ChatAnswer.Streaming(events.Reader.ReadAllAsync(CancellationToken.None))), streams: true, dialect);
        await events.Writer.WriteAsync(Started, TestContext.Current.CancellationToken);
        await dialect.SaysAsync("started");
        for (var i = 1; i <= 2; i++)
        {
            _time.Advance(AnswerFeed.PingInterval);
            await dialect.SaysAsync("ping");
        }

        await events.Writer.WriteAsync(Finished, TestContext.Current.CancellationToken);

        Assert.Equal("started ping ping finished ", await run);
    }

    [Fact]
    public async Task An_answer_is_given_up_when_its_dialect_breaks()
    {
        Released released = new();
        var provider = new ScriptedProvider(_ => ChatAnswer.Streaming(new ChatEvent[] { Started, new ThinkingDelta("unspeakable"), Finished }.ToAsyncEnumerable(), released));

        await Assert.ThrowsAsync<NotSupportedException>(() => RunAsync(provider, streams: false));

        Assert.True(released.IsDisposed);
    }

    private async Task<string> RunAsync(IProvider provider, bool streams, WordDialect? dialect = null)
    {
        DefaultHttpContext context = new() { Response = { Body = _body } };
        await new AnswerPump(_history, _shutdown, _time, NullLogger.Instance).RunAsync(context, provider, Request, dialect ?? new WordDialect(), streams);
        await context.Response.BodyWriter.FlushAsync(TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(_body.ToArray()).Replace("event: ", "", StringComparison.Ordinal).Replace("\ndata: null\n\n", " ", StringComparison.Ordinal);
    }

    private sealed class Released : IAsyncDisposable
    {
        public bool IsDisposed { get; private set; }

        public ValueTask DisposeAsync()
        {
            IsDisposed = true;
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>Says each event in a word or two.</summary>
    private sealed class WordDialect : IAnswerDialect
    {
        private readonly StringBuilder _folded = new("whole:");
        private readonly Channel<string> _said = Channel.CreateUnbounded<string>();

        public void Write(ChatEvent item, Sse output) => Say(Word(item), output);

        public void WritePing(Sse output) => Say("ping", output);

        public void Fold(ChatEvent item) => _folded.Append(Word(item)).Append(' ');

        public Task ReplyAsync(HttpContext context) => context.Response.WriteAsync(_folded.ToString());

        public Task RefuseAsync(HttpContext context, ChatError error) => context.Response.WriteAsync($"refused:{error.Kind} ");

        public async Task SaysAsync(string word) => Assert.Equal(word, await _said.Reader.ReadAsync(TestContext.Current.CancellationToken));

        private void Say(string word, Sse output)
        {
            output.Write(word, null, WordJson.Default.String!);
            _said.Writer.TryWrite(word);
        }

        private static string Word(ChatEvent item) => item switch
        {
            AnswerStarted => "started",
            TextDelta text => "text:" + text.Text,
            AnswerFinished => "finished",
            AnswerFailed failed => "failed:" + failed.Error.Kind,
            _ => throw new NotSupportedException(),
        };
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
internal sealed partial class WordJson : System.Text.Json.Serialization.JsonSerializerContext;
