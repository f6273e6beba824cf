namespace Hearth.Http;

/// <summary>The latest requests to models. Thread-safe.</summary>
internal sealed class RequestHistory
{
    /// <summary>Some hours of one agent's work. A request costs about a kilobyte, most of it the text where its prompt parted.</summary>
    public const int MostRequests = 256;

    private readonly Lock _lock = new();
    private readonly Queue<RequestInfo> _requests = new(MostRequests);

    /// <summary>Remembers a request and forgets the oldest beyond <see cref="MostRequests"/>.</summary>
    public void Add(RequestInfo request)
    {
        lock (_lock)
        {
            if (_requests.Count == MostRequests)
                _requests.Dequeue();
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
