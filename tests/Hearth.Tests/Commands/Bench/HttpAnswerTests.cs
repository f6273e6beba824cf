using System.Text;
using Hearth.Commands.Bench.Servers;

namespace Hearth.Tests.Commands.Bench;

public sealed class HttpAnswerTests
{
    private const string Error = "{\"type\": \"error\", \"error\": {\"type\": \"x\", \"message\": \"no\"}}";

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "{}")]
    [InlineData("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}more", "{}")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\nA\r\n\"a\": 12345\r\n1\r\n}\r\n0\r\n\r\n", "{\"a\": 12345}")]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "{}")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n{}", "{}")]
    public void A_whole_answer_is_read_however_it_is_framed(string bytes, string body) =>
        Assert.Equal(body, Encoding.UTF8.GetString(Read(bytes)!.Body));

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Len")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}")]
    public void What_was_cut_is_no_answer(string bytes) => Assert.Null(Read(bytes));

    [Theory]
    [InlineData(200, "", "{}", null)]
    [InlineData(400, "", Error, null)]
    [InlineData(529, "Retry-After: 2\r\n", Error, null)]
    [InlineData(529, "", Error, "529 without retry-after")]
    [InlineData(500, "", "boom", "500: boom")]
    [InlineData(400, "", "", "400 with an empty body")]
    [InlineData(400, "", "<html>", "400 with a body that is not JSON")]
    [InlineData(400, "", "{}", "400 whose body is no error")]
    public void An_answer_that_breaks_a_promise_is_told_in_words(int status, string headers, string body, string? fault) =>
        Assert.Equal(fault, Read($"HTTP/1.1 {status} X\r\n{headers}Content-Length: {body.Length}\r\n\r\n{body}")!.Fault());

    [Theory]
    [InlineData("event: a\ndata: {}\n\nevent: message_stop\ndata: {}\n\n", null)]
    [InlineData("event: error\ndata: {}\n\n", null)]
    [InlineData("event: a\ndata: {}\n\n", "a stream with 0 terminal events")]
    [InlineData("event: message_stop\ndata: {}\n\nevent: error\ndata: {}\n\n", "a stream with 2 terminal events")]
    [InlineData("event: message_stop\ndata: {}\n\nevent: a\ndata: {}\n\n", "a stream that goes on after its terminal event")]
    public void A_stream_has_exactly_one_end(string events, string? fault) =>
        Assert.Equal(fault, Read($"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n\r\n{events}")!.Fault());

    private static HttpAnswer? Read(string bytes) => HttpAnswer.Read(Encoding.UTF8.GetBytes(bytes));
}
