using Hearth.Engine.Cache;

namespace Hearth.Engine;

/// <summary>The sizes that the scheduler plans within.</summary>
internal sealed record SchedulerLimits
{
    /// <summary>
    /// Fewest prompt tokens in a step that has any, however slow the machine: smaller chunks read all weights for too few tokens.
    /// </summary>
    public const int LeastChunk = 32;

    /// <summary>Prompt tokens in a step beside others until the machine's speed is known.</summary>
    public const int FirstChunk = 64;

    /// <summary>Checks that every sequence can decode in one step and that a full window fits the pool.</summary>
    /// <param name="window">Most tokens (prompt and answer) of one request.</param>
    /// <param name="cells">KV cells of all sequences together.</param>
    /// <param name="running">Most requests that are admitted at once.</param>
    /// <param name="batchTokens">Most tokens in a step.</param>
    /// <param name="microBatchTokens">Most prompt tokens in a step, also when nobody decodes: a cancel waits for one step.</param>
    public SchedulerLimits(int window, int cells, int running, int batchTokens, int microBatchTokens)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(window);
        ArgumentOutOfRangeException.ThrowIfLessThan(cells, window);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(running);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchTokens, running);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(microBatchTokens);
        (Window, Cells, Running, BatchTokens, MicroBatchTokens) = (window, cells, running, batchTokens, microBatchTokens);
        SequenceIds = running;
    }

    /// <summary>Most tokens (prompt and answer) of one request.</summary>
    public int Window { get; }

    /// <summary>KV cells of all sequences together.</summary>
    public int Cells { get; }

    /// <summary>Most requests that are admitted at once.</summary>
    public int Running { get; }

    /// <summary>Most tokens in a step.</summary>
    public int BatchTokens { get; }

    /// <summary>Most prompt tokens in a step while nobody decodes.</summary>
    public int MicroBatchTokens { get; }

    /// <summary>Sequence ids, for running requests and parked branches together; at least <see cref="Running"/>.</summary>
    public int SequenceIds { get; init; }

    /// <summary>What the model's memory allows.</summary>
    public MemoryKind Memory { get; init; }

    /// <summary>Most bytes of saved segments and checkpoints in memory.</summary>
    public long SavedBytes { get; init; }

    /// <summary>Most bytes of them in files; 0 when there is no disk.</summary>
    public long DiskBytes { get; init; }

    /// <summary>
    /// Most cells of parked branches while anybody runs, as a multiple of the running requests' own; the rest waits outside the cells.
    /// </summary>
    public double IdleShare { get; init; } = double.PositiveInfinity;

    /// <summary>Longest step while several requests share the engine, in timestamps.</summary>
    public long StepTargetTicks { get; init; } = TimeSpan.TicksPerSecond / 5;

    /// <summary>Timestamps per second.</summary>
    public long TicksPerSecond { get; init; } = TimeSpan.TicksPerSecond;

    /// <summary>Longest prompt that a request with this bound on its answer may have: one token of the window is for the answer.</summary>
    public int LongestPrompt(int maxTokens) => maxTokens == 0 ? Window : Window - 1;
}
