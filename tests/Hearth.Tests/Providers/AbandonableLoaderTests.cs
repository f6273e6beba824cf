using Hearth.Config;
using Hearth.Providers;
using Hearth.Telemetry;
using Hearth.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Hearth.Tests.Providers;

/// <summary>Nobody waits for a load that was cancelled and cannot be interrupted, and what comes of it too late is freed.</summary>
public sealed class AbandonableLoaderTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<ModelLoad> _load = new();

    public void Dispose() => _stop.Dispose();

    [Fact]
    public async Task A_load_that_ends_is_handed_on()
    {
        var loader = Create();
        var loading = LoadAsync(loader);
        _load.SetResult(new ModelLoad.Failed("why"));

        Assert.Equal(new ModelLoad.Failed("why"), await loading);
        Assert.False(loader.IsLeftBehind);
    }

    [Fact]
    public async Task A_load_that_does_not_hear_is_left_behind_and_freed_when_it_ends_at_last()
    {
        var loader = Create();
        var loading = LoadAsync(loader);
        await _stop.CancelAsync();
        while (!loading.IsCompleted)
        {
            _time.Advance(AbandonableLoader.Patience);
            await Task.Yield();
        }

        await Assert.ThrowsAsync<OperationCanceledException>(() => loading);
        Assert.True(loader.IsLeftBehind);

        TaskCompletionSource freed = new();
        _load.SetResult(new ModelLoad.Loaded(new LoadedModel(new ScriptedProvider(_ => throw new NotSupportedException(), []), 1, 1, 1, [], _ =>
        {
            freed.SetResult();
            return Task.CompletedTask;
        })));
        await freed.Task;
    }

    [Fact]
    public async Task A_load_that_hears_of_the_cancellation_leaves_nothing_behind()
    {
        var loader = Create();
        var loading = LoadAsync(loader);
        await _stop.CancelAsync();
        _load.SetCanceled(_stop.Token);

        await Assert.ThrowsAsync<OperationCanceledException>(() => loading);
        Assert.False(loader.IsLeftBehind);
    }

    private AbandonableLoader Create() => new((_, _, _, _) => _load.Task, _time);

    private Task<ModelLoad> LoadAsync(AbandonableLoader loader) =>
        loader.LoadAsync(new LaunchSettings(), new Progress<LoadStep>(), NullLoggerFactory.Instance, _stop.Token);
}
