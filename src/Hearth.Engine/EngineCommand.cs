namespace Hearth.Engine;

/// <summary>What other threads ask of the engine thread; it decides when it takes the command out of the inbox.</summary>
internal abstract record EngineCommand
{
    /// <summary>A new request.</summary>
    public sealed record Submit(Sequence Sequence) : EngineCommand;

    /// <summary>A request's caller wants no more of it.</summary>
    public sealed record Cancel(Sequence Sequence) : EngineCommand;

    /// <summary>Nobody gets the rest.</summary>
    public sealed record CancelAll : EngineCommand;

    /// <summary>What nobody uses at the moment is not kept for later.</summary>
    public sealed record Forget : EngineCommand;

    /// <summary>The disk thread has told something.</summary>
    public sealed record Disk : EngineCommand;

    /// <summary>Completed once nothing is left to do, or the engine ended.</summary>
    public sealed record NotifyWhenIdle(TaskCompletionSource Idle) : EngineCommand;
}
