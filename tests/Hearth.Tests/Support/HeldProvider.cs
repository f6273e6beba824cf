using Hearth.Chat;
using Hearth.Providers;

namespace Hearth.Tests.Support;

/// <summary>
/// A provider that holds whatever it is asked: its own preparation, until that is cancelled, or an answer that <paramref name="inner"/> has
/// accepted already, until the test lets it go.
/// </summary>
internal sealed class HeldProvider(IProvider? inner = null) : IProvider
{
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ProviderModel Model { get; } = inner?.Model ?? new("spark", "Spark", DateTimeOffset.UnixEpoch, 8192, 8191);

    public string? Unhealthy => null;

    public ProviderStatus? Status => inner?.Status;

    public ModelCard? Card => null;

    /// <summary>Completes when something is held.</summary>
    public Task Asked => _asked.Task;

    /// <summary>Completes when the request whose answer was held has been cancelled.</summary>
    public Task Left => _left.Task;

    /// <summary>Completes when a preparation that was held has been cancelled.</summary>
    public Task Cancelled => _cancelled.Task;

    public void Release() => _released.TrySetResult();

    public async Task<ChatAnswer> AnswerAsync(ChatRequest request, CancellationToken cancellation)
    {
        if (inner is null)
            return await HoldAsync(ChatAnswer.Refused(new ChatError(ChatErrorKind.NotSupported, "only held")), cancellation);
        var answer = await inner.AnswerAsync(request, cancellation);
        await using var left = cancellation.Register(() => _left.TrySetResult());
        return await HoldAsync(answer, CancellationToken.None);
    }

    public Task<PromptPreview> PreviewAsync(ChatRequest request, CancellationToken cancellation) =>
        HoldAsync(PromptPreview.Failed(new ChatError(ChatErrorKind.NotSupported, "only held")), cancellation);

    public Task<PromptCount> CountAsync(ChatRequest request, CancellationToken cancellation) => HoldAsync(new PromptCount(null, 1), cancellation);

    private async Task<T> HoldAsync<T>(T value, CancellationToken cancellation)
    {
        _asked.TrySetResult();
        try
        {
            await _released.Task.WaitAsync(cancellation);
            return value;
        }
        catch (OperationCanceledException)
        {
            _cancelled.TrySetResult();
            throw;
        }
    }
}
