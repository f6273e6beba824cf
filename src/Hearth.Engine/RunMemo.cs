namespace Hearth.Engine;

/// <summary>
/// Token ids of text runs by what a prompt has said up to their end; forgets those that were not used for longest. Thread-safe: request
/// threads share it, and the engine thread never comes here.
/// </summary>
/// <param name="mostTokens">Most tokens of all runs together.</param>
internal sealed class RunMemo(int mostTokens)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<RunChain, LinkedListNode<Run>> _runs = [];
    private readonly LinkedList<Run> _latestFirst = [];
    private int _tokens;

    /// <summary>Tokens of all runs.</summary>
    public int Tokens
    {
        get
        {
            lock (_lock)
                return _tokens;
        }
    }

    /// <summary>The ids of the run that ends at <paramref name="end"/>, or null. They must not be changed.</summary>
    public int[]? Find(RunChain end)
    {
        lock (_lock)
        {
            if (!_runs.TryGetValue(end, out LinkedListNode<Run>? run))
                return null;
            _latestFirst.Remove(run);
            _latestFirst.AddFirst(run);
            return run.Value.Tokens;
        }
    }

    /// <summary>Remembers a run, instead of what was known for the same place.</summary>
    public void Set(RunChain end, int[] tokens)
    {
        if (tokens.Length > mostTokens)
            return;
        lock (_lock)
        {
            Forget(end);
            _runs[end] = _latestFirst.AddFirst(new Run(end, tokens));
            _tokens += tokens.Length;
            while (_tokens > mostTokens)
                Forget(_latestFirst.Last!.Value.End);
        }
    }

    /// <summary>Forgets the run that ends there, if there is one.</summary>
    public void Remove(RunChain end)
    {
        lock (_lock)
            Forget(end);
    }

    private void Forget(RunChain end)
    {
        if (!_runs.Remove(end, out LinkedListNode<Run>? run))
            return;
        _latestFirst.Remove(run);
        _tokens -= run.Value.Tokens.Length;
    }

    private readonly record struct Run(RunChain End, int[] Tokens);
}
