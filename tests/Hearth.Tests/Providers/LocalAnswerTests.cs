using System.Threading.Channels;
using Hearth.Chat;
using Hearth.Chat.Jinja;
using Hearth.Chat.Templates;
using Hearth.Engine;
using Hearth.Providers;

namespace Hearth.Tests.Providers;

/// <summary>What an answer knows of itself at its end, from a generation that the test writes.</summary>
public sealed class LocalAnswerTests : IAsyncLifetime
{
    private const string Prompt = "<|im_start|>user\nTell me.<|im_end|>\n";
    private static readonly TimeSpan Queued = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Prefill = TimeSpan.FromMilliseconds(90);
    private static readonly TimeSpan Decode = TimeSpan.FromMilliseconds(800);

    private readonly Channel<GenerationEvent> _events = Channel.CreateUnbounded<GenerationEvent>();
    private ScriptedModel? _model;
    private int _cancels;

    private ScriptedModel Model => _model!;

    public ValueTask InitializeAsync()
    {
        _model = new ScriptedModel("x");
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => Model.DisposeAsync();

    [Fact]
    public async Task Planned_figures_come_first_and_true_ones_last()
    {
        int[] prompt = Tokens(Prompt, trusted: true);
        Write(new GenerationStarted(prompt.Length, 2), new TokenGenerated(Tokens("it")[0]));
        Write(Finished(prompt.Length, new PrefixReport(3, PrefixSource.InFlight, 3, [])));

        var events = await ReadAsync(prompt);

        Assert.Equal(new ChatUsage(prompt.Length - 2, 2, 0, 0), Assert.IsType<AnswerStarted>(events[0]).Usage);
        var finished = Assert.IsType<AnswerFinished>(events[^1]);
        Assert.Equal(new ChatUsage(prompt.Length - 3, 3, 1, 0), finished.Usage);
        Assert.Equal(
            new AnswerReport(finished.Usage, new PrefixUse(PrefixOrigin.InFlight, 3, null), Queued, Prefill, Decode), finished.Report);
    }

    [Fact]
    public async Task The_place_where_prompts_part_is_told_in_text()
    {
        int[] prompt = Tokens(Prompt, trusted: true);
        int[] cached = Tokens("<|im_start|>user\nWhat now?<|im_end|>\n", trusted: true);
        var shared = prompt.Zip(cached).TakeWhile(pair => pair.First == pair.Second).Count();
        Write(new GenerationStarted(prompt.Length, shared));
        Write(Finished(prompt.Length, new PrefixReport(shared, PrefixSource.SameSession, shared, cached[shared..]) { PartsFromSameSession = true }));

        var parting = Assert.IsType<AnswerFinished>((await ReadAsync(prompt))[^1]).Report!.Prefix.Parting!;

        Assert.EndsWith("?<|im_end|>\n", parting.Cached, StringComparison.Ordinal);
        Assert.NotEqual(parting.Cached[0], parting.Own[0]);
        Assert.True(parting.IsOfSameSession);
        var same = Model.Local.Tokenizer.Spell(prompt.AsSpan(0, shared));
        Assert.Equal("<|im_start|>user\nWhat now?<|im_end|>\n", same + parting.Cached);
        Assert.StartsWith(same + parting.Own, Prompt, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_ends_early_ends_its_generation_and_hears_it_out()
    {
        int[] prompt = Tokens(Prompt, trusted: true);
        int[] answer = Tokens("one two");
        Write(new GenerationStarted(prompt.Length, 0));
        Write([.. answer.Select(t => new TokenGenerated(t))]);
        await using var reading = Answer(prompt, ["two"], TestContext.Current.CancellationToken).ReadAsync().GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.True(await reading.MoveNextAsync());
        while (_cancels == 0 && reading.Current is not AnswerFinished)
        {
            var next = reading.MoveNextAsync();
            if (!next.IsCompleted)
                Write(new TokenGenerated(answer[0]), Finished(prompt.Length, PrefixReport.Nothing, GenerationStop.Cancelled, answer.Length + 1));
            Assert.True(await next);
        }

        var finished = Assert.IsType<AnswerFinished>(reading.Current);
        Assert.Equal((FinishReason.StopSequence, "two", 1), (finished.Reason, finished.StopSequence, _cancels));
        Assert.Equal(answer.Length, finished.Usage.OutputTokens);
        Assert.Equal(Decode, finished.Report!.Decode);
    }

    [Fact]
    public async Task An_early_end_stands_even_when_the_engine_fails_after_it()
    {
        Write(new GenerationStarted(1, 0));
        Write([.. Tokens("one two").Select(t => new TokenGenerated(t))]);
        Write(new GenerationFailed("broken"));

        var finished = Assert.IsType<AnswerFinished>((await ReadAsync([1], ["two"]))[^1]);

        Assert.Equal(FinishReason.StopSequence, finished.Reason);
        Assert.Null(finished.Report);
    }

    [Fact]
    public async Task A_cancelled_answer_says_where_its_time_went()
    {
        using CancellationTokenSource leave = new();
        Write(new GenerationStarted(4, 0));
        await using var reading = Answer([1, 2, 3, 4], [], leave.Token).ReadAsync().GetAsyncEnumerator(CancellationToken.None);
        Assert.True(await reading.MoveNextAsync());

        await leave.CancelAsync();
        Assert.Equal(1, _cancels);
        Write(new TokenGenerated(Tokens("late")[0]), Finished(4, PrefixReport.Nothing, GenerationStop.Cancelled, 0));

        Assert.True(await reading.MoveNextAsync());
        Assert.Equal(Prefill, Assert.IsType<AnswerFailed>(reading.Current).Report!.Prefill);
        Assert.False(await reading.MoveNextAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_accepted_answer_that_nobody_has_begun_to_read_ends_with_its_client_or_its_owner(bool clientLeaves)
    {
        using CancellationTokenSource leave = new();
        await using var answer = Answer([1, 2, 3, 4], [], leave.Token);

        if (clientLeaves)
            await leave.CancelAsync();
        else
            await answer.DisposeAsync();

        Assert.InRange(_cancels, 1, 2);
    }

    [Fact]
    public async Task What_the_engine_says_of_its_failure_is_not_for_clients()
    {
        Write(new GenerationStarted(1, 0), new GenerationFailed("CUDA error 700 in /home/ada/ggml.cu"));

        var failed = Assert.IsType<AnswerFailed>((await ReadAsync([1]))[^1]);

        Assert.Equal((ChatErrorKind.Internal, "The model failed while it answered; the server's log says why."), (failed.Error.Kind, failed.Error.Message));
    }

    private static GenerationFinished Finished(
        int promptTokens, PrefixReport prefix, GenerationStop stop = GenerationStop.EndOfGeneration, int generated = 1) =>
        new(stop, new GenerationStats(promptTokens, prefix, generated, Queued, Prefill, Decode));

    private void Write(params GenerationEvent[] events)
    {
        foreach (var item in events)
        {
            Assert.True(_events.Writer.TryWrite(item));
            if (item is GenerationFinished or GenerationFailed)
                _events.Writer.Complete();
        }
    }

    private int[] Tokens(string text, bool trusted = false) => Model.Local.Tokenizer.Encode([new TextRun(text, trusted)]);

    private LocalAnswer Answer(int[] prompt, string[] stops, CancellationToken cancellation = default)
    {
        ChatRequest request = new("spark", [ChatMessage.OfText(ChatRole.User, "hi")], 100) { StopSequences = stops };
        EncodedPrompt encoded = new(prompt, RunChain.Start, [], []);
        PreparedPrompt prepared = new(null, new RenderedPrompt(null, OriginString.Empty), encoded);
        return new LocalAnswer(Model.Local, request, prepared, new Hearth.Engine.Generation(_events.Reader, () => _cancels++), cancellation);
    }

    private async Task<List<ChatEvent>> ReadAsync(int[] prompt, string[]? stops = null)
    {
        List<ChatEvent> events = [];
        await foreach (var item in Answer(prompt, stops ?? []).ReadAsync())
            events.Add(item);
        return events;
    }
}
