using Hearth.Telemetry;

namespace Hearth.Http;

/// <summary>What a request must be before any endpoint sees it.</summary>
internal static class Admission
{
    /// <summary>Longest name of the client's in an answer.</summary>
    private const int LongestName = 100;

    /// <summary>Clients probe these; they tell nothing and cost nothing.</summary>
    private static readonly string[] OpenPaths = ["/", "/health", "/api/hello"];

    /// <summary>
    /// A path that needs no key, however it is spelled. Routing decides what answers to it: a spelling of an open path is that path or
    /// nothing.
    /// </summary>
    public static bool IsOpen(PathString path) =>
        OpenPaths.Contains("/" + string.Join('/', (path.Value ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries)), StringComparer.OrdinalIgnoreCase);

    /// <summary>Answers a request that may not go on, and says whether it did.</summary>
    public static async Task<bool> RefusesAsync(HttpContext context, HttpOptions options)
    {
        HttpRequest request = context.Request;
        bool isOpen = IsOpen(request.Path);
        if (options.ApiKey is null && !HostNames.AreOwn(request.Host, options.IsLoopback))
            await RefuseAsync(context, 403, "permission_error", ForeignName(Excerpt.Of(request.Host.Host, LongestName), options.IsLoopback));
        else if (!isOpen && CrossSite.WhyRefused(request) is { } reason)
            await RefuseAsync(context, 403, "permission_error", reason);
        else if (!isOpen && !Auth.IsAllowed(request, options.ApiKey))
            await Errors.WriteAsync(context, Auth.Refusal);
        else if (request.Headers.ContentEncoding.ToString() is { Length: > 0 } encoding && !Is(encoding, "identity"))
            await RefuseAsync(
                context, 400, "invalid_request_error", $"content-encoding '{Excerpt.Of(encoding, LongestName)}' is not supported: send the body as it is.",
                new ErrorDetailsWire("request_body_encoding_unsupported"));
        else if (request.Headers.Expect.ToString() is { Length: > 0 } expectation && !Is(expectation, "100-continue"))
            await RefuseAsync(context, 417, "invalid_request_error", $"Nothing is known of 'expect: {Excerpt.Of(expectation, LongestName)}'. There is only 100-continue.");
        else
            return false;
        return true;
    }

    private static string ForeignName(string name, bool isLoopback) => isLoopback
        ? $"This server listens on this machine only and does not answer to the name '{name}'. Use localhost, or start it with an API key."
        : $"This server has no API key and so does not answer to the name '{name}', which a web page of others may have. Use the machine's address, or start it with an API key.";

    private static bool Is(string value, string token) => value.Trim().Equals(token, StringComparison.OrdinalIgnoreCase);

    private static Task RefuseAsync(HttpContext context, int status, string type, string message, ErrorDetailsWire? details = null) =>
        Errors.WriteAsync(context, status, new ErrorWire(type, message, details));
}
