using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Hearth.Chat;
using Hearth.Config;
using Hearth.Http;
using Hearth.Providers;
using Hearth.Tests.Support;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Hearth.Tests.Http;

/// <summary>Where the tokens and the time of a request went: for whoever asked, and in numbers for the log.</summary>
public sealed class RequestsTests : IDisposable
{
    private const string Body = """{"max_tokens": 5, "model": "claude-x", "messages": [{"role": "user", "content": "hi"}]}""";

    private static readonly ChatUsage Usage = new(34, 1200, 50, 7);

    private static readonly AnswerReport Report = new(
        Usage, new PrefixUse(PrefixOrigin.SameSession, 1210, new PartingTexts("cached secret", "own secret")),
        TimeSpan.FromMilliseconds(3), TimeSpan.FromMilliseconds(90.7), TimeSpan.FromMilliseconds(800));

    private readonly CollectedLines _lines = new();
    private readonly ILoggerFactory _loggers;

    public RequestsTests()
    {
        _loggers = LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Trace));
        _loggers.AddProvider(_lines);
    }

    public void Dispose() => _loggers.Dispose();

    [Fact]
    public async Task A_finished_request_tells_all_of_it()
    {
        FakeTimeProvider time = new(DateTimeOffset.Parse("2026-11-02T08:09:10Z", CultureInfo.InvariantCulture));
        await using var server = await StartAsync(Finishing(Report), time: time);
        var id = await AskAsync(server, session: "s-1");

        var request = await GetAsync(server, $"/api/requests/{id}?text=true");

        Assert.Equal(JsonSerializer.Serialize(JsonElement.Parse($$"""
            {"id": "{{id}}", "model": "claude-x", "answered_by": "spark", "started_at": "2026-11-02T08:09:10.000Z", "outcome": "end_of_turn",
             "status": 200, "elapsed_ms": 0, "session": "s-1", "agent": null, "class": "main",
             "tokens": {"prompt": 1234, "reused": 1200, "computed": 34, "output": 50, "thinking": 7},
             "prefix": {"source": "same_session", "shared": 1210, "parting": {"cached": "cached secret", "own": "own secret"} },
             "times": {"queue_ms": 3, "prefill_ms": 90, "decode_ms": 800} }
            """)), JsonSerializer.Serialize(request));
    }

    [Theory]
    [InlineData("", null, false, null, null)]
    [InlineData("?text=true", null, false, "cached secret", "own secret")]
    [InlineData("?text=false", null, false, null, null)]
    [InlineData("", "s-1", true, "cached secret", "own secret")]
    [InlineData("", "s-1", false, null, "own secret")]
    [InlineData("", "s-2", true, null, null)]
    public async Task The_one_person_of_a_machine_sees_prompts_on_request_and_a_session_its_own(
        string query, string? reader, bool isOwnCache, string? cached, string? own)
    {
        await using var server = await StartAsync(Parting(isOwnCache));
        var id = await AskAsync(server, session: "s-1");

        Assert.Equal((1210, cached, own, "s-1"), Shown(await GetAsync(server, $"/api/requests/{id}{query}", session: reader)));
    }

    [Theory]
    [InlineData("?text=true", null, true, null, null)]
    [InlineData("?text=true", "s-2", true, null, null)]
    [InlineData("", "s-1", true, "cached secret", "own secret")]
    [InlineData("?text=true", "s-1", false, null, "own secret")]
    public async Task Several_people_behind_one_key_see_numbers_of_all_and_prompts_of_their_own_session(
        string query, string? reader, bool isOwnCache, string? cached, string? own)
    {
        await using var server = await StartAsync(Parting(isOwnCache), new LaunchSettings { ApiKey = "shared" });
        var id = await AskAsync(server, session: "s-1", key: "shared");

        foreach (var request in (JsonElement[])[
            await GetAsync(server, $"/api/requests/{id}{query}", reader, "shared"),
            (await GetAsync(server, $"/api/requests{query}", reader, "shared")).GetProperty("requests")[0]])
        {
            // Whoever learned the name of a session could read as that session.
            var name = reader == "s-1" ? "s-1" : "#" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("s-1"u8))[..12];
            Assert.Equal((1210, cached, own, name), Shown(request));
            Assert.Equal(1200, request.GetProperty("tokens").GetProperty("reused").GetInt32());
        }
    }

    [Theory]
    [InlineData("x-forwarded-for")]
    [InlineData("forwarded")]
    public async Task Nobody_is_alone_behind_a_proxy(string header)
    {
        await using var server = await StartAsync(Parting(isOwnCache: true));
        var id = await AskAsync(server, session: "s-1");
        using var response = await server.SendAsync(HttpMethod.Get, $"/api/requests/{id}?text=true", headers: h => h.Add(header, "for=10.0.0.1"));

        Assert.DoesNotContain("secret", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_without_a_session_show_no_prompt_behind_a_key()
    {
        await using var server = await StartAsync(Parting(isOwnCache: true), new LaunchSettings { ApiKey = "shared" });
        var id = await AskAsync(server, key: "shared");

        Assert.Equal((1210, null, null, null), Shown(await GetAsync(server, $"/api/requests/{id}?text=true", key: "shared")));
    }

    [Fact]
    public async Task What_is_kept_of_a_request_is_short_whatever_texts_it_has()
    {
        var texts = new PartingTexts(new string('c', 1_000_000), new string('o', 1_000_000));
        await using var server = await StartAsync(Finishing(Report with { Prefix = Report.Prefix with { Parting = texts } }));
        var name = new string('m', RequestRecord.LongestModel);
        for (var i = 0; i < 3; i++)
            await server.PostForJsonAsync("/v1/messages", Body.Replace("claude-x", name, StringComparison.Ordinal));

        using var response = await server.SendAsync(HttpMethod.Get, "/api/requests?text=true");
        var list = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.InRange(list.Length, 0, 3 * 4096);
        Assert.Contains(new string('c', RequestRecord.LongestText) + "…", list, StringComparison.Ordinal);
    }

    [Fact]
    public void The_history_is_bounded_in_bytes_as_well()
    {
        RequestHistory history = new();
        for (var i = 0; i < RequestHistory.MostRequests; i++)
        {
            RequestInfo info = new();
            info.Begin(new ChatRequest("m", [], 1) { Origin = new RequestOrigin(new string('s', 8000), null, RequestClass.Main) }, "m", DateTimeOffset.UnixEpoch);
            history.Add(info);
        }

        var kept = history.Of("");
        Assert.InRange(kept.Sum(r => r.Record!.Bytes), RequestHistory.MostBytes / 2, RequestHistory.MostBytes + kept[0].Record!.Bytes);
        Assert.InRange(kept.Count, 2, RequestHistory.MostRequests - 1);
    }

    [Fact]
    public async Task The_latest_requests_come_first()
    {
        await using var server = await StartAsync(Finishing(Report));
        var first = await AskAsync(server);
        var second = await AskAsync(server);

        var list = await GetAsync(server, "/api/requests");

        Assert.Equal([second, first], list.GetProperty("requests").EnumerateArray().Select(r => r.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task The_log_has_the_numbers_and_no_text()
    {
        await using var server = await StartAsync(Finishing(Report));
        var id = await AskAsync(server);
        // The line is written before the response ends, and so before the next answer.
        await GetAsync(server, "/api/requests");

        Assert.Contains(_lines.Lines, line => line.StartsWith("POST /v1/messages 200 ", StringComparison.Ordinal) && line.EndsWith(
            $"1200+34 tokens in, 50 out, reused 1200 (same session), parted at 1210, queue 3 ms, prefill 90 ms, decode 800 ms {id}", StringComparison.Ordinal));
        Assert.DoesNotContain(_lines.Lines, line => line.Contains("secret", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(PrefixOrigin.None, 0, 0, false, "0+34 tokens in, 50 out, reused 0, queue")]
    [InlineData(PrefixOrigin.OtherSession, 8, 8, false, "reused 8 (other session), queue")]
    [InlineData(PrefixOrigin.InFlight, 8, 9, false, "reused 8 (in flight), shared 9, queue")]
    [InlineData(PrefixOrigin.Saved, 8, 9, true, "reused 8 (saved), parted at 9, queue")]
    internal void A_line_says_what_was_reused(PrefixOrigin origin, int reused, int shared, bool parts, string expected)
    {
        var usage = Usage with { CachedTokens = reused };
        RequestInfo info = new();
        info.Begin(new ChatRequest("m", [], 1), "m", DateTimeOffset.UnixEpoch);
        info.Note(new AnswerFinished(FinishReason.EndOfTurn, null, usage)
        {
            Report = Report with { Usage = usage, Prefix = new PrefixUse(origin, shared, parts ? new PartingTexts("a", "b") : null) },
        });

        Assert.Contains(expected, RequestLine.Describe(info.Record!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refused_and_failed_requests_say_so()
    {
        await using var refusing = await StartAsync(ScriptedProvider.Refusing(new ChatError(ChatErrorKind.Overloaded, "full")));
        await using var failing = await StartAsync(ScriptedProvider.Answering(
            new AnswerStarted(Usage with { OutputTokens = 0 }), new AnswerFailed(new ChatError(ChatErrorKind.Internal, "broken")) { Report = Report }));
        await AskAsync(refusing, status: 529);
        await AskAsync(failing, status: 500);

        var refused = (await GetAsync(refusing, "/api/requests")).GetProperty("requests")[0];
        var failed = (await GetAsync(failing, "/api/requests")).GetProperty("requests")[0];

        Assert.Equal(("refused", 529, JsonValueKind.Null), (Outcome(refused), Status(refused), refused.GetProperty("times").ValueKind));
        Assert.Equal(("failed", 500, 90), (Outcome(failed), Status(failed), failed.GetProperty("times").GetProperty("prefill_ms").GetInt32()));
    }

    [Fact]
    public async Task A_request_is_seen_while_it_runs_and_after_its_client_left()
    {
        ScriptedProvider provider = new(_ => ChatAnswer.Streaming(UntilCancelled()));
        await using var server = await StartAsync(provider);
        using CancellationTokenSource hangUp = new();
        using HttpRequestMessage message = new(HttpMethod.Post, "/v1/messages") { Content = new StringContent(Body.Replace("5,", "5, \"stream\": true,", StringComparison.Ordinal)) };
        var response = await server.Client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, hangUp.Token);
        var path = "/api/requests/" + Assert.Single(response.Headers.GetValues("request-id"));

        Assert.Equal(("running", (int?)null), (Outcome(await GetAsync(server, path)), (await GetAsync(server, path)).GetProperty("status").Deserialize<int?>()));

        response.Dispose();
        await hangUp.CancelAsync();
        await provider.Ended.WaitAsync(TestContext.Current.CancellationToken);
        var left = await GetAsync(server, path);
        while (left.GetProperty("status").ValueKind == JsonValueKind.Null)
            left = await GetAsync(server, path);
        Assert.Equal(("client_left", 90), (Outcome(left), left.GetProperty("times").GetProperty("prefill_ms").GetInt32()));
    }

    [Fact]
    public async Task Only_the_key_that_asked_is_answered()
    {
        await using var server = await StartAsync(Finishing(Report), new LaunchSettings { ApiKey = "right" });
        var id = await AskAsync(server, key: "right");

        foreach (var path in (string[])["/api/requests", "/api/requests/" + id])
        {
            using var without = await server.SendAsync(HttpMethod.Get, path);
            using var wrong = await server.SendAsync(HttpMethod.Get, path, headers: h => h.Add("x-api-key", "wrong"));
            using var right = await server.SendAsync(HttpMethod.Get, path, headers: h => h.Add("x-api-key", "right"));
            Assert.Equal((401, 401, 200), ((int)without.StatusCode, (int)wrong.StatusCode, (int)right.StatusCode));
        }
    }

    [Fact]
    public void The_history_is_bounded_and_each_owner_sees_only_its_own()
    {
        RequestHistory history = new();
        var requests = Enumerable.Range(0, RequestHistory.MostRequests + 10)
            .Select(i => new RequestInfo { Owner = Auth.Identity(i % 2 == 0 ? "even" : "odd") }).ToList();
        requests.ForEach(history.Add);

        Assert.Equal(requests.Skip(10).Where((_, i) => i % 2 == 0).Reverse(), history.Of(Auth.Identity("even")));
        Assert.Equal(RequestHistory.MostRequests / 2, history.Of(Auth.Identity("odd")).Count);
        Assert.Empty(history.Of(Auth.Identity(null)));
    }

    [Fact]
    public async Task An_unknown_request_is_not_found()
    {
        await using var server = await StartAsync(Finishing(Report));
        using var response = await server.SendAsync(HttpMethod.Get, "/api/requests/req_x");

        Assert.Equal(404, (int)response.StatusCode);
        Assert.Equal("not_found_error", (await ServerUnderTest.ReadJsonAsync(response)).GetProperty("error").GetProperty("type").GetString());
    }

    private static (int Shared, string? Cached, string? Own, string? Session) Shown(JsonElement request)
    {
        var prefix = request.GetProperty("prefix");
        var parting = prefix.GetProperty("parting");
        return (
            prefix.GetProperty("shared").GetInt32(), parting.GetProperty("cached").GetString(), parting.GetProperty("own").GetString(),
            request.GetProperty("session").GetString());
    }

    private static ScriptedProvider Parting(bool isOwnCache) => Finishing(
        Report with { Prefix = Report.Prefix with { Parting = Report.Prefix.Parting! with { IsOfSameSession = isOwnCache } } });

    private static ScriptedProvider Finishing(AnswerReport report) => ScriptedProvider.Answering(
        new AnswerStarted(new ChatUsage(1234, 0, 0, 0)), new TextDelta("a"),
        new AnswerFinished(FinishReason.EndOfTurn, null, report.Usage) { Report = report });

    private static async IAsyncEnumerable<ChatEvent> UntilCancelled([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        yield return new AnswerStarted(new ChatUsage(1234, 0, 0, 0));
        TaskCompletionSource cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (cancellation.Register(cancelled.SetResult))
            await cancelled.Task;
        yield return new AnswerFailed(new ChatError(ChatErrorKind.Unavailable, "cut off")) { Report = Report };
    }

    private static string Outcome(JsonElement request) => request.GetProperty("outcome").GetString()!;

    private static int Status(JsonElement request) => request.GetProperty("status").GetInt32();

    private static async Task<string> AskAsync(ServerUnderTest server, int status = 200, string? session = null, string key = "any")
    {
        using var response = await server.SendAsync(HttpMethod.Post, "/v1/messages", Body, headers =>
        {
            headers.Add("x-api-key", key);
            if (session is not null)
                headers.Add("x-claude-code-session-id", session);
        });
        await ServerUnderTest.ReadJsonAsync(response);
        Assert.Equal(status, (int)response.StatusCode);
        return Assert.Single(response.Headers.GetValues("request-id"));
    }

    private static async Task<JsonElement> GetAsync(ServerUnderTest server, string path, string? session = null, string key = "any")
    {
        using var response = await server.SendAsync(HttpMethod.Get, path, headers: headers =>
        {
            headers.Add("x-api-key", key);
            if (session is not null)
                headers.Add("x-claude-code-session-id", session);
        });
        Assert.Equal(200, (int)response.StatusCode);
        return await ServerUnderTest.ReadJsonAsync(response);
    }

    private Task<ServerUnderTest> StartAsync(IProvider provider, LaunchSettings? settings = null, TimeProvider? time = null) =>
        ServerUnderTest.StartAsync(provider, settings, time, _loggers);
}
