using System.Text.Json;
using Hearth.Config;
using Hearth.Tests.Support;

namespace Hearth.Tests.Http;

/// <summary>A conversation over HTTP pays for what is new, and the books close when everybody has gone.</summary>
public sealed class PrefixReuseTests
{
    [Fact]
    public async Task The_next_turn_of_a_conversation_computes_only_what_is_new()
    {
        NativeLibraryFixture.Require();
        await using var server = await SparkServer.StartAsync(new LaunchSettings { Context = 2048, Pool = 4096 });
        var system = string.Join(' ', Enumerable.Range(0, 60).Select(i => $"Rule {i} says be kind."));

        var first = await AskAsync(server, system, """{"role": "user", "content": "Who are you?"}""");
        var answer = JsonSerializer.Serialize(first.GetProperty("content")[0].GetProperty("text").GetString());
        var turns = $$"""{"role": "user", "content": "Who are you?"}, {"role": "assistant", "content": {{answer}}}, {"role": "user", "content": "Thanks."}""";
        var second = (await AskAsync(server, system, turns)).GetProperty("usage");
        var other = (await AskAsync(server, system, """{"role": "user", "content": "Hello!"}""")).GetProperty("usage");

        var prompt = first.GetProperty("usage").GetProperty("input_tokens").GetInt32();
        Assert.InRange(second.GetProperty("cache_read_input_tokens").GetInt32(), prompt, int.MaxValue);
        Assert.InRange(second.GetProperty("input_tokens").GetInt32(), 1, 30);
        Assert.InRange(other.GetProperty("input_tokens").GetInt32(), 1, 30);

        using var response = await server.SendAsync(HttpMethod.Get, "/api/engine");
        var books = await ServerUnderTest.ReadJsonAsync(response);
        Assert.Equal((0, 0, 0), (Number(books, "waiting"), Number(books, "running"), Number(books, "leased_cells")));
        Assert.InRange(Number(books, "cached_cells"), prompt, 4096);
        Assert.InRange(books.GetProperty("memory").GetProperty("weight_bytes").GetInt64(), 1, long.MaxValue);
    }

    private static async Task<JsonElement> AskAsync(ServerUnderTest server, string system, string messages)
    {
        var (status, body) = await server.PostForJsonAsync(
            "/v1/messages", $$"""{"max_tokens": 40, "temperature": 0, "system": "{{system}}", "messages": [{{messages}}]}""");
        Assert.Equal(200, status);
        return body;
    }

    private static int Number(JsonElement element, string name) => element.GetProperty(name).GetInt32();
}
