using System.Buffers.Text;
using System.IO.Pipelines;
using System.Text;

namespace Hearth.Http;

/// <summary>A connection whose answers pass an <see cref="ExplainingWriter"/>.</summary>
internal sealed class ExplainedTransport(PipeReader input, PipeWriter output) : IDuplexPipe
{
    public PipeReader Input => input;

    public PipeWriter Output => output;
}

/// <summary>
/// Passes everything on as it is, but for the head of an answer that the web server made by itself: an error without a body and without
/// the request id that every answer of the pipeline has. Such a head is the connection's last, and is written in one piece.
/// </summary>
internal sealed class ExplainingWriter(PipeWriter inner) : PipeWriter
{
    /// <summary>Longest head of the kind: a status line and three headers.</summary>
    private const int LongestHead = 512;

    private Memory<byte> _memory;

    public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => inner.UnflushedBytes;

    private static ReadOnlySpan<byte> Start => "HTTP/1.1 "u8;

    private static ReadOnlySpan<byte> NoBody => "\r\nContent-Length: 0\r\n"u8;

    public override Memory<byte> GetMemory(int sizeHint = 0) => _memory = inner.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        if (StatusOf(_memory.Span[..Math.Min(bytes, _memory.Length)]) is { } status)
        {
            byte[] answer = Complete(_memory.Span[..bytes], status);
            answer.CopyTo(inner.GetSpan(answer.Length));
            inner.Advance(answer.Length);
        }
        else
        {
            inner.Advance(bytes);
        }

        _memory = default;
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => inner.FlushAsync(cancellationToken);

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) =>
        inner.WriteAsync(source, cancellationToken);

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

    /// <summary>The status of a head of the kind, or null for everything else.</summary>
    private static int? StatusOf(ReadOnlySpan<byte> head)
    {
        if (head.Length is < 32 or > LongestHead || !head.StartsWith(Start) || !head.EndsWith("\r\n\r\n"u8))
            return null;
        return Utf8Parser.TryParse(head[Start.Length..], out int status, out _) && status >= StatusCodes.Status400BadRequest
            && head.IndexOf(NoBody) >= 0 && head.IndexOf("\r\nConnection: close\r\n"u8) >= 0
            && head.IndexOf(Encoding.ASCII.GetBytes($"\r\n{RequestInfo.IdHeader}:")) < 0
            ? status
            : null;
    }

    private static byte[] Complete(ReadOnlySpan<byte> head, int status)
    {
        string id = RequestInfo.NewId();
        byte[] body = ServerErrors.Body(status, id);
        string headers = $"\r\nContent-Type: application/json\r\n{RequestInfo.IdHeader}: {id}\r\nContent-Length: {body.Length}\r\n";
        int at = head.IndexOf(NoBody);
        return [.. head[..at], .. Encoding.ASCII.GetBytes(headers), .. head[(at + NoBody.Length)..], .. body];
    }
}
