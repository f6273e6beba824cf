using Hearth.Chat;

namespace Hearth.Http;

/// <summary><c>GET /api/requests</c> and <c>/api/requests/{id}</c>: where the tokens and the time of the latest requests went.</summary>
internal sealed class Requests(RequestHistory history)
{
    public Task ListAsync(HttpContext context) => JsonReply.WriteAsync(context, new RequestListWire([.. Visible(context)]), RequestsJson.Default.RequestListWire);

    public Task GetAsync(HttpContext context)
    {
        string id = (string?)context.Request.RouteValues["id"] ?? "";
        return Visible(context).FirstOrDefault(r => r.Id == id) is { } request
            ? JsonReply.WriteAsync(context, request, RequestsJson.Default.RequestWire)
            : Errors.WriteAsync(context, new ChatError(ChatErrorKind.NotFound, $"request: {id} is not among the latest {RequestHistory.MostRequests}"));
    }

    /// <summary>Prompts stand in these answers, so a key sees only what it asked itself.</summary>
    private IEnumerable<RequestWire> Visible(HttpContext context) =>
        history.Of(RequestInfo.Of(context).Owner).Where(r => r.Record is not null).Select(r => RequestWire.Of(r.Id, r.Record!));
}
