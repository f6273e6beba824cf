using System.Text;
using CsCheck;
using Hearth.Chat;
using Hearth.Http;
using Hearth.Http.Anthropic;
using Hearth.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Hearth.Tests.Http;

/// <summary>The events of a stream: their exact bytes, their order, and that they fold to the message.</summary>
public sealed class MessagesStreamTests
{
    private static readonly ChatUsage Started = new(12, 30, 0, 0);
    private static readonly ChatUsage Ended = new(12, 30, 9, 4);

    [Fact]
    public async Task Thinking_text_and_a_call_are_written_as_the_api_writes_them()
    {
        ChatEvent[] answer =
        [
            new AnswerStarted(Started),
            new ThinkingDelta("Hm \"<b>\""), new ThinkingDelta(" né"),
            new TextDelta("I'll look.\n"), new TextDelta("🔥"),
            new ToolCallStarted("toolu_1", "Bash"), new ToolCallArguments("{\"command\":"), new ToolCallArguments("\"ls\"}"), new ToolCallFinished(),
            new ToolCallStarted("toolu_2", "Read"), new ToolCallArguments("{}"), new ToolCallFinished(),
            new AnswerFinished(FinishReason.ToolCalls, null, Ended),
        ];

        var golden = Path.Combine(RepositoryPaths.Root, "tests", "Hearth.Tests", "Golden", "sse", "thinking-text-calls.sse");
        Assert.Equal(await File.ReadAllTextAsync(golden, TestContext.Current.CancellationToken), await WriteAsync(Translate(answer)));
    }

    [Fact]
    public void Omitted_thinking_is_carried_by_its_signature_alone()
    {
        var events = Translate(
            [new AnswerStarted(Started), new ThinkingDelta("secret"), new TextDelta("a"), new AnswerFinished(FinishReason.EndOfTurn, null, Ended)],
            omitsThinking: true);

        Assert.DoesNotContain(events, e => e.Delta?.Thinking is not null);
        var signature = Assert.Single(events, e => e.Delta?.Signature is not null).Delta!.Signature;
        Assert.Equal("secret", ThinkingSignature.Recover("", signature));
    }

    [Fact]
    public void A_call_that_was_cut_ends_its_block_in_a_stream_and_is_not_in_a_message()
    {
        var events = Translate(
        [
            new AnswerStarted(Started), new TextDelta("a"), new ToolCallStarted("toolu_1", "Bash"), new ToolCallArguments("{\"command\": \"l"),
            new ToolCallDropped(), new AnswerFinished(FinishReason.MaxTokens, null, Ended),
        ]);
        MessageFold fold = new();
        events.ForEach(fold.Add);

        CheckOrder(events);
        Assert.Equal("text", Assert.Single(fold.Message!.Content).Type);
    }

    [Fact]
    public void Any_answer_is_well_ordered_and_folds_to_what_it_says() => Answers.Sample(answer =>
    {
        var events = Translate(answer);
        CheckOrder(events);
        MessageFold fold = new();
        events.ForEach(fold.Add);
        var content = fold.Message!.Content;
        Assert.Equal(
            string.Concat(answer.OfType<TextDelta>().Select(t => t.Text)), string.Concat(content.Where(b => b.Type == "text").Select(b => b.Text)));
        Assert.Equal(
            string.Concat(answer.OfType<ThinkingDelta>().Select(t => t.Text)),
            string.Concat(content.Where(b => b.Type == "thinking").Select(b => b.Thinking)));
        Assert.Equal(answer.OfType<ToolCallStarted>().Select(c => c.Id), content.Where(b => b.Type == "tool_use").Select(b => b.Id));
        Assert.Equal(
            answer.OfType<ToolCallArguments>().Select(a => a.Json), content.Where(b => b.Type == "tool_use").Select(b => b.Input!.Value.GetRawText()));
    });

    private static Gen<ChatEvent[]> Answers { get; } = Gen.OneOf(
            Gen.String.Where(s => s.Length > 0).Select(s => new ChatEvent[] { new TextDelta(s) }),
            Gen.String.Where(s => s.Length > 0).Select(s => new ChatEvent[] { new ThinkingDelta(s) }),
            Gen.Int[0, 999].Select(n => new ChatEvent[]
            {
                new ToolCallStarted($"toolu_{n}", "T"), new ToolCallArguments($"{{\"n\":{n}}}"), new ToolCallFinished(),
            }))
        .Array[0, 12]
        .Select(parts => new ChatEvent[] { new AnswerStarted(Started) }
            .Concat(parts.SelectMany(p => p)).Append(new AnswerFinished(FinishReason.EndOfTurn, null, Ended)).ToArray());

    private static List<StreamEventWire> Translate(ChatEvent[] answer, bool omitsThinking = false, CacheLifetime cache = CacheLifetime.None)
    {
        MessagesStream stream = new("msg_1", "m", omitsThinking, hasContextManagement: false, cache);
        List<StreamEventWire> events = [];
        foreach (var item in answer)
            stream.Add(item, events);
        return events;
    }

    /// <summary>One start, blocks that open and close in the order of their indices, one end.</summary>
    private static void CheckOrder(List<StreamEventWire> events)
    {
        Assert.Equal("message_start", events[0].Type);
        Assert.Equal(["message_delta", "message_stop"], events.TakeLast(2).Select(e => e.Type));
        int? open = null;
        var next = 0;
        foreach (var item in events.Skip(1).SkipLast(2).Where(e => e.Type != "ping"))
        {
            switch (item.Type)
            {
                case "content_block_start":
                    Assert.Null(open);
                    Assert.Equal(next++, item.Index);
                    open = item.Index;
                    break;
                case "content_block_delta":
                    Assert.Equal(open, item.Index);
                    break;
                default:
                    Assert.Equal("content_block_stop", item.Type);
                    Assert.Equal(open, item.Index);
                    open = null;
                    break;
            }
        }

        Assert.Null(open);
    }

    private static async Task<string> WriteAsync(List<StreamEventWire> events)
    {
        using MemoryStream body = new();
        DefaultHttpContext context = new() { Response = { Body = body } };
        var sse = await Sse.BeginAsync(context.Response, TestContext.Current.CancellationToken);
        foreach (var item in events)
            sse.Write(item.Type, item, MessagesJson.Default.StreamEventWire);
        await sse.FlushAsync(TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(body.ToArray());
    }
}
