namespace Hearth.Http;

/// <summary>What all request bodies that are being read may hold together. Thread-safe.</summary>
internal sealed class BodyBudget(long limitBytes = BodyBudget.LimitBytes)
{
    /// <summary>
    /// Sixteen of the largest bodies at once. An agent's turn is a hundredth of the largest, and whoever sends more at once than this has
    /// no use for an answer that cannot come before the others'.
    /// </summary>
    public const long LimitBytes = 16 * JsonBody.LimitBytes;

    private long _used;

    /// <summary>Bytes that are held.</summary>
    public long Used => Interlocked.Read(ref _used);

    /// <summary>Takes so many bytes, or none.</summary>
    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _used, bytes) <= limitBytes)
            return true;
        Return(bytes);
        return false;
    }

    public void Return(long bytes) => Interlocked.Add(ref _used, -bytes);
}
