using Microsoft.Net.Http.Headers;

namespace Hearth.Http;

/// <summary>
/// Keeps web pages of others out. A browser says where a request comes from (<c>Sec-Fetch-Site</c>, <c>Origin</c>), and without a
/// preflight, which nothing here answers, it sends only the content types of forms. Programs that are no browsers send none of these
/// headers and are not looked at; <c>curl -d</c> calls JSON a form.
/// </summary>
internal static class CrossSite
{
    private const string FetchSite = "Sec-Fetch-Site";

    /// <summary>What a browser says of a request's own page, and of an address that a person typed.</summary>
    private static readonly string[] OwnSites = ["same-origin", "none"];

    /// <summary>Not <c>Sec-Fetch-Mode</c>: the fetch of Node.js, which is no browser, sends that one alone.</summary>
    private static readonly string[] BrowserHeaders = ["Origin", FetchSite, "Sec-Fetch-Dest"];

    /// <summary>One sentence for whoever wrote the page, or null when the request may go on.</summary>
    public static string? WhyRefused(HttpRequest request)
    {
        IHeaderDictionary headers = request.Headers;
        if (!BrowserHeaders.Any(headers.ContainsKey))
            return null;
        if (headers.TryGetValue(FetchSite, out var site) && !OwnSites.Contains(site.ToString(), StringComparer.OrdinalIgnoreCase))
            return $"A web page of another site may not use this server ({FetchSite}: {site}). Ask from a program, or from a page that this server itself serves.";
        if (headers.TryGetValue("Origin", out var origin) && !IsOwn(origin.ToString(), request.Host))
            return $"A web page of {origin} may not use this server. Ask from a program, or from a page that this server itself serves at {request.Host}.";
        return HttpMethods.IsPost(request.Method) && !IsJson(request.ContentType)
            ? "A web page must send its body as content-type: application/json."
            : null;
    }

    /// <summary>
    /// The origin is the name and port that the request itself was sent to, with or without TLS in front. Other ports of this machine are
    /// other programs.
    /// </summary>
    private static bool IsOwn(string origin, HostString host) =>
        host.HasValue
        && (origin.Equals("http://" + host.Value, StringComparison.OrdinalIgnoreCase) || origin.Equals("https://" + host.Value, StringComparison.OrdinalIgnoreCase));

    private static bool IsJson(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out MediaTypeHeaderValue? type) && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase);
}
