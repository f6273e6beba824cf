using System.Text.Json;
using Hearth.Chat;
using Hearth.Http.Anthropic;
using Hearth.Tests.Support;

namespace Hearth.Tests.Http;

/// <summary>The API's token counts: planned at the start, true at the end, and split as clients that mark their prompts expect.</summary>
public sealed class UsageTests
{
    private const string Marked = """{"role": "user", "content": [{"type": "text", "text": "hi", "cache_control": {"type": "ephemeral"}}]}""";
    private const string MarkedForAnHour =
        """{"role": "user", "content": [{"type": "text", "text": "hi", "cache_control": {"type": "ephemeral", "ttl": "1h"}}]}""";

    private const string Plain = """{"role": "user", "content": "hi"}""";

    [Theory]
    [InlineData(Plain, 34, 0, 0)]
    [InlineData(Marked, 0, 34, 0)]
    [InlineData(MarkedForAnHour, 0, 0, 34)]
    public async Task Computed_tokens_are_input_or_cache_creation(string message, int input, int minutes, int hour)
    {
        await using var server = await ServerUnderTest.StartAsync(Answering());

        var (_, body) = await server.PostForJsonAsync("/v1/messages", $$"""{"max_tokens": 5, "messages": [{{message}}]}""");

        Check(body.GetProperty("usage"), input, minutes, hour, cached: 1200, output: 9);
    }

    [Fact]
    public async Task A_stream_begins_with_the_planned_figures_and_ends_with_the_true_ones()
    {
        await using var server = await ServerUnderTest.StartAsync(Answering());
        using var response = await server.PostAsync("/v1/messages", $$"""{"stream": true, "max_tokens": 5, "messages": [{{Marked}}]}""");

        var events = await SseEvent.ReadAllAsync(response);

        Check(events[0].Data.GetProperty("message").GetProperty("usage"), 0, 1134, 0, cached: 100, output: 1);
        Check(events[^2].Data.GetProperty("usage"), 0, 34, 0, cached: 1200, output: 9);
    }

    [Theory]
    [InlineData("""{"messages": [{"content": "x"}], "system": "x", "tools": [{"name": "a"}]}""", CacheLifetime.None)]
    [InlineData("""{"messages": [{"content": [{"type": "text", "cache_control": null}]}]}""", CacheLifetime.None)]
    [InlineData("""{"messages": [{"content": "x"}], "cache_control": {"type": "ephemeral", "ttl": "1h"}}""", CacheLifetime.OneHour)]
    [InlineData("""{"messages": [{"content": "x"}], "tools": [{"name": "a", "cache_control": {"ttl": "1h"}}, {"name": "b"}]}""", CacheLifetime.OneHour)]
    [InlineData("""{"messages": [null, {"content": 7}], "system": [{"cache_control": {}}], "tools": [{"cache_control": {"ttl": "1h"}}]}""", CacheLifetime.FiveMinutes)]
    [InlineData("""{"system": [{"cache_control": {"ttl": "1h"}}], "messages": [{"content": [{"cache_control": {"ttl": "5m"}}, {}]}, {"content": "x"}]}""", CacheLifetime.FiveMinutes)]
    [InlineData("""{"messages": [{"content": [{"type": "tool_result", "content": [{"cache_control": {"ttl": "1h"}}, {}]}]}]}""", CacheLifetime.OneHour)]
    [InlineData("""{"messages": [{"content": [{"cache_control": {"ttl": 5}}]}]}""", CacheLifetime.FiveMinutes)]
    internal void The_last_mark_of_a_request_counts(string json, CacheLifetime expected) =>
        Assert.Equal(expected, CacheMarks.Last(JsonSerializer.Deserialize(json, MessagesJson.Default.MessagesRequestWire)!));

    private static ScriptedProvider Answering() => ScriptedProvider.Answering(
        new AnswerStarted(new ChatUsage(1134, 100, 0, 0)), new TextDelta("a"), new AnswerFinished(FinishReason.EndOfTurn, null, new ChatUsage(34, 1200, 9, 0)));

    private static void Check(JsonElement usage, int input, int minutes, int hour, int cached, int output)
    {
        var creation = usage.GetProperty("cache_creation");
        Assert.Equal(
            (input, minutes + hour, cached, minutes, hour, output),
            (usage.GetProperty("input_tokens").GetInt32(), usage.GetProperty("cache_creation_input_tokens").GetInt32(),
                usage.GetProperty("cache_read_input_tokens").GetInt32(), creation.GetProperty("ephemeral_5m_input_tokens").GetInt32(),
                creation.GetProperty("ephemeral_1h_input_tokens").GetInt32(), usage.GetProperty("output_tokens").GetInt32()));
    }
}
