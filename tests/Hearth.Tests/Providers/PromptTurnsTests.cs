using Hearth.Chat.Templates;
using Hearth.Providers;
using Hearth.Tests.Support;

namespace Hearth.Tests.Providers;

/// <summary>Work before the engine and after it: who waits for whom, and who does not.</summary>
public sealed class PromptTurnsTests : IDisposable
{
    private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Dispose() => _held.TrySetResult();

    [Fact]
    public async Task Who_waits_and_leaves_is_out_of_the_line_at_once_and_its_work_is_never_begun()
    {
        PromptTurns turns = new(1, 8);
        using CancellationTokenSource leave = new();
        Task<string?> first = turns.TakeAsync(Held, TestContext.Current.CancellationToken);
        await _entered.Task;
        Task<string?>[] waiting = [.. Enumerable.Range(0, 8).Select(_ => turns.TakeAsync<string>(() => throw new InvalidOperationException("begun"), leave.Token))];
        Assert.Null(await turns.TakeAsync(() => "too many", TestContext.Current.CancellationToken));

        await leave.CancelAsync();

        foreach (Task<string?> one in waiting)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
        Assert.Equal(1, turns.Inside);
        Task<string?> next = turns.TakeAsync(() => "next", TestContext.Current.CancellationToken);
        _held.SetResult();
        Assert.Equal(("held", "next"), (await first, await next));
    }

    [Fact]
    public async Task A_request_waits_for_what_its_own_conversation_has_to_remember()
    {
        CollectedLines log = new();
        AnswerMemory memory = new(log);
        memory.Begin("a", () => Held());
        memory.Begin("b", () => throw new InvalidOperationException());
        await _entered.Task;

        await memory.WhenDone("b").WaitAsync(TestContext.Current.CancellationToken);
        Task own = memory.WhenDone("a");
        Task unnamed = memory.WhenDone(null);
        Assert.Equal((false, false), (own.IsCompleted, unnamed.IsCompleted));
        Assert.Contains("An answer could not be remembered", log.Lines);

        _held.SetResult();
        await own;
        await unnamed;
    }

    [Fact]
    public void A_template_of_nobody_is_not_probed_to_the_end() =>
        Assert.ThrowsAny<OperationCanceledException>(() => ChatTemplate.Parse(
            "{% for i in range(20000) %}{% set x = i * 2 %}{% endfor %}{{ messages[0].content }}", "test", new TemplateTokens("", ""),
            cancellation: new CancellationToken(canceled: true)));

    private string Held()
    {
        _entered.TrySetResult();
        _held.Task.Wait();
        return "held";
    }
}
