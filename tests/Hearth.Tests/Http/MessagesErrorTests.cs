using System.Text.Json;
using Hearth.Chat;
using Hearth.Config;
using Hearth.Http;
using Hearth.Http.Anthropic;
using Hearth.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Hearth.Tests.Http;

/// <summary>What clients are told when something is wrong, before a stream starts and after.</summary>
public sealed class MessagesErrorTests
{
    private const string Valid = """{"max_tokens": 5, "messages": [{"role": "user", "content": "hi"}]}""";

    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 100 };

    private static readonly ChatUsage Usage = new(1, 0, 0, 0);

    [Theory]
    [InlineData("""{""", "The request body is not valid JSON: line 1, byte 2.")]
    [InlineData("""[]""", "The request body must be a JSON object.")]
    [InlineData(""" "text" """, "The request body must be a JSON object.")]
    [InlineData("""[1""", "The request body must be a JSON object.")]
    [InlineData("  \n ", "The request body is empty; it must be a JSON object.")]
    [InlineData("""{"model": "", "max_tokens": 5, "messages": [{"role": "user", "content": "x"}]}""", "model: Input should have 1 to 256 characters")]
    [InlineData("""{"max_tokens": 5, "messages": [null]}""", "messages.0.role: Field required")]
    [InlineData("""{"max_tokens": 5, "messages": [{"role": "user", "content": [null]}]}""", "messages.0.content.0: Input should be an object")]
    [InlineData("""{"max_tokens": 5, "system": [null], "messages": [{"role": "user", "content": "x"}]}""", "system.0: Input should be an object")]
    [InlineData("""{"max_tokens": 5, "tools": [null], "messages": [{"role": "user", "content": "x"}]}""", "tools.0: Field required")]
    [InlineData("""{"max_tokens": 5, "stop_sequences": [null], "messages": [{"role": "user", "content": "x"}]}""", "stop_sequences.0: Input should be a valid string")]
    [InlineData("""{"max_tokens": 5, "tools": [{"name": "a b", "input_schema": {}}], "messages": [{"role": "user", "content": "x"}]}""", "tools.0.name: Input should be 1 to 128 letters, digits, underscores and hyphens")]
    [InlineData("""{"max_tokens": 5, "tools": [{"name": "a", "input_schema": 5}], "messages": [{"role": "user", "content": "x"}]}""", "tools.0.input_schema: Input should be an object")]
    [InlineData("""{"max_tokens": 5, "tools": [{"name": "a", "input_schema": {"properties": null}}], "messages": [{"role": "user", "content": "x"}]}""", "tools.0.input_schema.properties: Input should be an object")]
    [InlineData("""{"max_tokens": 5, "tools": [{"name": "a", "input_schema": {"properties": 5}}], "messages": [{"role": "user", "content": "x"}]}""", "tools.0.input_schema.properties: Input should be an object")]
    [InlineData("""{"max_tokens": 5, "tools": [{"name": "a", "input_schema": {"properties": {"p": null}}}], "messages": [{"role": "user", "content": "x"}]}""", "tools.0.input_schema.properties.p: Input should be a JSON schema")]
    [InlineData("""{"max_tokens": 5, "tools": [{"name": "a", "input_schema": {"required": true}}], "messages": [{"role": "user", "content": "x"}]}""", "tools.0.input_schema.required: Input should be a list of strings")]
    [InlineData("""{"max_tokens": 5, "tools": [{"name": "a", "input_schema": {"required": ["p", 5]}}], "messages": [{"role": "user", "content": "x"}]}""", "tools.0.input_schema.required.1: Input should be a string")]
    [InlineData("""{"max_tokens": 5, "tools": [{"name": "a", "input_schema": {"properties": {"p": {"type": 5}}}}], "messages": [{"role": "user", "content": "x"}]}""", "tools.0.input_schema.properties.p.type: Input should be a string or a list of strings")]
    [InlineData("""{"max_tokens": 5, "tools": [{"name": "a", "input_schema": {"properties": {"p": {"items": {"anyOf": [{}, 5]}}}}}], "messages": [{"role": "user", "content": "x"}]}""", "tools.0.input_schema.properties.p.items.anyOf.1: Input should be a JSON schema")]
    [InlineData("""{"max_tokens": 5, "tools": [{"name": "a", "input_schema": {"properties": {"p": {"enum": "x"}}}}], "messages": [{"role": "user", "content": "x"}]}""", "tools.0.input_schema.properties.p.enum: Input should be a list")]
    [InlineData("""{"messages": "\ud83d"}""", "The request body is not valid JSON: half a surrogate pair at byte 15.")]
    [InlineData("""{"messages": "\ude00\ud83d"}""", "The request body is not valid JSON: half a surrogate pair at byte 15.")]
    [InlineData("""{"messages": "\\ud83d \ud83d\ude00"}""", "messages: Input has the wrong type")]
    [InlineData("""null""", "The request body must be a JSON object.")]
    [InlineData("""{"max_tokens": 5}""", "messages: Field required")]
    [InlineData("""{"max_tokens": 5, "messages": []}""", "messages: at least one message is required")]
    [InlineData("""{"messages": [{"role": "user", "content": "hi"}]}""", "max_tokens: Field required")]
    [InlineData("""{"max_tokens": "x", "messages": []}""", "max_tokens: Input has the wrong type")]
    [InlineData("""{"max_tokens": -1, "messages": [{"role": "user", "content": "hi"}]}""", "max_tokens: Input should be greater than or equal to 0")]
    [InlineData("""{"max_tokens": 5, "messages": [{"content": "hi"}]}""", "messages.0.role: Field required")]
    [InlineData("""{"max_tokens": 5, "messages": [{"role": "user"}]}""", "messages.0.content: Field required")]
    [InlineData("""{"max_tokens": 5, "messages": [{"role": "user", "content": 5}]}""", "messages.0.content: Input should be a string or a list of content blocks")]
    [InlineData("""{"max_tokens": 5, "messages": [{"role": "user", "content": [{"text": "x"}]}]}""", "messages.0.content.0.type: Field required")]
    [InlineData("""{"max_tokens": 5, "messages": [{"role": "user", "content": [{"type": "text"}]}]}""", "messages.0.content.0.text: Field required")]
    [InlineData("""{"max_tokens": 5, "messages": [{"role": "user", "content": [{"type": "tool_result"}]}]}""", "messages.0.content.0.tool_use_id: Field required")]
    [InlineData("""{"max_tokens": 5, "messages": [{"role": "robot", "content": "x"}]}""", "messages.0.role: Input should be 'user', 'assistant' or 'system', not 'robot'")]
    [InlineData("""{"max_tokens": 5, "temperature": 3, "messages": [{"role": "user", "content": "x"}]}""", "temperature: Input should be between 0 and 2")]
    [InlineData("""{"max_tokens": 5, "tools": [{"name": "a"}], "messages": [{"role": "user", "content": "x"}]}""", "tools.0.input_schema: Field required")]
    [InlineData("""{"max_tokens": 5, "tools": [{"type": "web_search_20250305", "name": "web_search"}], "messages": [{"role": "user", "content": "x"}]}""", "tools.0: tool type 'web_search_20250305' runs on Anthropic's servers and is not available here")]
    [InlineData("""{"max_tokens": 5, "tool_choice": {"type": "tool", "name": "b"}, "messages": [{"role": "user", "content": "x"}]}""", "tool_choice.name: Tool 'b' not found in provided tools")]
    public async Task A_bad_body_is_refused_with_the_field_and_what_is_wrong(string body, string message)
    {
        await using var server = await ServerUnderTest.StartAsync(ScriptedProvider.Answering());

        using var response = await server.PostAsync("/v1/messages", body);

        Assert.Equal(400, (int)response.StatusCode);
        Assert.Equal("false", Header(response, "x-should-retry"));
        var error = await ServerUnderTest.ReadJsonAsync(response);
        Assert.Equal(("error", "invalid_request_error", message), (Text(error, "type"), Text(error.GetProperty("error"), "type"), Text(error.GetProperty("error"), "message")));
        Assert.Equal(Header(response, "request-id"), Text(error, "request_id"));
    }

    [Theory]
    [InlineData("/v1/messages")]
    [InlineData("/v1/messages/count_tokens")]
    [InlineData("/api/render")]
    [InlineData("/api/parse")]
    public async Task An_empty_body_bytes_that_are_no_text_and_too_many_levels_have_their_own_sentences(string path)
    {
        await using var server = await ServerUnderTest.StartAsync(ScriptedProvider.Answering());

        Assert.Equal("The request body is empty; it must be a JSON object.", await RefusedAsync(server, path, new ByteArrayContent([])));
        Assert.Equal(
            "The request body is not valid UTF-8: byte 10.", await RefusedAsync(server, path, new ByteArrayContent([.. "{\"model\":"u8, 0xff, .. "\"}"u8])));
        Assert.Equal(
            "The request body nests deeper than 80 levels: line 1, byte 85.",
            await RefusedAsync(server, path, new StringContent("{\"x\":" + new string('[', 80) + new string(']', 80) + "}")));
        Assert.Equal("The request body must be a JSON object.", await RefusedAsync(server, path, new StringContent("[]")));
    }

    [Fact]
    public async Task What_is_longer_than_anybody_needs_is_refused_by_its_name()
    {
        await using var server = await ServerUnderTest.StartAsync(ScriptedProvider.Answering());
        var word = new string('a', 2000);

        Assert.Equal("model: Input should have 1 to 256 characters", await RefusedAsync(server, Valid.Replace("{\"max", $"{{\"model\": \"{word}\", \"max", StringComparison.Ordinal)));
        Assert.Equal(
            "stop_sequences.0: Input should have at most 1024 characters",
            await RefusedAsync(server, Valid.Replace("{\"max", $"{{\"stop_sequences\": [\"{word}\"], \"max", StringComparison.Ordinal)));
        Assert.Equal(
            "stop_sequences: List should have at most 1024 items, not 1025",
            await RefusedAsync(server, Valid.Replace("{\"max", $"{{\"stop_sequences\": [{string.Join(", ", Enumerable.Repeat("\"s\"", 1025))}], \"max", StringComparison.Ordinal)));
        Assert.Equal(
            "messages: List should have at most 100000 items, not 100001",
            await RefusedAsync(server, $"{{\"max_tokens\": 5, \"messages\": [{string.Join(", ", Enumerable.Repeat("""{"role": "user", "content": ""}""", 100_001))}]}}"));
        Assert.Equal(
            "messages.0.content.0.name: Input should have at most 256 characters",
            await RefusedAsync(server, $$"""{"max_tokens": 5, "messages": [{"role": "assistant", "content": [{"type": "tool_use", "id": "c", "name": "{{word}}"}]}]}"""));
        Assert.Equal(
            "messages.0.content.0.input: Input should have whole numbers of at most 4200 digits",
            await RefusedAsync(server, $$"""{"max_tokens": 5, "messages": [{"role": "assistant", "content": [{"type": "tool_use", "id": "c", "name": "n", "input": {"a": {{new string('7', 4201)}} } }]}]}"""));
    }

    [Fact]
    public async Task No_body_at_all_is_told_from_an_empty_one()
    {
        DefaultHttpContext context = new();
        context.Features.Set(new BodyBudget());

        var (_, error) = await JsonBody.ReadAsync(context.Request, MessagesJson.Default.MessagesRequestWire);

        Assert.Equal("The request has no body; it must be a JSON object.", error!.Message);
    }

    /// <summary>What was written can come back: a stream, a whole message and a history have one limit.</summary>
    [Fact]
    public async Task Arguments_nest_as_deep_in_a_whole_message_and_in_a_history_as_in_a_stream()
    {
        const int most = JsonDepth.Most;
        var arguments = $"{{\"d\": {new string('[', most - 1)}{new string(']', most - 1)}}}";
        await using var server = await ServerUnderTest.StartAsync(ScriptedProvider.Answering(
            new AnswerStarted(Usage), new ToolCallStarted("c", "f"), new ToolCallArguments(arguments), new ToolCallFinished(),
            new AnswerFinished(FinishReason.ToolCalls, null, Usage)));

        using var message = await server.PostAsync("/v1/messages", Valid);
        var whole = JsonElement.Parse(await message.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), Deep);
        using var response = await server.PostAsync("/v1/messages", Valid.Replace("{\"max", "{\"stream\": true, \"max", StringComparison.Ordinal));
        var streamed = string.Concat((await SseEvent.ReadAllAsync(response)).Where(e => e.Name == "content_block_delta").Select(e => Text(e.Data.GetProperty("delta"), "partial_json")));
        var input = whole.GetProperty("content")[0].GetProperty("input");

        Assert.True(JsonElement.DeepEquals(input, JsonElement.Parse(streamed, Deep)));
        using var continued = await server.PostAsync("/v1/messages", History(arguments));
        Assert.Equal(200, (int)continued.StatusCode);
        Assert.Equal(
            "messages.1.content.0.input: Input should be nested at most 64 levels deep", await RefusedAsync(server, History($"{{\"d\": {arguments}}}")));

        static string History(string input) =>
            $$"""{"max_tokens": 5, "messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": [{"type": "tool_use", "id": "c", "name": "f", "input": {{input}}}]}]}""";
    }

    private static Task<string?> RefusedAsync(ServerUnderTest server, string body) => RefusedAsync(server, "/v1/messages", new StringContent(body));

    private static async Task<string?> RefusedAsync(ServerUnderTest server, string path, HttpContent? content)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, path) { Content = content };
        using var response = await server.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(400, (int)response.StatusCode);
        return Text((await ServerUnderTest.ReadJsonAsync(response)).GetProperty("error"), "message");
    }

    [Theory]
    [InlineData("Overloaded", 529, "overloaded_error", "2", null)]
    [InlineData("Unavailable", 503, "api_error", "2", null)]
    [InlineData("PromptTooLong", 400, "invalid_request_error", null, "false")]
    [InlineData("Internal", 500, "api_error", null, null)]
    [InlineData("NotSupported", 501, "not_supported", null, "false")]
    public async Task A_refusal_comes_before_any_stream_with_its_status(string kind, int status, string type, string? retryAfter, string? shouldRetry)
    {
        await using var server = await ServerUnderTest.StartAsync(ScriptedProvider.Refusing(new ChatError(Enum.Parse<ChatErrorKind>(kind), "why")));

        using var response = await server.PostAsync("/v1/messages", Valid.Replace("{\"max", "{\"stream\": true, \"max", StringComparison.Ordinal));

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal((retryAfter, shouldRetry), (Header(response, "retry-after"), Header(response, "x-should-retry")));
        var error = (await ServerUnderTest.ReadJsonAsync(response)).GetProperty("error");
        Assert.Equal((type, "why"), (Text(error, "type"), Text(error, "message")));
    }

    [Fact]
    public async Task A_failure_after_the_start_ends_the_stream_with_one_error_event()
    {
        await using var server = await ServerUnderTest.StartAsync(ScriptedProvider.Answering(
            new AnswerStarted(Usage), new TextDelta("so far"), new AnswerFailed(new ChatError(ChatErrorKind.Internal, "The engine stopped."))));

        using var response = await server.PostAsync("/v1/messages", Valid.Replace("{\"max", "{\"stream\": true, \"max", StringComparison.Ordinal));
        var events = await SseEvent.ReadAllAsync(response);

        Assert.Equal("error", events[^1].Name);
        Assert.Equal(("api_error", "The engine stopped."), (Text(events[^1].Data.GetProperty("error"), "type"), Text(events[^1].Data.GetProperty("error"), "message")));
        Assert.Single(events, e => e.Name is "error" or "message_stop");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_fault_of_the_provider_is_one_error_without_its_details(bool streams)
    {
        await using var server = await ServerUnderTest.StartAsync(new ScriptedProvider(_ => Hearth.Providers.ChatAnswer.Streaming(Broken())));

        using var response = await server.PostAsync("/v1/messages", streams ? Valid.Replace("{\"max", "{\"stream\": true, \"max", StringComparison.Ordinal) : Valid);

        var error = streams ? (await SseEvent.ReadAllAsync(response))[^1].Data : await ServerUnderTest.ReadJsonAsync(response);
        Assert.Equal(streams ? 200 : 500, (int)response.StatusCode);
        Assert.Equal("Internal server error.", Text(error.GetProperty("error"), "message"));
    }

    [Fact]
    public async Task A_body_over_the_limit_is_refused()
    {
        await using var server = await ServerUnderTest.StartAsync(ScriptedProvider.Answering());

        var (status, body) = await server.PostForJsonAsync("/v1/messages", "{\"x\":\"" + new string('a', 33 * 1024 * 1024) + "\"}");

        Assert.Equal((413, "request_too_large"), (status, Text(body.GetProperty("error"), "type")));
    }

    [Fact]
    public async Task A_key_is_asked_for_where_one_is_set_and_accepted_in_either_header()
    {
        await using var server = await ServerUnderTest.StartAsync(ScriptedProvider.Answering(), new LaunchSettings { ApiKey = "sesame" });

        Assert.Equal(401, await StatusAsync(server, null));
        Assert.Equal(401, await StatusAsync(server, h => h.Add("x-api-key", "wrong")));
        Assert.Equal(200, await StatusAsync(server, h => h.Add("x-api-key", "sesame")));
        Assert.Equal(200, await StatusAsync(server, h => h.Add("authorization", "Bearer sesame")));
        Assert.Equal(200, await StatusAsync(server, h =>
        {
            h.Add("x-api-key", "other");
            h.Add("authorization", "Bearer sesame");
        }));
        using var health = await server.SendAsync(HttpMethod.Get, "/health");
        Assert.Equal(200, (int)health.StatusCode);
    }

    [Fact]
    public async Task A_name_that_is_not_this_machines_is_refused_on_loopback()
    {
        await using var server = await ServerUnderTest.StartAsync(ScriptedProvider.Answering());

        Assert.Equal(403, await StatusAsync(server, h => h.Host = "evil.example"));
        Assert.Equal(200, await StatusAsync(server, h => h.Host = "localhost:4327"));
    }

    [Theory]
    [InlineData("GET", "/nowhere", 404, "not_found_error")]
    [InlineData("GET", "/v1/messages", 405, "invalid_request_error")]
    [InlineData("GET", "/v1/models/gpt", 404, "not_found_error")]
    [InlineData("GET", "/v1/models?limit=x", 400, "invalid_request_error")]
    public async Task Unknown_addresses_get_the_same_shape_of_error(string method, string path, int status, string type)
    {
        await using var server = await ServerUnderTest.StartAsync(ScriptedProvider.Answering());

        using var response = await server.SendAsync(new HttpMethod(method), path);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(type, Text((await ServerUnderTest.ReadJsonAsync(response)).GetProperty("error"), "type"));
    }

    [Theory]
    [InlineData("HEAD", "/")]
    [InlineData("HEAD", "/api/hello")]
    [InlineData("GET", "/api/hello")]
    [InlineData("GET", "/health")]
    [InlineData("GET", "/v1/models/spark")]
    [InlineData("GET", "/v1/models/SPARK")]
    public async Task Probes_of_clients_are_answered(string method, string path)
    {
        await using var server = await ServerUnderTest.StartAsync(ScriptedProvider.Answering());

        using var response = await server.SendAsync(new HttpMethod(method), path);

        Assert.Equal(200, (int)response.StatusCode);
    }

    [Fact]
    public async Task Health_says_why_requests_would_be_refused()
    {
        await using var server = await ServerUnderTest.StartAsync(new ScriptedProvider(_ => throw new InvalidOperationException()) { Unhealthy = "The engine is reloading." });

        using var response = await server.SendAsync(HttpMethod.Get, "/health");

        Assert.Equal(503, (int)response.StatusCode);
        Assert.Equal("The engine is reloading.", Text((await ServerUnderTest.ReadJsonAsync(response)).GetProperty("error"), "message"));
    }

    private static async IAsyncEnumerable<ChatEvent> Broken()
    {
        yield return new AnswerStarted(Usage);
        await Task.Yield();
        throw new InvalidOperationException("a detail");
    }

    private static async Task<int> StatusAsync(ServerUnderTest server, Action<System.Net.Http.Headers.HttpRequestHeaders>? headers)
    {
        using var response = await server.SendAsync(HttpMethod.Get, "/v1/models", headers: headers);
        return (int)response.StatusCode;
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
