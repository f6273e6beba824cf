namespace Hearth.Children;

/// <summary>What one kind of child processes may take, alone and together.</summary>
internal sealed record ChildLimits
{
    /// <summary>
    /// Processes at once. Two, so that one slow job does not hold up everybody, and no more, because each may grow to
    /// <see cref="MemoryBytes"/> on a machine whose memory a model wants.
    /// </summary>
    public int Children { get; init; } = 2;

    /// <summary>Jobs that wait for a child; each holds its input in memory.</summary>
    public int Waiting { get; init; } = 32;

    /// <summary>How long a job waits for a child; then its client is told to try later.</summary>
    public TimeSpan Wait { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A job, by the clock: four times <see cref="Processor"/>, because children step back on a busy machine.</summary>
    public TimeSpan Time { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A job, in time of a processor: ten times what the largest ordinary files take.</summary>
    public TimeSpan Processor { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Managed memory of a child; its runtime refuses more.</summary>
    public long HeapBytes { get; init; } = 384L * 1024 * 1024;

    /// <summary>All of a child's memory that is in use: the heap and what the runtime needs beside it.</summary>
    public long MemoryBytes { get; init; } = 640L * 1024 * 1024;

    /// <summary>The largest answer.</summary>
    public int OutputBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>A child that has grown beyond this is not kept for the next job.</summary>
    public long KeptBytes { get; init; } = 192L * 1024 * 1024;

    /// <summary>A child without work ends after this: between the turns of a conversation it stays.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>From the start of the process until it takes work: a tenth of a second, and many times that on a machine that swaps.</summary>
    public TimeSpan Start { get; init; } = TimeSpan.FromSeconds(60);
}
