using System.Globalization;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;

namespace Hearth.Commands.Bench.Servers;

/// <summary>A whole HTTP answer, read from the bytes of its connection.</summary>
/// <param name="Status">Its code.</param>
/// <param name="Headers">By their names in small letters; the last of a name counts.</param>
/// <param name="Body">Without any framing.</param>
internal sealed record HttpAnswer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    /// <summary>Deeper than anything that a model writes.</summary>
    private static readonly JsonDocumentOptions AnyDepth = new() { MaxDepth = 4096 };

    private static readonly byte[] HeadEnd = "\r\n\r\n"u8.ToArray();
    private static readonly byte[] LineEnd = "\r\n"u8.ToArray();

    /// <summary>Statuses with which a server may refuse work that it has no room for.</summary>
    public bool IsRefusal => Status is 503 or 529;

    public bool IsStream => Headers.GetValueOrDefault("content-type")?.StartsWith("text/event-stream", StringComparison.Ordinal) == true;

    /// <summary>The answer that the bytes are, or null where it is not whole. Interim answers are passed over.</summary>
    public static HttpAnswer? Read(ReadOnlySpan<byte> bytes)
    {
        while (true)
        {
            var end = bytes.IndexOf(HeadEnd);
            if (end < 0 || !bytes.StartsWith("HTTP/1.1 "u8) || !int.TryParse(bytes[9..12], NumberStyles.None, CultureInfo.InvariantCulture, out var status))
                return null;
            var headers = Head(Encoding.Latin1.GetString(bytes[..end]));
            bytes = bytes[(end + HeadEnd.Length)..];
            if (status >= 200)
                return BodyOf(headers, bytes) is { } body ? new HttpAnswer(status, headers, body) : null;
        }
    }

    /// <summary>What the answer breaks of docs/wire.md in one sentence, or null.</summary>
    public string? Fault()
    {
        if (IsRefusal && !Headers.ContainsKey("retry-after"))
            return $"{Status} without retry-after";
        if (Status >= 500 && !IsRefusal)
            return $"{Status}: {Encoding.UTF8.GetString(Body)}";
        try
        {
            if (IsStream)
                return StreamFault();
            using var body = JsonDocument.Parse(Body, AnyDepth);
            return Status >= 400 ? ErrorFault(body.RootElement) : null;
        }
        catch (JsonException)
        {
            return Body.Length == 0 ? $"{Status} with an empty body" : $"{Status} with a body that is not JSON";
        }
    }

    private string? StreamFault()
    {
        using MemoryStream body = new(Body);
        IReadOnlyList<string> events = [.. SseParser.Create(body, TypeOfJson).Enumerate().Select(item => item.Data)];
        var ends = events.Count(e => e is "message_stop" or "error");
        if (ends != 1)
            return $"a stream with {ends} terminal events";
        return events[^1] is "message_stop" or "error" ? null : "a stream that goes on after its terminal event";
    }

    private static string TypeOfJson(string type, ReadOnlySpan<byte> data)
    {
        JsonDocument.Parse(data.ToArray(), AnyDepth).Dispose();
        return type;
    }

    private string? ErrorFault(JsonElement body) =>
        body.ValueKind == JsonValueKind.Object
        && body.TryGetProperty("type", out var type) && type.ValueEquals("error")
        && body.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object
        && error.TryGetProperty("message", out var message) && message.GetString() is { Length: > 0 }
            ? null
            : $"{Status} whose body is no error";

    private static Dictionary<string, string> Head(string head)
    {
        Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase);
        foreach (var line in head.Split("\r\n").Skip(1))
        {
            if (line.Split(':', 2) is [var name, var value])
                headers[name.Trim()] = value.Trim();
        }

        return headers;
    }

    private static byte[]? BodyOf(Dictionary<string, string> headers, ReadOnlySpan<byte> rest)
    {
        if (headers.TryGetValue("transfer-encoding", out var encoding) && encoding == "chunked")
            return Chunks(rest);
        if (!headers.TryGetValue("content-length", out var text))
            return rest.ToArray();
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var length) && length <= rest.Length
            ? rest[..length].ToArray()
            : null;
    }

    private static byte[]? Chunks(ReadOnlySpan<byte> rest)
    {
        using MemoryStream body = new();
        while (true)
        {
            var line = rest.IndexOf(LineEnd);
            if (line < 0 || !int.TryParse(rest[..line], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var size))
                return null;
            rest = rest[(line + LineEnd.Length)..];
            if (size == 0)
                return body.ToArray();
            if (rest.Length < size + LineEnd.Length)
                return null;
            body.Write(rest[..size]);
            rest = rest[(size + LineEnd.Length)..];
        }
    }
}
