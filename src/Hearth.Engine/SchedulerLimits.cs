namespace Hearth.Engine;

/// <summary>The sizes that the scheduler plans within.</summary>
internal sealed record SchedulerLimits
{
    /// <summary>
    /// Most prompt tokens in a step while somebody decodes. Everybody's next token waits for them: at 100 tokens/s of prefill, which
    /// is what a laptop's CPU does with a model of some billion weights, 64 tokens hold the streams up for two thirds of a second.
    /// Smaller chunks read all weights for too few tokens; 32 is where that starts to cost more than it gives.
    /// </summary>
    public const int PrefillTokensBesideDecodes = 64;

    /// <summary>Checks that every sequence can decode in one step and that a full window fits the pool.</summary>
    /// <param name="window">Most tokens (prompt and answer) of one request.</param>
    /// <param name="cells">KV cells of all sequences together.</param>
    /// <param name="sequences">Number of sequence ids.</param>
    /// <param name="batchTokens">Most tokens in a step.</param>
    /// <param name="microBatchTokens">Most prompt tokens in a step, also when nobody decodes: a cancel waits for one step.</param>
    public SchedulerLimits(int window, int cells, int sequences, int batchTokens, int microBatchTokens)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(window);
        ArgumentOutOfRangeException.ThrowIfLessThan(cells, window);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sequences);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchTokens, sequences);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(microBatchTokens);
        (Window, Cells, Sequences, BatchTokens, MicroBatchTokens) = (window, cells, sequences, batchTokens, microBatchTokens);
    }

    /// <summary>Most tokens (prompt and answer) of one request.</summary>
    public int Window { get; }

    /// <summary>KV cells of all sequences together.</summary>
    public int Cells { get; }

    /// <summary>Number of sequence ids.</summary>
    public int Sequences { get; }

    /// <summary>Most tokens in a step.</summary>
    public int BatchTokens { get; }

    /// <summary>Most prompt tokens in a step while nobody decodes.</summary>
    public int MicroBatchTokens { get; }

    /// <summary>Longest prompt that a request with this bound on its answer may have: one token of the window is for the answer.</summary>
    public int LongestPrompt(int maxTokens) => maxTokens == 0 ? Window : Window - 1;
}
