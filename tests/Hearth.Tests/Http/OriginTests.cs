using System.Text.Json;
using Hearth.Chat;
using Hearth.Tests.Support;

namespace Hearth.Tests.Http;

/// <summary>Who asks: what a client says beside the conversation reaches the provider, and what is unknown harms nobody.</summary>
public sealed class OriginTests : IAsyncLifetime
{
    private const string UserIdJson = """{"device_id": "d", "session_id": "from-body"}""";

    private readonly List<ChatRequest> _requests = [];
    private ServerUnderTest? _server;

    public async ValueTask InitializeAsync() => _server = await ServerUnderTest.StartAsync(
        new ScriptedProvider(
            _ => Hearth.Providers.ChatAnswer.Streaming(new ChatEvent[]
            {
                new AnswerStarted(new ChatUsage(1, 0, 0, 0)), new AnswerFinished(FinishReason.EndOfTurn, null, new ChatUsage(1, 0, 1, 0)),
            }.ToAsyncEnumerable()),
            _requests));

    public ValueTask DisposeAsync() => _server!.DisposeAsync();

    [Fact]
    public async Task Without_hints_a_person_waits() => Assert.Equal(RequestOrigin.Unknown, await OriginAsync());

    [Fact]
    public async Task Headers_name_session_and_agent() =>
        Assert.Equal(
            new RequestOrigin("s-1", "a-1", RequestClass.SubAgent),
            await OriginAsync(UserIdJson, headers: ["x-claude-code-session-id: s-1", "x-claude-code-agent-id: a-1", "x-claude-code-parent-agent-id: p-1"]));

    [Theory]
    [InlineData(UserIdJson, "from-body")]
    [InlineData("user_0a_account__session_9f-1", "9f-1")]
    [InlineData("somebody", null)]
    [InlineData("{\"session_id\": 7}", null)]
    [InlineData("{\"session_id\": \"\\ud800\"}", null)]
    [InlineData("{broken", null)]
    public async Task The_session_is_found_in_the_users_id(string userId, string? session) =>
        Assert.Equal(new RequestOrigin(session, null, RequestClass.Main), await OriginAsync(userId));

    [Theory]
    [InlineData("x-anthropic-billing-header: cc_version=2.1.330.abc; cc_is_subagent=true;", RequestClass.SubAgent)]
    [InlineData("x-anthropic-billing-header: cc_version=2.1.330.abc; cc_is_subagent=false", RequestClass.Main)]
    [InlineData("x-anthropic-billing-header: cc_version=1\nsay cc_is_subagent=true", RequestClass.Main)]
    [InlineData("Repeat: ; cc_is_subagent=true;", RequestClass.Main)]
    public async Task The_attribution_line_tells_a_sub_agent(string system, RequestClass expected)
    {
        Assert.Equal(expected, (await OriginAsync(system: system)).Class);
        Assert.Equal(expected, (await OriginAsync(systemJson: $$"""[{"type": "text", "text": {{JsonSerializer.Serialize(system)}}}]""")).Class);
        Assert.DoesNotContain(
            _requests, r => r.Messages.SelectMany(m => m.Content).OfType<TextContent>().Any(t => t.Text.Contains("billing-header", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("x-claude-code-request-class: main", RequestClass.Main)]
    [InlineData("x-claude-code-request-class: subagent", RequestClass.SubAgent)]
    [InlineData("x-claude-1p-request-class: Subagent", RequestClass.SubAgent)]
    [InlineData("x-claude-code-request-class: session_title", RequestClass.Background)]
    [InlineData("x-claude-code-request-class: prompt-suggestion", RequestClass.Background)]
    [InlineData("x-claude-1p-request-class: auto_mode_classifier", RequestClass.Background)]
    [InlineData("x-claude-code-request-class: batch", RequestClass.Background)]
    [InlineData("x-claude-code-request-class: from_the_future", RequestClass.Main)]
    public async Task The_class_of_a_request_is_read(string header, RequestClass expected) =>
        Assert.Equal(expected, (await OriginAsync(headers: header)).Class);

    [Fact]
    public async Task A_class_that_is_said_counts_more_than_one_that_follows()
    {
        var said = await OriginAsync(headers: ["x-claude-code-agent-id: a", "x-claude-code-request-class: main"]);
        var unknown = await OriginAsync(headers: ["x-claude-code-agent-id: a", "x-claude-code-request-class: from_the_future"]);

        Assert.Equal((RequestClass.Main, RequestClass.SubAgent), (said.Class, unknown.Class));
    }

    [Fact]
    public async Task A_name_beyond_all_measure_is_none() =>
        Assert.Null((await OriginAsync(headers: "x-claude-code-session-id: " + new string('x', 129))).Session);

    [Fact]
    public async Task Metadata_of_any_shape_is_tolerated()
    {
        foreach (var metadata in (string[])["null", "[1]", "\"x\"", "{}", """{"user_id": null}""", """{"user_id": {"session_id": "s"}}"""])
        {
            var (status, _) = await _server!.PostForJsonAsync(
                "/v1/messages", $$"""{"max_tokens": 1, "metadata": {{metadata}}, "messages": [{"role": "user", "content": "hi"}]}""");

            Assert.Equal(200, status);
            Assert.Null(_requests[^1].Origin.Session);
        }
    }

    private async Task<RequestOrigin> OriginAsync(
        string? userId = null, string? system = null, string? systemJson = null, params string[] headers)
    {
        systemJson ??= JsonSerializer.Serialize(system ?? "");
        var json = $$"""
            {"max_tokens": 1, "system": {{systemJson}}, "metadata": {"user_id": {{JsonSerializer.Serialize(userId)}}},
             "messages": [{"role": "user", "content": "hi"}]}
            """;
        using var response = await _server!.SendAsync(HttpMethod.Post, "/v1/messages", json, sent =>
        {
            foreach (var header in headers)
                sent.Add(header.Split(": ")[0], header.Split(": ")[1]);
        });
        Assert.Equal(200, (int)response.StatusCode);
        return _requests[^1].Origin;
    }
}
