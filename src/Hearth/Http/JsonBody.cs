using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using Hearth.Chat;
using Microsoft.AspNetCore.Http.Features;

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
        if (await body.FillAsync(request) is { } error)
            return (null, error);
        bool hasNone = body.Bytes.Length == 0 && request.ContentLength is null && request.Headers.TransferEncoding.Count == 0;
        return hasNone ? (null, Invalid("The request has no body; it must be a JSON object.")) : Parse(body.Bytes, type);
    }

    /// <summary>The value that a whole body is.</summary>
    public static (T? Value, ChatError? Error) Parse<T>(ReadOnlySpan<byte> body, JsonTypeInfo<T> type)
        where T : class
    {
        ReadOnlySpan<byte> json = body.Trim(" \t\r\n"u8);
        if (json.Length == 0)
            return (null, Invalid("The request body is empty; it must be a JSON object."));
        if (InvalidUtf8(body) is >= 0 and var wrong)
            return (null, Invalid($"The request body is not valid UTF-8: byte {wrong + 1}."));
        if (Surrogates.FindLone(body) is >= 0 and var at)
            return (null, Invalid($"The request body is not valid JSON: half a surrogate pair at byte {at + 1}."));
        ChatError? error = null;
        T? value = null;
        try
        {
            value = JsonSerializer.Deserialize(body, type);
        }
        catch (JsonException e)
        {
            error = Describe(e, body);
        }

        bool isWhole = error is null || error.Param is not null;
        if (isWhole && json[0] != (byte)'{')
            return (null, Invalid("The request body must be a JSON object."));
        return error is null ? (value, null) : (null, error);
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

    /// <summary>What is wrong: the whole body, or a field of it.</summary>
    private static ChatError Describe(JsonException e, ReadOnlySpan<byte> body)
    {
        string path = PathOf(e);
        if (e.InnerException?.GetType().Name != "JsonReaderException")
            return new ChatError(ChatErrorKind.InvalidRequest, $"{path}: Input has the wrong type", path);
        return NestsTooDeep(body)
            ? Invalid($"The request body nests deeper than {JsonDepth.MostOfBody} levels: line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}.")
            : Invalid($"The request body is not valid JSON: line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}.");
    }

    private static bool NestsTooDeep(ReadOnlySpan<byte> body)
    {
        Utf8JsonReader reader = new(body, new JsonReaderOptions { MaxDepth = JsonDepth.MostOfBody + 1 });
        try
        {
            while (reader.Read())
            {
                if (reader.CurrentDepth >= JsonDepth.MostOfBody && reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                    return true;
            }
        }
        catch (JsonException)
        {
            // Something else was wrong first.
        }

        return false;
    }

    /// <summary>Where the first byte stands that is no UTF-8, or -1.</summary>
    private static int InvalidUtf8(ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes))
            return -1;
        int at = 0;
        while (Rune.DecodeFromUtf8(bytes[at..], out _, out int length) == OperationStatus.Done)
            at += length;
        return at;
    }

    private static ChatError Invalid(string message) => new(ChatErrorKind.InvalidRequest, message);
}
