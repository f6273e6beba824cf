using System.Buffers;
using System.IO.Pipelines;
using Hearth.Chat;

namespace Hearth.Http;

/// <summary>
/// One request's body. It holds what came, never what was announced: announcing costs a client nothing. Owned by the request's thread.
/// </summary>
internal sealed class BodyBuffer(BodyBudget budget) : IDisposable
{
    /// <summary>The first piece; most bodies that are not a conversation fit.</summary>
    private const int FirstBytes = 4096;

    private static readonly ChatError TooLarge = new(ChatErrorKind.TooLarge, "Request exceeds the maximum size of 32 MB.");
    private static readonly ChatError TooMany = new(ChatErrorKind.Overloaded, "Overloaded: too many large requests are being received, try again later.");
    private static readonly ChatError BrokenOff = new(ChatErrorKind.InvalidRequest, "The request body broke off.");
    private static readonly ChatError Malformed = new(ChatErrorKind.InvalidRequest, "The request body is not framed as HTTP demands: a chunk is malformed.");

    private static readonly ChatError TooSlow = new(
        ChatErrorKind.TooSlow, $"The request body came too slowly: after {BodyPace.GraceSeconds} seconds at least {BodyPace.BytesPerSecond} bytes a second must have come.");

    private byte[] _bytes = [];
    private int _length;

    /// <summary>The body, valid until <see cref="Dispose"/>.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    /// <summary>Reads the body to its end, or says what is wrong with it.</summary>
    public async Task<ChatError?> FillAsync(HttpRequest request)
    {
        if (request.ContentLength > JsonBody.LimitBytes)
            return TooLarge;
        CancellationToken aborted = RequestInfo.Of(request.HttpContext).Stopped;
        int most = (int)(request.ContentLength ?? JsonBody.LimitBytes);
        try
        {
            while (true)
            {
                ReadResult read = await request.BodyReader.ReadAsync(aborted);
                ChatError? error = Append(read.Buffer, most);
                request.BodyReader.AdvanceTo(read.Buffer.End);
                if (error is not null || read.IsCompleted)
                    return error;
            }
        }
        catch (BadHttpRequestException e)
        {
            return e.StatusCode switch
            {
                StatusCodes.Status413PayloadTooLarge => TooLarge,
                StatusCodes.Status408RequestTimeout => TooSlow,
                _ => BrokenOff,
            };
        }
        catch (IOException) when (!aborted.IsCancellationRequested)
        {
            // The web server's word for a chunk size beyond all numbers.
            return Malformed;
        }
    }

    public void Dispose()
    {
        budget.Return(_bytes.Length);
        (_bytes, _length) = ([], 0);
    }

    private ChatError? Append(ReadOnlySequence<byte> piece, int most)
    {
        if (piece.Length > JsonBody.LimitBytes - _length)
            return TooLarge;
        int needed = _length + (int)piece.Length;
        if (needed > _bytes.Length && !Grow(needed, most))
            return TooMany;
        piece.CopyTo(_bytes.AsSpan(_length));
        _length = needed;
        return null;
    }

    /// <summary>Doubles, so that copying stays linear, but not beyond what the body can be.</summary>
    private bool Grow(int needed, int most)
    {
        int capacity = Math.Max(needed, Math.Min(most, Math.Max(FirstBytes, 2 * _bytes.Length)));
        if (!budget.TryTake(capacity))
            return false;
        byte[] larger = GC.AllocateUninitializedArray<byte>(capacity);
        Bytes.CopyTo(larger);
        budget.Return(_bytes.Length);
        _bytes = larger;
        return true;
    }
}
