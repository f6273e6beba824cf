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
    private const string ThinkOpen = "<think>";

    private readonly JinjaTemplate _template;
    private readonly TemplateTokens _tokens;
    private readonly ToolValues _tools = new();

    private ChatTemplate(JinjaTemplate template, string source, TemplateTokens tokens)
    {
        (_template, Source, _tokens) = (template, source, tokens);
        Capabilities = TemplateProbe.Find((messages, tools, capabilities) =>
            Render(TemplateVariables.Make(messages, tools, capabilities, addGenerationPrompt: true, tokens, _tools), DateTimeOffset.UnixEpoch, default).Text);
    }

    /// <summary>What the template does with a conversation.</summary>
    public TemplateCapabilities Capabilities { get; }

    /// <summary>The template's text.</summary>
    public string Source { get; }

    /// <summary>Parses a template and probes it.</summary>
    /// <exception cref="JinjaException">It cannot be parsed.</exception>
    public static ChatTemplate Parse(string source, string name, TemplateTokens tokens) => new(JinjaTemplate.Parse(source, name), source, tokens);

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
            JinjaDict variables = TemplateVariables.Make(
                Conversation.Build(messages, request.Tools, Capabilities), request.Tools, Capabilities, addGenerationPrompt: true, _tokens, _tools);
            if (request.Thinking != ThinkingMode.ModelDefault)
                variables.Set("enable_thinking", request.Thinking == ThinkingMode.On);
            OriginString text = Render(variables, now, cancellation);
            bool opensThinking = text.Text.AsSpan().TrimEnd().EndsWith(ThinkOpen);
            return new RenderedPrompt(null, text.Concat(prefill), opensThinking);
        }
        catch (JinjaException e)
        {
            string message = $"The model's chat template cannot render this conversation: {e.Describe()}";
            return new RenderedPrompt(new ChatError(ChatErrorKind.InvalidRequest, message, "messages"), OriginString.Empty, OpensThinking: false);
        }
    }

    /// <summary>
    /// What the template writes for a conversation, without the beginning of an answer, when it is taken to be capable of
    /// <paramref name="assumed"/>; null where it cannot.
    /// </summary>
    public string? RenderHistory(IReadOnlyList<ChatMessage> messages, IReadOnlyList<ToolDefinition> tools, TemplateCapabilities assumed)
    {
        try
        {
            return Render(
                TemplateVariables.Make(Conversation.Build(messages, tools, assumed), tools, assumed, addGenerationPrompt: false, _tokens, _tools),
                DateTimeOffset.UnixEpoch,
                default).Text;
        }
        catch (JinjaException)
        {
            return null;
        }
    }

    private OriginString Render(JinjaDict variables, DateTimeOffset now, CancellationToken cancellation) =>
        _template.Render(variables, new RenderSettings(now, JinjaLimits.Default, cancellation));
}
