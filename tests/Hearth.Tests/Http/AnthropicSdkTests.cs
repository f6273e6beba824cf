using System.Text.Json;
using Anthropic;
using Anthropic.Models.Messages;
using Hearth.Tests.Support;

namespace Hearth.Tests.Http;

/// <summary>The vendor's own SDK against the server with the bundled model.</summary>
[Collection(SparkServerCollection.Name)]
public sealed class AnthropicSdkTests(SparkServer spark)
{
    private const string CreateRequest = "Create hello.txt containing copper river";

    private static readonly Tool Write = new()
    {
        Name = "Write",
        Description = "Write a file",
        InputSchema = new InputSchema
        {
            Properties = new Dictionary<string, JsonElement>(StringComparer.Ordinal)
            {
                ["file_path"] = JsonElement.Parse("""{"type": "string"}"""),
                ["content"] = JsonElement.Parse("""{"type": "string"}"""),
            },
            Required = ["file_path", "content"],
        },
    };

    [Fact]
    public async Task It_reads_a_message()
    {
        using var client = Client();

        var message = await client.Messages.Create(Ask("Who are you?"), TestContext.Current.CancellationToken);

        Assert.Equal(StopReason.EndTurn, message.StopReason!.Value());
        Assert.True(message.Content[0].TryPickText(out var text));
        Assert.Contains("Spark", text.Text, StringComparison.Ordinal);
        Assert.True(message.Usage.OutputTokens > 0);
    }

    [Fact]
    public async Task It_reads_a_stream()
    {
        using var client = Client();
        List<string> pieces = [];
        var isComplete = false;

        await foreach (var item in client.Messages.CreateStreaming(Ask("Who are you?"), TestContext.Current.CancellationToken))
        {
            if (item.TryPickContentBlockDelta(out var delta) && delta.Delta.TryPickText(out var text))
                pieces.Add(text.Text);
            isComplete |= item.TryPickStop(out _);
        }

        Assert.True(isComplete);
        Assert.Contains("Spark", string.Concat(pieces), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_calls_a_tool_and_follows_up()
    {
        using var client = Client();

        var call = await client.Messages.Create(Ask(CreateRequest) with { Tools = [Write] }, TestContext.Current.CancellationToken);

        Assert.Equal(StopReason.ToolUse, call.StopReason!.Value());
        Assert.True(call.Content[^1].TryPickToolUse(out var use));
        Assert.Equal("Write", use.Name);
        Assert.Equal("copper river", use.Input["content"].GetString()!.TrimEnd());

        var followUp = Ask(CreateRequest) with
        {
            Tools = [Write],
            Messages =
            [
                new UserMessageParam(CreateRequest),
                new AssistantMessageParam(new List<ContentBlockParam> { new ToolUseBlockParam { ID = use.ID, Name = use.Name, Input = use.Input } }),
                new UserMessageParam(new List<ContentBlockParam> { new ToolResultBlockParam(use.ID) { Content = "File created successfully" } }),
            ],
        };
        var answer = await client.Messages.Create(followUp, TestContext.Current.CancellationToken);

        Assert.Equal(StopReason.EndTurn, answer.StopReason!.Value());
        Assert.True(answer.Content[0].TryPickText(out _));
    }

    [Fact]
    public async Task It_counts_tokens_and_lists_models()
    {
        using var client = Client();

        var count = await client.Messages.CountTokens(
            new MessageCountTokensParams { Model = "spark", Messages = [new UserMessageParam("Who are you?")] }, TestContext.Current.CancellationToken);
        var models = await client.Models.List(cancellationToken: TestContext.Current.CancellationToken);

        Assert.True(count.InputTokens > 5);
        Assert.Contains("spark", Assert.Single(models.Items).ID, StringComparison.Ordinal);
    }

    private static MessageCreateParams Ask(string question) => new()
    {
        MaxTokens = 128,
        Model = "claude-sonnet-4-5",
        Messages = [new UserMessageParam(question)],
    };

    private AnthropicClient Client() => new() { BaseUrl = spark.Server.Client.BaseAddress!.ToString().TrimEnd('/'), ApiKey = "local" };
}
