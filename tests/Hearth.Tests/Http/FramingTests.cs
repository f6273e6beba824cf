using Hearth.Config;
using Hearth.Tests.Support;

namespace Hearth.Tests.Http;

/// <summary>Odd HTTP: what the web server refuses by itself has the body of every other error, and nothing of a client's is a 500.</summary>
public sealed class FramingTests
{
    private const string Get = "GET /v1/models HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";

    private const string Post = "POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";

    public static TheoryData<string, int> Refused => new()
    {
        { "NONSENSE\r\n\r\n", 400 },
        { "GET /v1/models HTTP/1.1\r\n\r\n", 400 },
        { "GET /v1/models HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400 },
        { "GET /v1/models HTTP/1.1\r\nHost: localhost\r\nbad header\r\n\r\n", 400 },
        { "GET /" + new string('a', 9000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n", 414 },
        { "GET /v1/models HTTP/1.1\r\nHost: localhost\r\nx: " + new string('a', 40_000) + "\r\n\r\n", 431 },
        { "GET /v1/models HTTP/1.1\r\nHost: localhost\r\n" + string.Concat(Enumerable.Range(0, 120).Select(i => $"x-{i}: y\r\n")) + "\r\n", 431 },
        { "GET /v1/models HTTP/3.7\r\nHost: localhost\r\n\r\n", 505 },
        { Post + "Transfer-Encoding: identity\r\n\r\n", 400 },
        { Post + "Content-Length: -1\r\n\r\n", 400 },
        { Post + "Transfer-Encoding: chunked\r\n\r\nZZ\r\n", 400 },
        { Post + "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n", 400 },
        { Post + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}0\r\n\r\n", 400 },
        { Get + "Expect: 200-ok\r\n\r\n", 417 },
        { Get + "Content-Encoding: gzip\r\n\r\n", 400 },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Whatever_is_refused_is_refused_in_one_shape(string request, int status)
    {
        await using var server = await ServerUnderTest.StartAsync(ScriptedProvider.Answering());

        var answer = await RawConnection.AskAsync(server, request);

        Assert.Equal((status, "invalid_request_error"), (answer.Status, answer.ErrorType()));
    }

    [Fact]
    public async Task A_refusal_follows_the_answers_before_it_on_a_connection()
    {
        await using var server = await ServerUnderTest.StartAsync(ScriptedProvider.Answering());

        var answer = await RawConnection.AskAsync(server, "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\nNONSENSE\r\n\r\n");

        Assert.Equal(200, answer.Status);
        Assert.Equal(400, RawAnswer.Of(answer.Body[answer.Body.IndexOf("HTTP/1.1 400", StringComparison.Ordinal)..]).Status);
        Assert.EndsWith("}", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("identity")]
    [InlineData("IDENTITY")]
    [InlineData(" Identity ")]
    public async Task The_encoding_that_is_none_has_its_name_in_any_case(string encoding)
    {
        await using var server = await ServerUnderTest.StartAsync(ScriptedProvider.Answering());

        Assert.Equal(200, (await RawConnection.AskAsync(server, Get + $"Content-Encoding: {encoding}\r\n\r\n")).Status);
    }

    [Theory]
    [InlineData("/health", 200)]
    [InlineData("/v1/models", 200)]
    [InlineData("/v1/models/spark", 200)]
    [InlineData("/v1/models/other", 404)]
    [InlineData("/api/requests", 200)]
    [InlineData("/api/requests/req_x", 404)]
    [InlineData("/nowhere", 404)]
    [InlineData("/", 200)]
    public async Task HEAD_is_GET_without_the_body(string path, int status)
    {
        await using var server = await ServerUnderTest.StartAsync(ScriptedProvider.Answering());

        var answer = await RawConnection.AskAsync(server, $"HEAD {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        Assert.Equal((status, ""), (answer.Status, answer.Body));
    }

    [Theory]
    [InlineData("/health", 200)]
    [InlineData("/HEALTH", 200)]
    [InlineData("/health/", 200)]
    [InlineData("//health", 404)]
    [InlineData("/health//", 404)]
    [InlineData("/API/hello", 200)]
    [InlineData("/health/x", 401)]
    [InlineData("/v1/models", 401)]
    [InlineData("/V1/MODELS/", 401)]
    [InlineData("//v1/models", 401)]
    [InlineData("/health/../v1/models", 401)]
    [InlineData("/health%2f..%2fv1/models", 401)]
    public async Task A_path_is_open_however_it_is_spelled_and_opens_no_other(string path, int status)
    {
        await using var server = await ServerUnderTest.StartAsync(ScriptedProvider.Answering(), new LaunchSettings { ApiKey = "key" });

        Assert.Equal(status, (await RawConnection.AskAsync(server, $"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")).Status);
    }
}
