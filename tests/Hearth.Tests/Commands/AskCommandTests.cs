using Hearth.Chat;

namespace Hearth.Tests.Commands;

public sealed class AskCommandTests
{
    private static readonly ChatUsage Usage = new(3, 0, 2, 0);

    [Fact]
    public async Task Only_the_answer_goes_to_standard_output()
    {
        using var run = new CommandRun { Events = Answer(new ThinkingDelta("hm"), new TextDelta("It "), new TextDelta("scatters.")) };

        Assert.Equal(0, await run.RunAsync("ask", "Why is the sky blue?"));
        Assert.Equal("It scatters.\n", run.Out);
        Assert.Contains("reading the weights", run.Error);
        Assert.DoesNotContain('\u001b', run.Error);
        Assert.Equal("Why is the sky blue?", ((TextContent)run.Requests.Single().Messages.Single().Content.Single()).Text);
        Assert.True(run.Stopped);
    }

    [Fact]
    public async Task A_reader_that_has_left_ends_the_answer_without_an_error()
    {
        using var run = new CommandRun { Events = Answer(new TextDelta("for nobody")), ReaderGone = new CancellationToken(canceled: true) };

        Assert.Equal(0, await run.RunAsync("ask", "Why is the sky blue?"));
        Assert.True(run.Stopped);
        Assert.Empty(run.Out);
    }

    [Theory]
    [InlineData("ask", "-")]
    [InlineData("ask")]
    public async Task The_question_can_come_from_standard_input(params string[] args)
    {
        using var run = new CommandRun { Input = "What is\nthis?", Events = Answer(new TextDelta("A pipe.")) };

        Assert.Equal(0, await run.RunAsync(args));
        Assert.Equal("What is\nthis?", ((TextContent)run.Requests.Single().Messages.Single().Content.Single()).Text);
    }

    [Fact]
    public async Task Standard_input_is_left_alone_when_the_question_is_given()
    {
        using var run = new CommandRun { Input = "not this", Events = Answer(new TextDelta("Yes.")) };

        Assert.Equal(0, await run.RunAsync("ask", "this?"));
        Assert.Equal("this?", ((TextContent)run.Requests.Single().Messages.Single().Content.Single()).Text);
    }

    [Theory]
    [InlineData(null, "What is the question? For example: hearth ask \"Why is the sky blue?\"\n")]
    [InlineData("  \n", "The question is empty.\n")]
    public async Task Without_a_question_nothing_is_loaded(string? input, string error)
    {
        using var run = new CommandRun { Input = input };

        Assert.Equal(1, await run.RunAsync("ask"));
        Assert.Equal(error, run.Error);
        Assert.Null(run.Settings);
    }

    [Fact]
    public async Task A_refusal_is_one_line_on_standard_error_and_exit_code_1()
    {
        using var run = new CommandRun { Refusal = new ChatError(ChatErrorKind.PromptTooLong, "prompt is too long") };

        Assert.Equal(1, await run.RunAsync("ask", "x"));
        Assert.Equal("", run.Out);
        Assert.EndsWith("\nprompt is too long\n", run.Error);
        Assert.True(run.Stopped);
    }

    [Fact]
    public async Task An_answer_that_breaks_off_is_exit_code_1()
    {
        using var run = new CommandRun
        {
            Events = Events(new TextDelta("Half"), new AnswerFailed(new ChatError(ChatErrorKind.Internal, "The engine stopped."))),
        };

        Assert.Equal(1, await run.RunAsync("ask", "x"));
        Assert.Equal("Half\n", run.Out);
        Assert.EndsWith("\nThe engine stopped.\n", run.Error);
    }

    [Fact]
    public async Task A_model_that_does_not_load_is_its_sentence_and_exit_code_1()
    {
        using var run = new CommandRun { LoadFailure = "There is no file x.gguf." };

        Assert.Equal(1, await run.RunAsync("ask", "--model", "x.gguf", "hi"));
        Assert.EndsWith("\nThere is no file x.gguf.\n", run.Error);
        Assert.Equal("", run.Out);
        Assert.Equal("x.gguf", run.Settings!.Model);
    }

    [Fact]
    public async Task Ctrl_C_ends_the_answer()
    {
        var waiting = new TaskCompletionSource();
        using var run = new CommandRun { Events = Endless(waiting, TestContext.Current.CancellationToken) };

        var running = run.RunAsync("ask", "x");
        await waiting.Task.WaitAsync(TestContext.Current.CancellationToken);
        run.Stop.Signal();

        Assert.Equal(130, await running);
        Assert.True(run.Stopped);
    }

    [Fact]
    public async Task A_cut_answer_is_said_on_standard_error()
    {
        using var run = new CommandRun
        {
            Events = Events(new TextDelta("Long"), new AnswerFinished(FinishReason.ContextFull, null, Usage)),
        };

        Assert.Equal(0, await run.RunAsync("ask", "x"));
        Assert.Equal("Long\n", run.Out);
        Assert.Contains("cut off", run.Error);
    }

    private static IAsyncEnumerable<ChatEvent> Answer(params ChatEvent[] deltas) =>
        Events([new AnswerStarted(Usage), .. deltas, new AnswerFinished(FinishReason.EndOfTurn, null, Usage)]);

    private static IAsyncEnumerable<ChatEvent> Events(params ChatEvent[] events) => events.ToAsyncEnumerable();

    private static async IAsyncEnumerable<ChatEvent> Endless(
        TaskCompletionSource waiting, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        yield return new TextDelta("On and ");
        waiting.SetResult();
        await new TaskCompletionSource().Task.WaitAsync(cancellation);
    }
}
