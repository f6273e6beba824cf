using System.Text.Json;

namespace Hearth.Tests.Support;

/// <summary>One server-sent event.</summary>
internal sealed record SseEvent(string Name, JsonElement Data)
{
    public static async Task<List<SseEvent>> ReadAllAsync(HttpResponseMessage response)
    {
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.EndsWith("\n\n", text);
        return [.. text[..^2].Split("\n\n").Select(Parse)];
    }

    private static SseEvent Parse(string block)
    {
        var lines = block.Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.StartsWith("event: ", lines[0]);
        Assert.StartsWith("data: ", lines[1]);
        using var data = JsonDocument.Parse(lines[1]["data: ".Length..]);
        return new SseEvent(lines[0]["event: ".Length..], data.RootElement.Clone());
    }
}
