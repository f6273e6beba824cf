using Hearth.Chat;
using Hearth.Chat.Templates;
using Hearth.Engine;
using Hearth.Telemetry;

namespace Hearth.Providers;

/// <summary>Answers with the model in this process. The steps are numbered as in docs/architecture.md.</summary>
internal sealed class LocalProvider(LocalModel model, TimeProvider time, ILogger log, bool logPrompts) : IProvider
{
    /// <summary>Answers and previews whose prompts may wait to be made: three times what the engine queues.</summary>
    public const int MostPrompts = 256;

    /// <summary>Counts that may wait: some clients ask for hundreds at once, one for each tool.</summary>
    public const int MostCounts = 2048;

    private static readonly ChatError Overloaded = new(ChatErrorKind.Overloaded, "Overloaded: the queue is full, try again later.");

    // Half of the cores: the threads that decode keep theirs. Two at least, so that one long prompt does not keep all others waiting.
    private readonly PromptTurns _prompting = new(Math.Max(2, Environment.ProcessorCount / 2), MostPrompts);

    // One count at a time, whoever asks for how many, for the same reason.
    private readonly PromptTurns _counting = new(1, MostCounts);

    public ProviderModel Model => model.Description;

    public ModelCard? Card => model.Card;

    public string? Unhealthy => ModelTroubles.Describe(model.Engine.Health);

    public ProviderStatus Status
    {
        get
        {
            EngineCounters now = model.Engine.Counters;
            return new ProviderStatus(
                now.Waiting, now.Running, now.LeasedCells, now.CachedCells, model.Engine.Settings.CellPool, now.SavedBytes, now.DiskBytes, now.DiskFiles, now.Steps, model.Memory);
        }
    }

    public async Task<ChatAnswer> AnswerAsync(ChatRequest request, CancellationToken cancellation)
    {
        request = await RestoreAsync(request, cancellation);

        // 5: messages -> prompt text. 7: text -> tokens.
        PreparedPrompt prompt = await PrepareAsync(_prompting, request, model.Engine.LongestPromptFor(request.MaxTokens), cancellation);
        if (prompt.Error is { } error)
            return ChatAnswer.Refused(error);
        if (logPrompts)
            log.LogInformation(Logging.WholeText, "prompt: {Prompt}", prompt.Rendered.Text);

        // 8: tokens -> the engine.
        cancellation.ThrowIfCancellationRequested();
        return model.Engine.Submit(ToGeneration(request, prompt.Tokens)) switch
        {
            Submission.Accepted accepted => Accepted(request, prompt, accepted.Generation, cancellation),
            Submission.Overloaded => ChatAnswer.Refused(Overloaded),
            Submission.PromptTooLong tooLong => ChatAnswer.Refused(TooLong(tooLong.PromptTokens, tooLong.MaximumTokens)),
            Submission.Unavailable => ChatAnswer.Refused(new ChatError(ChatErrorKind.Unavailable, Unhealthy ?? ModelTroubles.Stopping)),
            Submission other => throw new InvalidOperationException($"Unknown submission {other}."),
        };
    }

    public async Task<PromptPreview> PreviewAsync(ChatRequest request, CancellationToken cancellation)
    {
        PreparedPrompt prompt = await PrepareAsync(_prompting, await RestoreAsync(request, cancellation), model.Engine.LongestPrompt, cancellation);
        if (prompt.Error is { } error)
            return PromptPreview.Failed(error);
        Dictionary<int, string> special = prompt.Tokens.Where(model.Tokenizer.IsSpecial).Distinct()
            .ToDictionary(id => id, model.Tokenizer.SpecialText);
        return new PromptPreview(null, prompt.Rendered.Text.Text, prompt.Tokens, special);
    }

    public async Task<PromptCount> CountAsync(ChatRequest request, CancellationToken cancellation)
    {
        PreparedPrompt prompt = await PrepareAsync(_counting, await RestoreAsync(request, cancellation), model.Engine.LongestPrompt, cancellation);
        return new PromptCount(prompt.Error, prompt.Tokens.Length);
    }

    /// <summary>What the engine accepted has an owner from here on, and ends when the client is gone even before it is read.</summary>
    private ChatAnswer Accepted(ChatRequest request, PreparedPrompt prompt, Generation generation, CancellationToken cancellation)
    {
        LocalAnswer? answer = null;
        try
        {
            answer = new LocalAnswer(model, request, prompt, generation, cancellation) { Session = Session(request.Origin) };
            return ChatAnswer.Streaming(answer.ReadAsync(), answer);
        }
        finally
        {
            if (answer is null)
                generation.Dispose();
        }
    }

    /// <summary>The client's wording: Claude Code compacts its conversation when it reads it.</summary>
    private static ChatError TooLong(int tokens, int maximum) =>
        new(ChatErrorKind.PromptTooLong, $"prompt is too long: {tokens} tokens > {maximum} maximum", "messages");

    /// <summary>The request in the engine's words. An answer is bounded by what the prompt leaves of the window.</summary>
    internal GenerationRequest ToGeneration(ChatRequest request, int[] prompt)
    {
        int room = Math.Max(1, model.Engine.Settings.Window - prompt.Length);
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

    /// <summary>The request with its calls as they were sampled, those of the answer that ended a moment ago as well.</summary>
    private async Task<ChatRequest> RestoreAsync(ChatRequest request, CancellationToken cancellation)
    {
        await model.Remembering.WhenDone(Session(request.Origin)).WaitAsync(cancellation);
        return model.Calls.Restore(request);
    }

    private async Task<PreparedPrompt> PrepareAsync(PromptTurns turns, ChatRequest request, int maximum, CancellationToken cancellation) =>
        await turns.TakeAsync(() => Prepare(request, maximum, cancellation), cancellation) ?? PreparedPrompt.Refused(Overloaded);

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
        cancellation.ThrowIfCancellationRequested();
        EncodedPrompt encoded = model.Sampled.Encode(PreparedPrompt.Runs(rendered.Text), cancellation);
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
