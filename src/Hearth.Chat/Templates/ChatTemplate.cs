using Hearth.Chat.Jinja;

namespace Hearth.Chat.Templates;

/// <summary>Texts of the vocabulary that templates write; empty where the model has none.</summary>
public sealed record TemplateTokens(string Bos, string Eos);

/// <summary>Either an error or a prompt with the origin of every character.</summary>
/// <param name="Error">Why there is no prompt, or null.</param>
/// <param name="Text">The prompt.</param>
/// <param name="OpensThinking">The prompt ends inside a thinking block, so the answer begins with thinking.</param>
public sealed record RenderedPrompt(ChatError? Error, OriginString Text, bool OpensThinking);

/// <summary>A model's own chat template and what it is capable of. Immutable and thread-safe.</summary>
public sealed class ChatTemplate
{
    private readonly JinjaTemplate _template;
    private readonly TemplateTokens _tokens;
    private readonly KeepThinking _keep;

    private ChatTemplate(string source, string name, TemplateTokens tokens, KeepThinking keep)
    {
        (string repaired, Repairs) = TemplateRepairs.Apply(source);
        (_template, _tokens, _keep) = (JinjaTemplate.Parse(repaired, name), tokens, keep);
        Capabilities = TemplateProbe.Find(new ProbeRenderer(input => Render(input, default)));
        Capabilities = Capabilities with { Rewrites = new HistoryProbe(Probe, Capabilities).Find() };
    }

    /// <summary>What the template does with a conversation.</summary>
    public TemplateCapabilities Capabilities { get; }

    /// <summary>The known faults of its source that were repaired.</summary>
    public IReadOnlyList<TemplateRepair> Repairs { get; }

    /// <summary>The thinking of all earlier answers is in the prompt, wherever it can be written.</summary>
    public bool KeepsAllThinking => _keep == KeepThinking.Always || (_keep == KeepThinking.Auto && Capabilities.Thinking.KeepSwitch is not null);

    /// <summary>Parses a template, repairs known faults and probes it.</summary>
    /// <exception cref="JinjaException">It cannot be parsed.</exception>
    public static ChatTemplate Parse(string source, string name, TemplateTokens tokens, KeepThinking keep = KeepThinking.Auto) =>
        new(source, name, tokens, keep);

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
            OriginString text = Render(Conversation.Build(messages, request.Tools, Capabilities), request, addGenerationPrompt: true, now, cancellation);
            return new RenderedPrompt(null, text.Concat(prefill), ThinkingTextProbe.IsOpen(text.Text, Capabilities));
        }
        catch (JinjaException e)
        {
            string message = $"The model's chat template cannot render this conversation: {e.Describe()}";
            return new RenderedPrompt(new ChatError(ChatErrorKind.InvalidRequest, message, "messages"), OriginString.Empty, OpensThinking: false);
        }
    }

    private OriginString Render(
        IReadOnlyList<TemplateMessage> conversation, ChatRequest request, bool addGenerationPrompt, DateTimeOffset now, CancellationToken cancellation)
    {
        ThinkingWish wish = ThinkingWish.Of(request, Capabilities, KeepsAllThinking);
        HistoryThinking thinking = HistoryThinking.Place(
            wish.Tell(ConversationFit.Fit(conversation, Capabilities)), wish.Capabilities, KeepsAllThinking);
        TemplateInput input = new(thinking.Messages, request.Tools, wish.Capabilities)
        {
            AddGenerationPrompt = addGenerationPrompt,
            Extra = wish.Variables,
            Now = now,
        };
        return thinking.Reveal(Render(input, cancellation));
    }

    private string? Probe(IReadOnlyList<TemplateMessage> messages, IReadOnlyList<ToolDefinition> tools, bool addGenerationPrompt)
    {
        try
        {
            ChatRequest request = new("", [], 0) { Tools = tools, Thinking = ThinkingMode.On };
            return Render(messages, request, addGenerationPrompt, DateTimeOffset.UnixEpoch, default).Text;
        }
        catch (JinjaException)
        {
            return null;
        }
    }

    private OriginString Render(TemplateInput input, CancellationToken cancellation) =>
        _template.Render(TemplateVariables.Make(input, _tokens), new RenderSettings(input.Now, JinjaLimits.Default, cancellation));
}
