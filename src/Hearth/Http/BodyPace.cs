namespace Hearth.Http;

/// <summary>How slowly a body may come, and what becomes of one that is not wanted.</summary>
internal static class BodyPace
{
    /// <summary>A modem of the last century is ten times as fast; half a body that is never ended is not.</summary>
    public const int BytesPerSecond = 240;

    /// <summary>Time in which nothing is asked of a body: a client that computes what it sends, a laptop that changes its network.</summary>
    public const int GraceSeconds = 30;

    /// <summary>
    /// A body that was refused is read on up to here and thrown away: a client that is still sending when the connection closes sees a
    /// broken network and tries again, where it should hear why.
    /// </summary>
    public const long DiscardLimitBytes = 4 * JsonBody.LimitBytes;

    /// <summary>And for so long: time for all of it at 18 Mbit/s.</summary>
    public const int DiscardSeconds = 60;

    /// <summary>
    /// Ends the answer and reads on what is left of the body. A client that waits for leave to send has not begun to, and gets none.
    /// </summary>
    public static async Task DiscardAsync(HttpContext context, TimeProvider time)
    {
        if (context.Request.Headers.Expect.Count > 0)
            return;
        using CancellationTokenSource late = new(TimeSpan.FromSeconds(DiscardSeconds), time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, context.RequestAborted);
        try
        {
            await context.Response.CompleteAsync();
            for (long left = DiscardLimitBytes; left > 0;)
            {
                var read = await context.Request.BodyReader.ReadAsync(either.Token);
                left -= read.Buffer.Length;
                context.Request.BodyReader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                    return;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // Too slow, too malformed, or gone (a bad request is an IOException): there is nothing left to say.
        }
    }
}
