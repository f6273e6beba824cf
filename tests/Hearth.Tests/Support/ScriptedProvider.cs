using System.Runtime.CompilerServices;
using Hearth.Chat;
using Hearth.Providers;

namespace Hearth.Tests.Support;

/// <summary>A provider whose answers the test writes. <paramref name="requests"/> receives what it was asked.</summary>
internal sealed class ScriptedProvider(Func<ChatRequest, ChatAnswer> answer, List<ChatRequest>? requests = null) : IProvider
{
    private static readonly ChatError NotScripted = new(ChatErrorKind.NotSupported, "not scripted");

    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ProviderModel Model { get; init; } = new("spark", "Spark", DateTimeOffset.UnixEpoch, 8192, 8191);

    public string? Unhealthy { get; init; }

    public ProviderStatus? Status { get; init; }

    public ModelCard? Card { get; init; }

    /// <summary>Completes when the first answer is being read.</summary>
    public Task Asked => _asked.Task;

    /// <summary>Completes when an answer was read to its end or its reader has gone.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Always answers with these events.</summary>
    public static ScriptedProvider Answering(params ChatEvent[] events) => new(_ => ChatAnswer.Streaming(events.ToAsyncEnumerable()));

    public static ScriptedProvider Refusing(ChatError error) => new(_ => ChatAnswer.Refused(error));

    public Task<ChatAnswer> AnswerAsync(ChatRequest request, CancellationToken cancellation)
    {
        requests?.Add(request);
        var scripted = answer(request);
        return Task.FromResult(scripted.Error is null ? ChatAnswer.Streaming(Watched(scripted.Events, cancellation), scripted) : scripted);
    }

    public Task<PromptPreview> PreviewAsync(ChatRequest request, CancellationToken cancellation) => Task.FromResult(PromptPreview.Failed(NotScripted));

    public Task<PromptCount> CountAsync(ChatRequest request, CancellationToken cancellation) => Task.FromResult(new PromptCount(NotScripted, 0));

    private async IAsyncEnumerable<ChatEvent> Watched(IAsyncEnumerable<ChatEvent> events, [EnumeratorCancellation] CancellationToken cancellation)
    {
        _asked.TrySetResult();
        try
        {
            await foreach (var item in events.WithCancellation(cancellation))
                yield return item;
        }
        finally
        {
            _ended.TrySetResult();
        }
    }
}
