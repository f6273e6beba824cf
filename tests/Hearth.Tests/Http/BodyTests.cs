using System.Text;
using Hearth.Chat;
using Hearth.Http;
using Hearth.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Hearth.Tests.Http;

/// <summary>How bodies are read: they cost what came of them, all together are bounded, and none is waited for without end.</summary>
public sealed class BodyTests
{
    [Theory]
    [InlineData(33_000_000)]
    [InlineData(null)]
    public async Task A_body_costs_what_came_not_what_was_announced(int? announced)
    {
        BodyBudget budget = new();
        using BodyBuffer body = new(budget);
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var reading = body.FillAsync(Request(new SlowBody([1], asked), announced));
        await asked.Task;

        Assert.False(reading.IsCompleted);
        Assert.InRange(budget.Used, 1, 4096);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4097)]
    [InlineData(3_000_000)]
    [InlineData((int)JsonBody.LimitBytes)]
    public async Task A_whole_body_is_what_was_sent_in_a_buffer_of_its_length(int length)
    {
        var sent = new byte[length];
        new Random(length).NextBytes(sent);
        BodyBudget budget = new();
        using (BodyBuffer body = new(budget))
        {
            Assert.Null(await body.FillAsync(Request(new MemoryStream(sent), length)));
            Assert.True(body.Bytes.SequenceEqual(sent));
            Assert.Equal(length, budget.Used);
        }

        Assert.Equal(0, budget.Used);
    }

    [Fact]
    public async Task Without_a_length_the_buffer_is_at_most_twice_the_body()
    {
        BodyBudget budget = new();
        using BodyBuffer body = new(budget);

        Assert.Null(await body.FillAsync(Request(new MemoryStream(new byte[5_000_000]), null)));

        Assert.InRange(budget.Used, 5_000_000, 10_000_000);
    }

    [Fact]
    public async Task Bodies_beyond_what_all_may_hold_are_told_to_come_again()
    {
        BodyBudget budget = new(40_000);
        using BodyBuffer first = new(budget);
        Assert.Null(await first.FillAsync(Request(new MemoryStream(new byte[20_000]), 20_000)));
        using (BodyBuffer second = new(budget))
        {
            Assert.Equal(ChatErrorKind.Overloaded, (await second.FillAsync(Request(new MemoryStream(new byte[20_000]), 20_000)))?.Kind);
            Assert.InRange(budget.Used, 20_000, 40_000);
        }

        Assert.Equal(20_000, budget.Used);
        first.Dispose();
        using BodyBuffer again = new(budget);
        Assert.Null(await again.FillAsync(Request(new MemoryStream(new byte[20_000]), 20_000)));
    }

    [Theory]
    [InlineData(StatusCodes.Status408RequestTimeout, "TooSlow", 408, "timeout_error")]
    [InlineData(StatusCodes.Status413PayloadTooLarge, "TooLarge", 413, "request_too_large")]
    [InlineData(StatusCodes.Status400BadRequest, "InvalidRequest", 400, "invalid_request_error")]
    public async Task What_the_web_server_says_of_a_body_becomes_an_error(int thrown, string kind, int status, string type)
    {
        using BodyBuffer body = new(new BodyBudget());

        var error = await body.FillAsync(Request(new FailingBody(new Microsoft.AspNetCore.Http.BadHttpRequestException("no", thrown)), 10));

        Assert.Equal(Enum.Parse<ChatErrorKind>(kind), error!.Kind);
        Assert.Equal((status, type), (Errors.Map(error.Kind).Status, Errors.Map(error.Kind).Type));
    }

    [Fact]
    public void A_body_must_come_but_may_come_slowly()
    {
        KestrelServerOptions kestrel = new();
        Endpoints.Configure(kestrel);

        Assert.Equal((BodyPace.BytesPerSecond, TimeSpan.FromSeconds(BodyPace.GraceSeconds)), (kestrel.Limits.MinRequestBodyDataRate!.BytesPerSecond, kestrel.Limits.MinRequestBodyDataRate.GracePeriod));
        Assert.Null(kestrel.Limits.MinResponseDataRate);
    }

    [Theory]
    [InlineData("Content-Length: 200000000\r\n", 200_000_000L)]
    [InlineData("Content-Length: 36000000\r\n", 36_000_000L)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n2255100\r\n", 36_000_000L)]
    public async Task A_client_that_sends_too_much_hears_why_while_it_sends(string framing, long length)
    {
        await using var server = await ServerUnderTest.StartAsync(ScriptedProvider.Answering());
        using var connection = await RawConnection.OpenAsync(server);
        await connection.SendAsync("POST /v1/messages HTTP/1.1\r\nHost: localhost\r\n" + framing + (framing.Contains("chunked", StringComparison.Ordinal) ? "" : "\r\n"));
        var piece = Encoding.ASCII.GetBytes(new string(' ', 1_000_000));

        // A naive client sends all, or as much as is read of it, and looks then.
        for (long sent = 0; sent < Math.Min(length, BodyPace.DiscardLimitBytes - piece.Length); sent += piece.Length)
            await connection.SendAsync(piece);
        var answer = await connection.ReadHeadAsync();

        Assert.Equal(413, answer.Status);
        Assert.Contains("Connection: close", answer.Head, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_log_line_is_short_and_tame_whatever_the_address()
    {
        CollectedLines lines = new();
        using var loggers = LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Trace));
        loggers.AddProvider(lines);
        await using var server = await ServerUnderTest.StartAsync(ScriptedProvider.Answering(), loggers: loggers);

        await RawConnection.AskAsync(server, $"{new string('M', 3000)} /{new string('a', 4000)} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        using var next = await server.SendAsync(HttpMethod.Get, "/v1/models");

        Assert.Contains(lines.Lines, line => line.StartsWith("MMM", StringComparison.Ordinal) && line.Length < 400 && line.Contains(" 404 ", StringComparison.Ordinal));
    }

    private static HttpRequest Request(Stream body, long? length)
    {
        DefaultHttpContext context = new() { Request = { Body = body, ContentLength = length } };
        return context.Request;
    }

    /// <summary>Gives its bytes and then nothing more, for ever.</summary>
    private sealed class SlowBody(byte[] bytes, TaskCompletionSource asked) : ReadOnlyBody
    {
        private bool _isGiven;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            // Readers ask for nothing first, so as not to hold memory while they wait.
            if (buffer.Length == 0)
                return 0;
            if (_isGiven)
            {
                asked.TrySetResult();
                await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
            }

            _isGiven = true;
            bytes.CopyTo(buffer);
            return bytes.Length;
        }
    }

    /// <summary>Cannot be read.</summary>
    private sealed class FailingBody(Exception why) : ReadOnlyBody
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw why;
    }

    private abstract class ReadOnlyBody : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }
    }
}
