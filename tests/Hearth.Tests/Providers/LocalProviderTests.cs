using System.Text.Json;
using Hearth.Chat;
using Hearth.Engine;
using Hearth.Providers;
using Hearth.Tests.Support;

namespace Hearth.Tests.Providers;

/// <summary>From sampled tokens to events: what ends an answer and what it says then.</summary>
public sealed class LocalProviderTests
{
    private const string TwoCalls = """
        Looking.
        <tool_call>
        {"name": "Read", "arguments": {"path": "a"}}
        </tool_call>
        <tool_call>
        {"name": "Read", "arguments": {"path": "b"}}
        </tool_call>
        """;

    private static readonly ToolDefinition Read = new("Read", "Read a file", JsonElement.Parse("""{"type": "object"}"""));

    private static ChatRequest Request { get; } = new("spark", [ChatMessage.OfText(ChatRole.User, "hi")], 200);

    [Fact]
    public async Task Calls_become_events_with_ids_of_their_own()
    {
        var events = await AnswerAsync(TwoCalls, Request with { Tools = [Read] });

        Assert.Equal("Looking.", Text(events).TrimEnd());
        Assert.Equal(2, events.OfType<ToolCallStarted>().Select(c => c.Id).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(FinishReason.ToolCalls, Finished(events).Reason);
    }

    [Fact]
    public async Task Without_parallel_calls_the_answer_ends_after_the_first()
    {
        var events = await AnswerAsync(TwoCalls, Request with { Tools = [Read], ToolChoice = new ToolChoice(ToolChoiceKind.Auto, AllowParallel: false) });

        Assert.Single(events.OfType<ToolCallStarted>());
        Assert.Equal(FinishReason.ToolCalls, Finished(events).Reason);
    }

    [Fact]
    public async Task Markers_are_text_when_no_tools_are_offered()
    {
        var events = await AnswerAsync(TwoCalls, Request);

        Assert.Empty(events.OfType<ToolCallStarted>());
        Assert.Equal(FinishReason.EndOfTurn, Finished(events).Reason);
    }

    [Theory]
    [InlineData("two", "one ", "two")]
    [InlineData("e t", "on", "e t")]
    [InlineData("never", "one two three", null)]
    public async Task A_stop_sequence_ends_the_answer_and_is_not_part_of_it(string sequence, string text, string? matched)
    {
        var events = await AnswerAsync("one two three", Request with { StopSequences = [sequence] });

        Assert.Equal(text, Text(events));
        Assert.Equal((matched is null ? FinishReason.EndOfTurn : FinishReason.StopSequence, matched), (Finished(events).Reason, Finished(events).StopSequence));
    }

    [Fact]
    public async Task The_bound_on_the_answer_cuts_a_call_without_leaving_half_of_it()
    {
        var events = await AnswerAsync(TwoCalls, Request with { Tools = [Read], MaxTokens = 12 });

        Assert.Equal(FinishReason.MaxTokens, Finished(events).Reason);
        Assert.Equal(events.OfType<ToolCallStarted>().Count(), events.OfType<ToolCallFinished>().Count());
        Assert.Equal(12, Finished(events).Usage.OutputTokens);
    }

    [Fact]
    public async Task A_full_window_says_so()
    {
        await using ScriptedModel model = new(string.Concat(Enumerable.Repeat("one two three ", 50)), window: 64);

        var events = await ReadAsync(model, Request with { MaxTokens = 500 });

        Assert.Equal(FinishReason.ContextFull, Finished(events).Reason);
    }

    [Fact]
    public async Task Thinking_is_told_apart_and_counted()
    {
        var events = await AnswerAsync("<think>\nlet me see\n</think>\n\nDone", Request);

        Assert.Equal("let me see", string.Concat(events.OfType<ThinkingDelta>().Select(t => t.Text)).Trim());
        Assert.Equal("Done", Text(events));
        Assert.InRange(Finished(events).Usage.ThinkingTokens, 1, Finished(events).Usage.OutputTokens - 1);
    }

    [Fact]
    public async Task A_prompt_beyond_the_window_is_refused_at_once()
    {
        await using ScriptedModel model = new("x", window: 64);
        var text = string.Concat(Enumerable.Repeat("word ", 100));

        await using var answer = await model.Provider.AnswerAsync(Request with { Messages = [ChatMessage.OfText(ChatRole.User, text)] }, TestContext.Current.CancellationToken);

        Assert.Equal(ChatErrorKind.PromptTooLong, answer.Error!.Kind);
        Assert.Matches(@"^prompt is too long: \d+ tokens > 63 maximum$", answer.Error.Message);
    }

    /// <summary>Tens of millions of tokens take seconds and gigabytes; so do texts that no template writes.</summary>
    [Theory]
    [InlineData(ChatRole.User, 100_000)]
    [InlineData(ChatRole.User, 30_000_000)]
    [InlineData(ChatRole.System, 30_000_000)]
    [InlineData(ChatRole.Assistant, 30_000_000)]
    public async Task A_prompt_of_any_length_beyond_the_window_is_refused_in_the_same_words_and_cheaply(ChatRole role, int length)
    {
        await using ScriptedModel model = new("x", window: 64);
        ChatRequest request = Request with
        {
            Messages = [ChatMessage.OfText(ChatRole.User, "hi"), ChatMessage.OfText(role, new string('\u4e2d', length)), ChatMessage.OfText(ChatRole.User, "hi")],
        };

        var cancellation = TestContext.Current.CancellationToken;
        var cost = ThreadCost.Of(() => model.Local.Floor.Above(request, 63, ofAll: true, cancellation));
        await using var refused = await model.Provider.AnswerAsync(request, cancellation);
        ChatError? error = refused.Error;

        Assert.Equal(ChatErrorKind.PromptTooLong, error!.Kind);
        Assert.Matches(@"^prompt is too long: \d+ tokens > 63 maximum$", error.Message);
        Assert.InRange(cost.Bytes, 0, 5_000_000);
        Assert.Equal(error.Message, (await model.Provider.CountAsync(request, cancellation)).Error!.Message);
        Assert.Equal(error.Message, (await model.Provider.PreviewAsync(request, cancellation)).Error!.Message);
    }

    [Fact]
    public async Task What_a_template_may_leave_out_does_not_make_a_prompt_too_long()
    {
        await using ScriptedModel model = new("x", window: 1024);
        string spaces = new(' ', 100_000);

        PromptPreview preview = await model.Provider.PreviewAsync(
            Request with { Messages = [ChatMessage.OfText(ChatRole.User, spaces + "hi" + spaces)] }, TestContext.Current.CancellationToken);

        Assert.NotEqual(ChatErrorKind.PromptTooLong, preview.Error?.Kind);
    }

    [Fact]
    public async Task A_reader_that_leaves_frees_the_sequence()
    {
        await using ScriptedModel model = new(string.Concat(Enumerable.Repeat("one two three ", 50)));
        using CancellationTokenSource leave = new();
        await using var answer = await model.Provider.AnswerAsync(Request with { MaxTokens = 900 }, leave.Token);

        await foreach (var item in answer.Events.WithCancellation(TestContext.Current.CancellationToken))
        {
            if (item is TextDelta)
                break;
        }

        var next = await ReadAsync(model, Request with { MaxTokens = 900 });
        Assert.NotEmpty(next);
        Assert.Equal(0, model.Counters.LeasedCells);
    }

    [Theory]
    [InlineData(null, null, RequestClass.Main, RequestPriority.Main, null)]
    [InlineData("s", null, RequestClass.Background, RequestPriority.Background, "s")]
    [InlineData("s", "a", RequestClass.SubAgent, RequestPriority.SubAgent, "s/a")]
    public async Task Who_asks_reaches_the_engine(string? session, string? agent, RequestClass requestClass, RequestPriority priority, string? key)
    {
        await using ScriptedModel model = new("x");

        var generation = model.Provider.ToGeneration(Request with { Origin = new RequestOrigin(session, agent, requestClass) }, [1]);

        Assert.Equal((priority, key), (generation.Priority, generation.Session));
    }

    [Theory]
    [InlineData(200, null, "Hello there")]
    [InlineData(8, null, "Hello th")]
    [InlineData(200, "re", "Hello the")]
    public async Task An_answer_that_comes_back_is_the_tokens_that_were_sampled(int maxTokens, string? stop, string shown)
    {
        await using ScriptedModel model = new([.. "Hello there".Select(c => c.ToString())]);
        var request = Request with { MaxTokens = maxTokens, StopSequences = stop is null ? [] : [stop] };
        var prompt = await model.PromptAsync(request);

        Assert.Equal(shown, Text(await ReadAsync(model, request)));
        var history = (await model.PromptAsync(Request with
        {
            Messages = [.. Request.Messages, ChatMessage.OfText(ChatRole.Assistant, shown), ChatMessage.OfText(ChatRole.User, "more")],
        }));

        var letters = shown.SelectMany(c => model.Local.Tokenizer.Encode([new TextRun(c.ToString(), false)]));
        Assert.Equal([.. prompt, .. letters, model.Local.Tokenizer.SpecialTokens["<|im_end|>"]], history.Take(prompt.Length + shown.Length + 1));
    }

    private static async Task<List<ChatEvent>> AnswerAsync(string script, ChatRequest request)
    {
        await using ScriptedModel model = new(script);
        return await ReadAsync(model, request);
    }

    private static async Task<List<ChatEvent>> ReadAsync(ScriptedModel model, ChatRequest request)
    {
        await using var answer = await model.Provider.AnswerAsync(request, TestContext.Current.CancellationToken);
        Assert.Null(answer.Error);
        List<ChatEvent> events = [];
        await foreach (var item in answer.Events)
            events.Add(item);
        Assert.Single(events, e => e is AnswerFinished or AnswerFailed);
        Assert.IsType<AnswerStarted>(events[0]);
        return events;
    }

    private static string Text(IEnumerable<ChatEvent> events) => string.Concat(events.OfType<TextDelta>().Select(t => t.Text));

    private static AnswerFinished Finished(IReadOnlyList<ChatEvent> events) => Assert.IsType<AnswerFinished>(events[^1]);
}
