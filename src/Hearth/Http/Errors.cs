using System.Text.Json.Serialization;
using Hearth.Chat;

namespace Hearth.Http;

/// <summary>The error body of the Anthropic API.</summary>
internal sealed record ErrorBodyWire(string Type, ErrorWire Error, string RequestId);

/// <summary>The error inside a body or an error event.</summary>
internal sealed record ErrorWire(string Type, string Message, ErrorDetailsWire? Details = null);

/// <summary>The machine-readable part of an error.</summary>
internal sealed record ErrorDetailsWire(string ErrorCode);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ErrorBodyWire))]
internal sealed partial class ErrorJson : JsonSerializerContext;

/// <summary>How each kind of error looks on the wire.</summary>
internal static class Errors
{
    /// <summary>Seconds a client should wait before it tries again: a step or two of somebody else's prompt.</summary>
    private const string RetryAfterSeconds = "2";

    /// <summary>The one place that maps a kind to status and type.</summary>
    public static (int Status, string Type, bool MayRetry) Map(ChatErrorKind kind) => kind switch
    {
        ChatErrorKind.InvalidRequest or ChatErrorKind.PromptTooLong => (400, "invalid_request_error", false),
        ChatErrorKind.Authentication => (401, "authentication_error", false),
        ChatErrorKind.NotFound => (404, "not_found_error", false),
        ChatErrorKind.TooLarge => (413, "request_too_large", false),
        ChatErrorKind.TooSlow => (408, "timeout_error", true),
        ChatErrorKind.Overloaded => (529, "overloaded_error", true),
        ChatErrorKind.Unavailable => (503, "api_error", true),
        ChatErrorKind.NotSupported => (501, "not_supported", false),
        _ => (500, "api_error", true),
    };

    /// <summary>The error of an error event.</summary>
    public static ErrorWire ToWire(ChatError error) => new(Map(error.Kind).Type, error.Message);

    /// <summary>Answers with the error's status and body.</summary>
    public static Task WriteAsync(HttpContext context, ChatError error)
    {
        (int status, string type, bool mayRetry) = Map(error.Kind);
        if (!mayRetry)
            context.Response.Headers["x-should-retry"] = "false";
        if (status is 503 or 529)
            context.Response.Headers.RetryAfter = RetryAfterSeconds;
        if (status is 408 or 413)
            context.Response.Headers.Connection = "close";
        return WriteAsync(context, status, new ErrorWire(type, error.Message));
    }

    /// <summary>Answers with a status that no <see cref="ChatErrorKind"/> stands for.</summary>
    public static Task WriteAsync(HttpContext context, int status, ErrorWire error)
    {
        context.Response.StatusCode = status;
        return JsonReply.WriteAsync(context, new ErrorBodyWire("error", error, RequestInfo.Of(context).Id), ErrorJson.Default.ErrorBodyWire);
    }
}
