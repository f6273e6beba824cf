using Hearth.Chat;
using Hearth.Providers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hearth.Tests.Providers;

/// <summary>Counting is exact, and many counts at once take one core.</summary>
public sealed class CountTests
{
    private static ChatRequest Request { get; } = new("spark", [ChatMessage.OfText(ChatRole.User, "hi there")], 200);

    [Fact]
    public async Task A_count_is_the_length_of_the_prompt()
    {
        await using ScriptedModel model = new("never asked");

        var count = await model.Provider.CountAsync(Request, CancellationToken.None);

        Assert.Equal((null, (await model.PromptAsync(Request)).Length), (count.Error, count.Tokens));
    }

    [Fact]
    public async Task Counts_run_one_at_a_time()
    {
        await using ScriptedModel model = new("never asked");
        using HeldClock clock = new();
        LocalProvider provider = new(model.Local, clock, NullLogger.Instance, logPrompts: false);

        Task<PromptCount>[] counts = [.. Enumerable.Range(0, 8).Select(_ => provider.CountAsync(Request, CancellationToken.None))];
        await clock.Entered;

        // Whatever the pool would run beside the first one has begun when later work of the pool has ended.
        for (var i = 0; i < 100; i++)
            await Task.Run(() => { }, TestContext.Current.CancellationToken);
        clock.Release();

        Assert.Single((await Task.WhenAll(counts)).Distinct());
        Assert.Equal(1, clock.MostInside);
    }

    [Fact]
    public async Task A_count_that_nobody_waits_for_is_not_begun()
    {
        await using ScriptedModel model = new("never asked");

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => model.Provider.CountAsync(Request, new CancellationToken(canceled: true)));
    }

    /// <summary>Rendering asks what time it is, and is held there.</summary>
    private sealed class HeldClock : TimeProvider, IDisposable
    {
        private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _released = new();
        private int _inside;
        private int _mostInside;

        public Task Entered => _entered.Task;

        public int MostInside => _mostInside;

        public void Release() => _released.Set();

        public override DateTimeOffset GetUtcNow()
        {
            InterlockedMax(Interlocked.Increment(ref _inside));
            _entered.TrySetResult();
            _released.Wait();
            Interlocked.Decrement(ref _inside);
            return DateTimeOffset.UnixEpoch;
        }

        public void Dispose() => _released.Dispose();

        private void InterlockedMax(int value)
        {
            for (var most = _mostInside; value > most; most = _mostInside)
                Interlocked.CompareExchange(ref _mostInside, value, most);
        }
    }
}
