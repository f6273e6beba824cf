using Hearth.Chat;
using Hearth.Models;

namespace Hearth.Providers;

/// <summary>Where a request is answered: the local engine or another server.</summary>
internal interface IProvider
{
    /// <summary>The model behind this provider, as <c>/v1/models</c> lists it.</summary>
    ProviderModel Model { get; }

    /// <summary>Whether requests would be accepted now; null means healthy, otherwise the reason they would not.</summary>
    string? Unhealthy { get; }

    /// <summary>What the engine behind this provider holds; null when another machine has it.</summary>
    ProviderStatus? Status { get; }

    /// <summary>What is known of the model's file and template; null when another machine has it.</summary>
    ModelCard? Card { get; }

    /// <summary>
    /// Begins to answer. Refusals (<see cref="ChatErrorKind.InvalidRequest"/>, <see cref="ChatErrorKind.PromptTooLong"/>,
    /// <see cref="ChatErrorKind.Overloaded"/>) come here, before any stream starts. Cancelling <paramref name="cancellation"/> stops the
    /// preparation within 50 ms of its work, and frees what an accepted answer holds within one step, whether or not it is being read.
    /// </summary>
    /// <exception cref="OperationCanceledException">Cancelled before it was accepted.</exception>
    Task<ChatAnswer> AnswerAsync(ChatRequest request, CancellationToken cancellation);

    /// <summary>What the model would be fed for <paramref name="request"/>, or why it cannot be rendered.</summary>
    Task<PromptPreview> PreviewAsync(ChatRequest request, CancellationToken cancellation);

    /// <summary>How many tokens the model would be fed. Counts wait for each other, not for answers.</summary>
    Task<PromptCount> CountAsync(ChatRequest request, CancellationToken cancellation);
}

/// <summary>A model as clients see it. Limits are in tokens.</summary>
internal sealed record ProviderModel(string Id, string DisplayName, DateTimeOffset Created, int MaxInputTokens, int MaxOutputTokens);

/// <summary>A local engine's books. Sizes in tokens unless the name says otherwise.</summary>
internal sealed record ProviderStatus(
    int Waiting, int Running, int LeasedCells, int CachedCells, int Cells, long SavedBytes, long DiskBytes, int DiskFiles, long Steps, MemoryLedger Memory);

/// <summary>
/// Either a refusal or the events of an answer; never both. Whoever is given one owns it: an accepted answer costs until its last event
/// came or until it is disposed of, which may be at any time, also while its events are being read.
/// </summary>
internal sealed class ChatAnswer : IAsyncDisposable
{
    private readonly IAsyncDisposable? _held;

    private ChatAnswer(ChatError? error, IAsyncEnumerable<ChatEvent> events, IAsyncDisposable? held) =>
        (Error, Events, _held) = (error, events, held);

    /// <summary>Why there is no answer, or null.</summary>
    public ChatError? Error { get; }

    /// <summary>The answer, which is read once.</summary>
    public IAsyncEnumerable<ChatEvent> Events { get; }

    public static ChatAnswer Refused(ChatError error) => new(error, AsyncEnumerable.Empty<ChatEvent>(), null);

    /// <summary>An accepted answer; <paramref name="held"/> is what it costs.</summary>
    public static ChatAnswer Streaming(IAsyncEnumerable<ChatEvent> events, IAsyncDisposable? held = null) => new(null, events, held);

    public ValueTask DisposeAsync() => _held?.DisposeAsync() ?? ValueTask.CompletedTask;
}

/// <summary>Either an error or the exact number of the prompt's tokens.</summary>
internal readonly record struct PromptCount(ChatError? Error, int Tokens);

/// <summary>Either an error or the exact prompt: its text, its token ids, and the text of each special token among them.</summary>
internal sealed record PromptPreview(ChatError? Error, string Prompt, IReadOnlyList<int> Tokens, IReadOnlyDictionary<int, string> Special)
{
    public static PromptPreview Failed(ChatError error) => new(error, "", [], new Dictionary<int, string>());
}
