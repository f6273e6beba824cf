using System.Text.Json;
using Hearth.Chat;
using Hearth.Children;
using Hearth.Documents;
using Hearth.Http.Anthropic;
using Hearth.Tests.Children;
using Hearth.Tests.Documents;
using Hearth.Tests.Support;

namespace Hearth.Tests.Http;

/// <summary>Documents are read beside a request, and what goes wrong with one is an error of its block.</summary>
public sealed class RequestDocumentsTests
{
    [Theory]
    [InlineData("/v1/messages")]
    [InlineData("/v1/messages/count_tokens")]
    [InlineData("/api/render")]
    public async Task A_hostile_document_is_an_error_of_its_block_and_of_nothing_else(string path)
    {
        await using var server = await ServerUnderTest.StartAsync(ScriptedProvider.Answering());
        foreach (var name in (string[])["contents-ring", "forms-ring", "forms-chain"])
        {
            var (status, body) = await server.PostForJsonAsync(path, Body(PdfFiles.WithPages("fine"), Convert.ToBase64String(HostilePdfs.Create(name, new Random(1)))));

            Assert.Equal(400, status);
            Assert.Equal("messages.0.content.1.source: The PDF specified was not valid.", body.GetProperty("error").GetProperty("message").GetString());
        }

        using var health = await server.Client.GetAsync("/health", TestContext.Current.CancellationToken);
        Assert.True(health.IsSuccessStatusCode);
    }

    [Fact]
    public async Task What_else_is_wrong_with_a_request_is_said_before_a_document_is_opened()
    {
        await using var children = OddJobs.Pool();

        var result = await ReadAsync(new PdfTexts(children), Body(Base64("one")).Replace("\"max_tokens\"", "\"no_tokens\"", StringComparison.Ordinal));

        Assert.Equal("max_tokens: Field required", result.Error?.Message);
        Assert.Empty(children.Processes);
    }

    [Fact]
    public async Task Texts_stand_where_their_documents_stood_also_in_results_of_tools()
    {
        await using var children = OddJobs.Pool();
        var result = $$"""{"type": "tool_result", "tool_use_id": "t", "content": [{{Block(Base64("\u0001within"))}}]}""";
        var body = Body(Base64("\u0001first"), Base64("\u0001second")).Replace("\"content\": [", "\"content\": [" + result + ",", StringComparison.Ordinal);

        var read = await ReadAsync(new PdfTexts(children), body);

        Assert.Null(read.Error);
        var content = read.Value!.Messages.Single(m => m.Role == ChatRole.User).Content;
        Assert.Equal(
            ["<document>\nwithin\n</document>", "<document>\nfirst\n</document>", "<document>\nsecond\n</document>"],
            content.SelectMany(c => c is ToolResultContent tool ? tool.Content : [c]).OfType<TextContent>().Select(t => t.Text));
    }

    [Fact]
    public async Task All_documents_of_a_request_share_one_time()
    {
        await using var children = OddJobs.Pool();
        PdfTexts pdfs = new(children) { RequestTime = TimeSpan.FromSeconds(2) };
        string[] files = [.. Enumerable.Range(0, 100).Select(i => Base64($"wait:{500 + i}"))];

        var read = await ReadAsync(pdfs, Body(files));

        Assert.Matches(@"^messages\.0\.content\.[1-4]\.source: The PDF specified takes too long to read\.$", read.Error?.Message);
    }

    [Fact]
    public async Task A_client_that_leaves_ends_the_reading()
    {
        await using var children = OddJobs.Pool(new ChildLimits { Children = 1 });
        await children.AskAsync(OddJobs.Bytes("ready"), TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        using CancellationTokenSource leaving = new();
        var reading = ReadAsync(new PdfTexts(children), Body(Base64("spin")), leaving.Token);

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        Assert.IsType<ChildOutcome.Answered>(await children.AskAsync(OddJobs.Bytes("free"), TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
    }

    private static Task<WireResult<ChatRequest>> ReadAsync(PdfTexts pdfs, string body, CancellationToken? cancellation = null) =>
        RequestDocuments.ReadAsync(
            JsonSerializer.Deserialize(body, MessagesJson.Default.MessagesRequestWire)!, needsMaxTokens: true, pdfs, cancellation ?? TestContext.Current.CancellationToken);

    private static string Base64(string job) => Convert.ToBase64String(OddJobs.Bytes(job));

    private static string Body(params string[] files) =>
        $$"""{"max_tokens": 10, "messages": [{"role": "user", "content": [{{string.Join(',', files.Select(Block))}}]}]}""";

    private static string Block(string file) =>
        $$"""{"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "{{file}}"} }""";
}
