using System.Text.Json;
using Hearth.Chat;
using Hearth.Documents;
using Hearth.Providers;

namespace Hearth.Http.Anthropic;

/// <summary><c>POST /v1/messages/count_tokens</c>: the exact number, without the engine.</summary>
internal sealed class CountTokens(ProviderCatalog catalog, PdfTexts pdfs)
{
    public async Task HandleAsync(HttpContext context)
    {
        (MessagesRequestWire? wire, ChatError? error) = await JsonBody.ReadAsync(context.Request, MessagesJson.Default.MessagesRequestWire);
        CancellationToken stopped = RequestInfo.Of(context).Stopped;
        WireResult<ChatRequest> request = error is not null
            ? error
            : await RequestDocuments.ReadAsync(wire! with { MaxTokens = null, Stream = null }, needsMaxTokens: false, pdfs, stopped);
        PromptCount count = request.Error is not null
            ? new PromptCount(request.Error, 0)
            : await catalog.Resolve(request.Value!.Model).CountAsync(request.Value, stopped);
        if (count.Error is not null)
        {
            await Errors.WriteAsync(context, count.Error);
            return;
        }

        CountWire answer = new(count.Tokens)
        {
            ContextManagement = wire!.ContextManagement.ValueKind == JsonValueKind.Object ? new CountContextWire(count.Tokens) : null,
        };
        await JsonReply.WriteAsync(context, answer, MessagesJson.Default.CountWire);
    }
}
