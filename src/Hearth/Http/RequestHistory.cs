namespace Hearth.Http;

/// <summary>The latest requests to models. Thread-safe.</summary>
internal sealed class RequestHistory
{
    /// <summary>Some hours of one agent's work.</summary>
    public const int MostRequests = 256;

    /// <summary>A request costs about a kilobyte, most of it the text where its prompt parted; this is for those whose texts are longer.</summary>
    public const int MostBytes = 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly Queue<RequestInfo> _requests = new(MostRequests);

    /// <summary>
    /// Remembers a request and forgets the oldest beyond <see cref="MostRequests"/> and <see cref="MostBytes"/>, counted anew each time
    /// because the texts of running requests are still to come.
    /// </summary>
    public void Add(RequestInfo request)
    {
        lock (_lock)
        {
            long bytes = _requests.Sum(r => (long)(r.Record?.Bytes ?? 0));
            while (_requests.Count == MostRequests || (bytes > MostBytes && _requests.Count > 0))
                bytes -= _requests.Dequeue().Record?.Bytes ?? 0;
            _requests.Enqueue(request);
        }
    }

    /// <summary>What <paramref name="owner"/> asked, latest first.</summary>
    public IReadOnlyList<RequestInfo> Of(string owner)
    {
        lock (_lock)
            return [.. _requests.Where(r => r.Owner == owner).Reverse()];
    }
}
