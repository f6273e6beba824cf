using System.Net.Http.Headers;
using Hearth.Chat;
using Hearth.Config;
using Hearth.Tests.Support;

namespace Hearth.Tests.Http;

/// <summary>Web pages of others can start nothing and read nothing; programs are not held up.</summary>
public sealed class CrossSiteTests
{
    private const string Body = """{"max_tokens": 5, "messages": [{"role": "user", "content": "hi"}]}""";

    private static readonly string[] Costly = ["POST /v1/messages", "POST /v1/messages/count_tokens", "POST /api/render", "POST /api/parse"];

    private static readonly string[] Telling =
        ["GET /api/requests", "GET /api/requests/req_x", "GET /api/engine", "GET /api/models/spark", "GET /v1/models", "GET /v1/models/spark", "HEAD /api/requests"];

    [Theory]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Origin", "http://127.0.0.1")]
    [InlineData("Origin", "http://127.0.0.1:1")]
    [InlineData("Origin", "http://localhost:PORT")]
    [InlineData("Origin", "file://127.0.0.1:PORT")]
    [InlineData("Origin", "http://127.0.0.1:PORT.evil.example")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Sec-Fetch-Site", "whatever")]
    public async Task A_page_of_another_site_can_use_nothing(string header, string value)
    {
        List<ChatRequest> asked = [];
        await using var server = await StartAsync(asked);
        foreach (var route in (string[])[.. Costly, .. Telling])
        {
            using var response = await SendAsync(server, route, "application/json", (header, value));
            Assert.Equal(403, (int)response.StatusCode);
            Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
        }

        Assert.Empty(asked);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("text/plain")]
    [InlineData("text/plain;charset=UTF-8")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("application/jsonp")]
    public async Task A_browser_must_say_that_it_sends_JSON_and_a_program_need_not(string? contentType)
    {
        List<ChatRequest> asked = [];
        await using var server = await StartAsync(asked);
        foreach (var header in ((string, string)[])[("Origin", "http://127.0.0.1:PORT"), ("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Site", "none"), ("Sec-Fetch-Dest", "empty")])
        {
            foreach (var route in Costly)
            {
                using var refused = await SendAsync(server, route, contentType, header);
                Assert.Equal(403, (int)refused.StatusCode);
                Assert.Contains("application/json", (await ServerUnderTest.ReadJsonAsync(refused)).GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
            }
        }

        Assert.Empty(asked);
        using var answered = await SendAsync(server, "POST /v1/messages", contentType);
        using var node = await SendAsync(server, "POST /v1/messages", contentType, ("Sec-Fetch-Mode", "cors"));
        Assert.Equal((200, 200), ((int)answered.StatusCode, (int)node.StatusCode));
    }

    [Theory]
    [InlineData("Origin", "http://127.0.0.1:PORT")]
    [InlineData("Origin", "https://127.0.0.1:PORT")]
    [InlineData("Sec-Fetch-Site", "same-origin")]
    [InlineData("Sec-Fetch-Site", "none")]
    public async Task The_servers_own_pages_may_use_it(string header, string value)
    {
        await using var server = await StartAsync([]);

        using var posted = await SendAsync(server, "POST /v1/messages", "application/json; charset=utf-8", (header, value));
        using var read = await SendAsync(server, "GET /api/requests", null, (header, value));

        Assert.Equal((200, 200), ((int)posted.StatusCode, (int)read.StatusCode));
    }

    [Fact]
    public async Task A_key_changes_nothing_about_pages_and_probes_stay_open()
    {
        await using var server = await StartAsync([], new LaunchSettings { ApiKey = "key" });

        using var refused = await SendAsync(server, "POST /v1/messages", "application/json", ("Origin", "https://evil.example"), ("x-api-key", "key"));
        using var health = await SendAsync(server, "GET /health", null, ("Origin", "https://evil.example"));

        Assert.Equal((403, 200), ((int)refused.StatusCode, (int)health.StatusCode));
    }

    private static Task<ServerUnderTest> StartAsync(List<ChatRequest> asked, LaunchSettings? settings = null) => ServerUnderTest.StartAsync(
        new ScriptedProvider(
            _ => Hearth.Providers.ChatAnswer.Streaming(new ChatEvent[]
            {
                new AnswerStarted(new ChatUsage(1, 0, 0, 0)), new AnswerFinished(FinishReason.EndOfTurn, null, new ChatUsage(1, 0, 1, 0)),
            }.ToAsyncEnumerable()),
            asked),
        settings);

    private static Task<HttpResponseMessage> SendAsync(ServerUnderTest server, string route, string? contentType, params (string Name, string Value)[] headers)
    {
        var parts = route.Split(' ');
        HttpRequestMessage request = new(new HttpMethod(parts[0]), parts[1]);
        if (parts[0] == "POST")
        {
            request.Content = new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes(Body));
            request.Content.Headers.ContentType = contentType is null ? null : MediaTypeHeaderValue.Parse(contentType);
        }

        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value.Replace("PORT", $"{server.Port}", StringComparison.Ordinal));
        return server.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
