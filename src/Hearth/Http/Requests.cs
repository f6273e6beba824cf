using Hearth.Chat;

namespace Hearth.Http;

/// <summary><c>GET /api/requests</c> and <c>/api/requests/{id}</c>: where the tokens and the time of the latest requests went.</summary>
internal sealed class Requests(RequestHistory history, HttpOptions options)
{
    public Task ListAsync(HttpContext context) => JsonReply.WriteAsync(context, new RequestListWire([.. Visible(context)]), RequestsJson.Default.RequestListWire);

    public Task GetAsync(HttpContext context)
    {
        string id = (string?)context.Request.RouteValues["id"] ?? "";
        return Visible(context).FirstOrDefault(r => r.Id == id) is { } request
            ? JsonReply.WriteAsync(context, request, RequestsJson.Default.RequestWire)
            : Errors.WriteAsync(context, new ChatError(ChatErrorKind.NotFound, $"request: {id} is not among the latest {RequestHistory.MostRequests}"));
    }

    /// <summary>A key sees what it asked itself, and of that no more text than the reader's session may.</summary>
    private IEnumerable<RequestWire> Visible(HttpContext context)
    {
        RequestReader reader = RequestReader.Of(context.Request, options);
        return history.Of(RequestInfo.Of(context).Owner).Where(r => r.Record is not null).Select(r => RequestWire.Of(r.Id, r.Record!, reader));
    }
}
