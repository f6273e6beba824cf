using Hearth.Chat;

namespace Hearth.Http;

/// <summary>What is known of a request besides its body: its id, and its token counts once they are known.</summary>
internal sealed class RequestInfo
{
    public string Id { get; } = "req_" + Guid.NewGuid().ToString("N");

    /// <summary>Counts for the log line.</summary>
    public ChatUsage? Usage { get; set; }

    public static RequestInfo Of(HttpContext context)
    {
        if (context.Features.Get<RequestInfo>() is { } known)
            return known;
        RequestInfo info = new();
        context.Features.Set(info);
        return info;
    }
}
