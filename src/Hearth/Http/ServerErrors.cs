using System.Text.Json;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Hearth.Http;

/// <summary>
/// What the web server refuses by itself, before any request reaches the pipeline: a malformed first line, headers that are too long or
/// too slow. It answers with a status and nothing else; on the way out of the connection these answers get the body of every other error.
/// </summary>
internal static class ServerErrors
{
    /// <summary>Puts the bodies onto every connection of an endpoint.</summary>
    public static void Explain(ListenOptions endpoint) => endpoint.Use(next => async connection =>
    {
        var transport = connection.Transport;
        connection.Transport = new ExplainedTransport(transport.Input, new ExplainingWriter(transport.Output));
        try
        {
            await next(connection);
        }
        finally
        {
            connection.Transport = transport;
        }
    });

    /// <summary>The error that a status of the web server's stands for.</summary>
    public static ErrorWire Of(int status) => status switch
    {
        StatusCodes.Status408RequestTimeout => new ErrorWire("timeout_error", "The request came too slowly."),
        StatusCodes.Status411LengthRequired => Invalid("The request needs a content-length."),
        StatusCodes.Status413PayloadTooLarge => new ErrorWire("request_too_large", "Request exceeds the maximum size of 32 MB."),
        StatusCodes.Status414UriTooLong => Invalid("The request's address is longer than 8 KB."),
        StatusCodes.Status431RequestHeaderFieldsTooLarge => Invalid("The request has more than 32 KB or 100 lines of headers."),
        StatusCodes.Status501NotImplemented => Invalid("The request's transfer-encoding is not supported: use content-length or chunked."),
        StatusCodes.Status505HttpVersionNotsupported => Invalid("Only HTTP/1.0 and HTTP/1.1 are spoken here."),
        _ => Invalid("The request is not valid HTTP: its first line, its Host or another header is malformed or missing."),
    };

    /// <summary>The body of an answer that has no request.</summary>
    public static byte[] Body(int status, string requestId) =>
        JsonSerializer.SerializeToUtf8Bytes(new ErrorBodyWire("error", Of(status), requestId), ErrorJson.Default.ErrorBodyWire);

    private static ErrorWire Invalid(string message) => new("invalid_request_error", message);
}
