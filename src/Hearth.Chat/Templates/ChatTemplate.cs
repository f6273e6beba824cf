using Hearth.Chat.Jinja;

namespace Hearth.Chat.Templates;

/// <summary>Texts of the vocabulary that templates write; empty where the model has none.</summary>
public sealed record TemplateTokens(string Bos, string Eos);

/// <summary>Either an error or a prompt with the origin of every character.</summary>
/// <param name="Error">Why there is no prompt, or null.</param>
/// <param name="Text">The prompt.</param>
public sealed record RenderedPrompt(ChatError? Error, OriginString Text)
{
    /// <summary>A limit ended it: of length, of work or of memory.</summary>
    public bool IsTooLong { get; init; }
}

/// <summary>A model's own chat template and what it is capable of. Immutable and thread-safe.</summary>
public sealed class ChatTemplate
{
    /// <summary>Most steps of all probes together, some seconds: those of a real template need a hundredth of it.</summary>
    private const long MostProbeSteps = 20_000_000;

    private readonly JinjaTemplate _template;
    private readonly TemplateTokens _tokens;
    private readonly KeepThinking _keep;
    private readonly ToolValues _tools = new();

    private ChatTemplate(string source, string name, TemplateTokens tokens, KeepThinking keep, CancellationToken cancellation)
    {
        (Source, Repairs) = TemplateRepairs.Apply(source);
        (_template, _tokens, _keep) = (JinjaTemplate.Parse(Source, name), tokens, keep);
        RenderSettings settings = TemplateInput.ProbeSettings with { Cancellation = cancellation, Together = new SharedSteps(MostProbeSteps) };
        Capabilities = TemplateProbe.Find(new ProbeRenderer(Render, settings));
        HistoryProbe history = new(
            (messages, tools, asksForAnswer) => TryRender(
                messages, new ChatRequest("", [], 0) { Tools = tools, Thinking = ThinkingMode.On }, Capabilities, asksForAnswer, settings),
            Capabilities);
        Capabilities = Capabilities with { Rewrites = history.Find() };
    }

    /// <summary>What the template does with a conversation.</summary>
    public TemplateCapabilities Capabilities { get; }

    /// <summary>The template's text, without known faults.</summary>
    public string Source { get; }

    /// <summary>The known faults of its source that were repaired.</summary>
    public IReadOnlyList<TemplateRepair> Repairs { get; }

    /// <summary>The thinking of all earlier answers is in the prompt, wherever it can be written.</summary>
    public bool KeepsAllThinking => _keep == KeepThinking.Always || (_keep == KeepThinking.Auto && Capabilities.Thinking.KeepSwitch is not null);

    /// <summary>Parses a template, repairs known faults and probes it.</summary>
    /// <exception cref="JinjaException">It cannot be parsed, or writes a few short messages beyond any measure.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was cancelled.</exception>
    public static ChatTemplate Parse(
        string source, string name, TemplateTokens tokens, KeepThinking keep = KeepThinking.Auto, CancellationToken cancellation = default) =>
        new(source, name, tokens, keep, cancellation);

    /// <summary>The prompt of a request. A last assistant message of text is the beginning of the answer, which the model continues.</summary>
    public RenderedPrompt Render(ChatRequest request, DateTimeOffset now, CancellationToken cancellation = default)
    {
        OriginString prefill = OriginString.Empty;
        IReadOnlyList<ChatMessage> messages = request.Messages;
        if (messages is [.., { Role: ChatRole.Assistant } last] && last.Content.All(c => c is TextContent))
        {
            prefill = OriginString.Untrusted(string.Concat(last.Content.OfType<TextContent>().Select(t => t.Text)).TrimEnd());
            messages = [.. messages.Take(messages.Count - 1)];
        }

        try
        {
            OriginString text = Render(
                Conversation.Build(messages, request.Tools, Capabilities), request, Capabilities, addGenerationPrompt: true,
                new RenderSettings(now, JinjaLimits.Default, cancellation));
            return new RenderedPrompt(null, text.Concat(prefill));
        }
        catch (JinjaException e)
        {
            string message = $"The model's chat template cannot render this conversation: {e.Describe()}";
            return new RenderedPrompt(new ChatError(ChatErrorKind.InvalidRequest, message, "messages"), OriginString.Empty) { IsTooLong = e.IsLimit };
        }
    }

    /// <summary>
    /// What the template writes for a conversation, without the beginning of an answer, when it is taken to be capable of
    /// <paramref name="assumed"/>; null where it cannot.
    /// </summary>
    /// <exception cref="JinjaException">It goes on beyond any measure.</exception>
    public string? RenderHistory(
        IReadOnlyList<ChatMessage> messages, IReadOnlyList<ToolDefinition> tools, TemplateCapabilities assumed, CancellationToken cancellation = default) =>
        TryRender(
            Conversation.Build(messages, tools, assumed), new ChatRequest("", [], 0) { Tools = tools }, assumed, addGenerationPrompt: false,
            TemplateInput.ProbeSettings with { Cancellation = cancellation });

    /// <summary>
    /// A prompt in which <paramref name="answer"/> to <paramref name="request"/> is history, and <paramref name="next"/> is said to it: by
    /// the user, or by every tool that it calls. Null where the template does not write the answer as one turn.
    /// </summary>
    public OriginString? RenderAnswered(ChatRequest request, ChatMessage answer, string next, DateTimeOffset now, CancellationToken cancellation = default)
    {
        ToolCallContent[] calls = [.. answer.Content.OfType<ToolCallContent>()];
        bool hasText = answer.Content.Any(c => c is TextContent);
        if (Capabilities.Tools && ((calls.Length > 1 && !Capabilities.ParallelCalls) || (calls.Length > 0 && hasText && !Capabilities.TextBesideCalls)))
            return null;
        ChatMessage reply = calls.Length == 0
            ? ChatMessage.OfText(ChatRole.User, next)
            : new ChatMessage(ChatRole.User, [.. calls.Select(c => new ToolResultContent(c.Id, [new TextContent(next)], IsError: false))]);
        RenderedPrompt rendered = Render(request with { Messages = [.. request.Messages, answer, reply] }, now, cancellation);
        return rendered.Error is null ? rendered.Text : null;
    }

    private OriginString Render(
        IReadOnlyList<TemplateMessage> conversation,
        ChatRequest request,
        TemplateCapabilities capabilities,
        bool addGenerationPrompt,
        RenderSettings settings)
    {
        ThinkingWish wish = ThinkingWish.Of(request, capabilities, KeepsAllThinking);
        HistoryThinking thinking = HistoryThinking.Place(
            wish.Tell(ConversationFit.Fit(conversation, capabilities)), wish.Capabilities, KeepsAllThinking);
        TemplateInput input = new(thinking.Messages, request.Tools, wish.Capabilities)
        {
            AddGenerationPrompt = addGenerationPrompt,
            Extra = wish.Variables,
            Settings = settings,
        };
        return OwnMarkers.Reveal(thinking.Reveal(Render(input)));
    }

    private string? TryRender(
        IReadOnlyList<TemplateMessage> messages, ChatRequest request, TemplateCapabilities assumed, bool addGenerationPrompt, RenderSettings settings)
    {
        try
        {
            return Render(messages, request, assumed, addGenerationPrompt, settings).Text;
        }
        catch (JinjaException e) when (!e.IsLimit)
        {
            return null;
        }
    }

    private OriginString Render(TemplateInput input) =>
        _template.Render(TemplateVariables.Make(input, _tokens, _tools), input.Settings);
}
