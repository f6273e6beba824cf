using System.Text.Json;
using Hearth.Config;
using Hearth.Tests.Support;

namespace Hearth.Tests.Http;

/// <summary>A model that others trained: another template, another vocabulary, no tools.</summary>
public sealed class SmolLm2AnswerTests
{
    private const string Fields = "\"max_tokens\": 40, \"temperature\": 0, \"messages\": [{\"role\": \"user\", \"content\": \"Name the capital of France.\"}]";

    [Fact]
    public async Task It_answers_streams_counts_and_renders()
    {
        var path = RepositoryPaths.RequireShared("models", "SmolLM2-135M-Instruct.Q4_1.gguf");
        NativeLibraryFixture.Require();
        await using var server = await SparkServer.StartAsync(new LaunchSettings { Model = path, Context = 2048, Pool = 2048 });

        var (_, whole) = await server.PostForJsonAsync("/v1/messages", $"{{{Fields}}}");
        using var response = await server.PostAsync("/v1/messages", $"{{\"stream\": true, {Fields}}}");
        var streamed = await SseEvent.ReadAllAsync(response);
        var (_, counted) = await server.PostForJsonAsync("/v1/messages/count_tokens", $"{{{Fields}}}");
        var (_, rendered) = await server.PostForJsonAsync("/api/render", $"{{{Fields}}}");

        var text = whole.GetProperty("content")[0].GetProperty("text").GetString()!;
        Assert.Contains("Paris", text, StringComparison.Ordinal);
        Assert.Equal(text, string.Concat(streamed.Where(e => e.Name == "content_block_delta").Select(e => e.Data.GetProperty("delta").GetProperty("text").GetString())));
        Assert.Equal(
            "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n"
            + "<|im_start|>user\nName the capital of France.<|im_end|>\n<|im_start|>assistant\n",
            rendered.GetProperty("prompt").GetString());
        var count = counted.GetProperty("input_tokens").GetInt32();
        Assert.Equal(count, rendered.GetProperty("tokens").GetArrayLength());
        Assert.Equal(count, InputTokens(whole.GetProperty("usage")));
    }

    private static int InputTokens(JsonElement usage) =>
        usage.GetProperty("input_tokens").GetInt32() + usage.GetProperty("cache_read_input_tokens").GetInt32();
}
