using Hearth.Chat;
using Hearth.Chat.Templates;
using Hearth.Providers;

namespace Hearth.Tests.Support;

/// <summary>A provider that has a template and no model: it shows prompts and answers nothing.</summary>
internal sealed class TemplateProvider(string template) : IProvider
{
    private readonly ChatTemplate _template = ChatTemplate.Parse(template, "test", new TemplateTokens("<s>", "</s>"));

    public ProviderModel Model { get; } = new("template", "Template", DateTimeOffset.UnixEpoch, 8192, 8191);

    public string? Unhealthy => null;

    public ModelCard? Card => null;

    public ProviderStatus? Status => null;

    public Task<ChatAnswer> AnswerAsync(ChatRequest request, CancellationToken cancellation) =>
        Task.FromResult(ChatAnswer.Refused(new ChatError(ChatErrorKind.NotSupported, "only prompts")));

    public Task<PromptCount> CountAsync(ChatRequest request, CancellationToken cancellation) =>
        Task.FromResult(new PromptCount(_template.Render(request, DateTimeOffset.UnixEpoch, cancellation).Error, 0));

    public Task<PromptPreview> PreviewAsync(ChatRequest request, CancellationToken cancellation)
    {
        RenderedPrompt rendered = _template.Render(request, DateTimeOffset.UnixEpoch, cancellation);
        return Task.FromResult(
            rendered.Error is { } error ? PromptPreview.Failed(error) : new PromptPreview(null, rendered.Text.Text, [], new Dictionary<int, string>()));
    }
}
