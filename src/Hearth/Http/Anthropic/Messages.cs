using System.Text.Json;
using Hearth.Chat;
using Hearth.Documents;
using Hearth.Providers;

namespace Hearth.Http.Anthropic;

/// <summary><c>POST /v1/messages</c>: the body becomes a <see cref="ChatRequest"/>, the answer's events become a stream or one object.</summary>
internal sealed class Messages(ProviderCatalog catalog, PdfTexts pdfs, AnswerPump pump)
{
    public async Task HandleAsync(HttpContext context)
    {
        (MessagesRequestWire? wire, ChatError? error) = await JsonBody.ReadAsync(context.Request, MessagesJson.Default.MessagesRequestWire);
        WireResult<ChatRequest> request = error is not null
            ? error
            : await RequestDocuments.ReadAsync(wire!, needsMaxTokens: true, pdfs, RequestInfo.Of(context).Stopped);
        if (request.Error is not null)
        {
            await Errors.WriteAsync(context, request.Error);
            return;
        }

        ChatRequest asked = request.Value! with { Origin = OriginReader.Read(context.Request.Headers, wire!) };
        MessagesStream stream = new(
            "msg_" + Guid.NewGuid().ToString("N"), asked.Model, wire!.Thinking?.Display == "omitted",
            wire.ContextManagement.ValueKind == JsonValueKind.Object, CacheMarks.Last(wire));
        await pump.RunAsync(context, catalog.Resolve(asked.Model), asked, new MessagesDialect(stream), wire.Stream == true);
    }
}
