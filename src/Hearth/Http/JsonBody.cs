using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Hearth.Chat;

namespace Hearth.Http;

/// <summary>Reads request bodies; what is wrong with one is a value.</summary>
internal static class JsonBody
{
    /// <summary>The API's own limit.</summary>
    public const long LimitBytes = 32L * 1024 * 1024;

    public static async Task<(T? Value, ChatError? Error)> ReadAsync<T>(HttpRequest request, JsonTypeInfo<T> type)
        where T : class
    {
        using BodyBuffer body = new(request.HttpContext.Features.GetRequiredFeature<BodyBudget>());
        return await body.FillAsync(request) is { } error ? (null, error) : Parse(body.Bytes, type);
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

    private static ChatError Describe(JsonException e)
    {
        string path = PathOf(e);
        bool isSyntax = e.InnerException is not null && e.InnerException.GetType().Name == "JsonReaderException";
        return isSyntax || path.Length == 0
            ? new ChatError(ChatErrorKind.InvalidRequest, $"The request body is not valid JSON: line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}.")
            : new ChatError(ChatErrorKind.InvalidRequest, $"{path}: Input has the wrong type", path);
    }
}
