using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Hearth.Chat;
using Microsoft.AspNetCore.Http.Features;

namespace Hearth.Http;

/// <summary>Reads request bodies; what is wrong with one is a value.</summary>
internal static class JsonBody
{
    /// <summary>The API's own limit.</summary>
    public const long LimitBytes = 32L * 1024 * 1024;

    /// <summary>
    /// Larger bodies are read to their end and thrown away up to here: a client that is still sending when the connection closes sees a
    /// broken network and tries again, where it should hear why.
    /// </summary>
    public const long DiscardLimitBytes = 4 * LimitBytes;

    private static readonly ChatError TooLarge = new(ChatErrorKind.TooLarge, "Request exceeds the maximum size of 32 MB.");

    public static async Task<(T? Value, ChatError? Error)> ReadAsync<T>(HttpRequest request, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            ReadOnlyMemory<byte>? body = await ReadBytesAsync(request);
            return body is null ? (null, TooLarge) : Parse(body.Value.Span, type);
        }
        catch (BadHttpRequestException e)
        {
            return (null, e.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? TooLarge
                : new ChatError(ChatErrorKind.InvalidRequest, "The request body broke off."));
        }
    }

    /// <summary>The value that a whole body is.</summary>
    public static (T? Value, ChatError? Error) Parse<T>(ReadOnlySpan<byte> body, JsonTypeInfo<T> type)
        where T : class
    {
        if (Surrogates.FindLone(body) is >= 0 and var at)
            return (null, new ChatError(ChatErrorKind.InvalidRequest, $"The request body is not valid JSON: half a surrogate pair at byte {at + 1}."));
        try
        {
            T? value = JsonSerializer.Deserialize(body, type);
            return value is null ? (null, new ChatError(ChatErrorKind.InvalidRequest, "The request body must be a JSON object.")) : (value, null);
        }
        catch (JsonException e)
        {
            return (null, Describe(e));
        }
    }

    /// <summary>The path that an error names, as the API writes it: <c>messages.0.role</c>.</summary>
    public static string PathOf(JsonException e, string prefix = "")
    {
        string path = (e.Path ?? "$").TrimStart('$').Replace("[", ".", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal).TrimStart('.');
        return (prefix.Length, path.Length) switch
        {
            (0, _) => path,
            (_, 0) => prefix,
            _ => $"{prefix}.{path}",
        };
    }

    private static async Task<ReadOnlyMemory<byte>?> ReadBytesAsync(HttpRequest request)
    {
        CancellationToken aborted = RequestInfo.Of(request.HttpContext).Stopped;
        if (request.ContentLength > LimitBytes)
        {
            await request.Body.CopyToAsync(Stream.Null, aborted);
            return null;
        }

        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = LimitBytes;
        MemoryStream body = new((int)(request.ContentLength ?? 0));
        await request.Body.CopyToAsync(body, aborted);
        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    private static ChatError Describe(JsonException e)
    {
        string path = PathOf(e);
        bool isSyntax = e.InnerException is not null && e.InnerException.GetType().Name == "JsonReaderException";
        return isSyntax || path.Length == 0
            ? new ChatError(ChatErrorKind.InvalidRequest, $"The request body is not valid JSON: line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}.")
            : new ChatError(ChatErrorKind.InvalidRequest, $"{path}: Input has the wrong type", path);
    }
}
