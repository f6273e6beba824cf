using System.Text.Json;
using Hearth.Chat;
using Hearth.Providers;

namespace Hearth.Http.Anthropic;

/// <summary><c>POST /v1/messages/count_tokens</c>: the exact number, without the engine.</summary>
internal sealed class CountTokens(ProviderCatalog catalog, PdfTexts pdfs)
{
    public async Task HandleAsync(HttpContext context)
    {
        (MessagesRequestWire? wire, ChatError? error) = await JsonBody.ReadAsync(context.Request, MessagesJson.Default.MessagesRequestWire);
        WireResult<ChatRequest> request = error is not null ? error : MessagesReader.Read(wire! with { MaxTokens = null, Stream = null }, needsMaxTokens: false, pdfs);
        PromptPreview? preview = request.Error is not null ? null : catalog.Resolve(request.Value!.Model).Preview(request.Value);
        if ((request.Error ?? preview!.Error) is { } refusal)
        {
            await Errors.WriteAsync(context, refusal);
            return;
        }

        int count = preview!.Tokens.Count;
        CountWire answer = new(count)
        {
            ContextManagement = wire!.ContextManagement.ValueKind == JsonValueKind.Object ? new CountContextWire(count) : null,
        };
        await JsonReply.WriteAsync(context, answer, MessagesJson.Default.CountWire);
    }
}
