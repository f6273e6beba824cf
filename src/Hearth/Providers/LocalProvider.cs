using Hearth.Chat;
using Hearth.Chat.Templates;
using Hearth.Engine;

namespace Hearth.Providers;

/// <summary>Answers with the model in this process. The steps are numbered as in docs/architecture.md.</summary>
internal sealed class LocalProvider(LocalModel model, TimeProvider time, ILogger log, bool logPrompts) : IProvider
{
    // One count at a time, whoever asks for how many: the threads that decode keep their cores.
    private readonly TaskScheduler _counting = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;

    public ProviderModel Model => model.Description;

    public ModelCard? Card => model.Card;

    public string? Unhealthy => model.Engine.Health.Reason;

    public ProviderStatus Status
    {
        get
        {
            EngineCounters now = model.Engine.Counters;
            return new ProviderStatus(
                now.Waiting, now.Running, now.LeasedCells, now.CachedCells, model.Engine.Settings.CellPool, now.SavedBytes, now.DiskBytes, now.DiskFiles, now.Steps, model.Memory);
        }
    }

    public ChatAnswer Answer(ChatRequest request, CancellationToken cancellation)
    {
        request = model.Calls.Restore(request);

        // 5: messages -> prompt text. 7: text -> tokens.
        PreparedPrompt prompt = Prepare(request, model.Engine.LongestPromptFor(request.MaxTokens), cancellation);
        if (prompt.Error is { } error)
            return ChatAnswer.Refused(error);
        if (logPrompts)
            log.LogInformation("prompt: {Prompt}", prompt.Rendered.Text);

        // 8: tokens -> the engine.
        return model.Engine.Submit(ToGeneration(request, prompt.Tokens)) switch
        {
            Submission.Accepted accepted => ChatAnswer.Streaming(
                new LocalAnswer(model, request, prompt, accepted.Generation).ReadAsync(cancellation)),
            Submission.Overloaded => ChatAnswer.Refused(new ChatError(ChatErrorKind.Overloaded, "Overloaded: the queue is full, try again later.")),
            Submission.PromptTooLong tooLong => ChatAnswer.Refused(TooLong(tooLong.PromptTokens, tooLong.MaximumTokens)),
            Submission.Unavailable unavailable => ChatAnswer.Refused(new ChatError(ChatErrorKind.Unavailable, unavailable.Reason)),
            Submission other => throw new InvalidOperationException($"Unknown submission {other}."),
        };
    }

    public PromptPreview Preview(ChatRequest request)
    {
        PreparedPrompt prompt = Prepare(model.Calls.Restore(request), model.Engine.LongestPrompt, CancellationToken.None);
        if (prompt.Error is { } error)
            return PromptPreview.Failed(error);
        Dictionary<int, string> special = prompt.Tokens.Where(model.Tokenizer.IsSpecial).Distinct()
            .ToDictionary(id => id, model.Tokenizer.SpecialText);
        return new PromptPreview(null, prompt.Rendered.Text.Text, prompt.Tokens, special);
    }

    public Task<PromptCount> CountAsync(ChatRequest request, CancellationToken cancellation) => Task.Factory.StartNew(
        () =>
        {
            PreparedPrompt prompt = Prepare(model.Calls.Restore(request), model.Engine.LongestPrompt, cancellation);
            return new PromptCount(prompt.Error, prompt.Tokens.Length);
        },
        cancellation, TaskCreationOptions.DenyChildAttach, _counting);

    /// <summary>The client's wording: Claude Code compacts its conversation when it reads it.</summary>
    private static ChatError TooLong(int tokens, int maximum) =>
        new(ChatErrorKind.PromptTooLong, $"prompt is too long: {tokens} tokens > {maximum} maximum", "messages");

    /// <summary>The request in the engine's words. An answer is bounded by what the prompt leaves of the window.</summary>
    internal GenerationRequest ToGeneration(ChatRequest request, IReadOnlyList<int> prompt)
    {
        int room = Math.Max(1, model.Engine.Settings.Window - prompt.Count);
        return new GenerationRequest(prompt, Math.Min(request.MaxTokens, room), Sampling(request.Sampling))
        {
            Priority = Priority(request.Origin.Class),
            Session = Session(request.Origin),
        };
    }

    private static RequestPriority Priority(RequestClass requestClass) => requestClass switch
    {
        RequestClass.Main => RequestPriority.Main,
        RequestClass.SubAgent => RequestPriority.SubAgent,
        _ => RequestPriority.Background,
    };

    /// <summary>Each sub-agent has a conversation of its own.</summary>
    private static string? Session(RequestOrigin origin) => origin.Agent is null ? origin.Session : $"{origin.Session}/{origin.Agent}";

    /// <summary>Renders and tokenises. What cannot fit <paramref name="maximum"/> tokens is refused before, where that can be told.</summary>
    private PreparedPrompt Prepare(ChatRequest request, int maximum, CancellationToken cancellation)
    {
        if (model.Floor.Above(request, maximum, ofAll: false, cancellation) is { } tokens)
            return PreparedPrompt.Refused(TooLong(tokens, maximum));
        DateTimeOffset now = time.GetLocalNow();
        RenderedPrompt rendered = model.Template.Render(request, now, cancellation);
        if (rendered.IsTooLong && model.Floor.Above(request, maximum, ofAll: true, cancellation) is { } least)
            return PreparedPrompt.Refused(TooLong(least, maximum));
        if (rendered.Error is not null)
            return PreparedPrompt.Refused(rendered.Error);
        EncodedPrompt encoded = model.Sampled.Encode(PreparedPrompt.Runs(rendered.Text));
        ChatError? error = encoded.Tokens.Length == 0
            ? new ChatError(ChatErrorKind.InvalidRequest, "messages: the conversation renders to an empty prompt", "messages")
            : null;
        return new PreparedPrompt(error, rendered, encoded) { Now = now };
    }

    private SamplingSettings Sampling(SamplingWishes wishes) => model.Sampling with
    {
        Temperature = wishes.Temperature ?? model.Sampling.Temperature,
        TopP = wishes.TopP ?? model.Sampling.TopP,
        TopK = wishes.TopK ?? model.Sampling.TopK,
        Seed = wishes.Seed ?? model.Sampling.Seed,
    };
}
