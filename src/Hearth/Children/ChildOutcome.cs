namespace Hearth.Children;

/// <summary>What became of a job.</summary>
/// <param name="Spent">How long a child worked on it.</param>
internal abstract record ChildOutcome(TimeSpan Spent)
{
    /// <summary>The child's answer.</summary>
    internal sealed record Answered(ReadOnlyMemory<byte> Answer, TimeSpan Spent) : ChildOutcome(Spent);

    /// <summary>There is no answer.</summary>
    internal sealed record Failed(ChildFault Fault, TimeSpan Spent) : ChildOutcome(Spent);
}

/// <summary>Why there is no answer. All but the last two are the job's own fault.</summary>
internal enum ChildFault
{
    /// <summary>The process ended.</summary>
    Died,

    /// <summary>It took too long.</summary>
    TimeLimit,

    /// <summary>It took too much memory.</summary>
    MemoryLimit,

    /// <summary>It answered too much.</summary>
    OutputLimit,

    /// <summary>No child became free in time.</summary>
    Busy,

    /// <summary>No process can be started.</summary>
    CannotStart,
}
