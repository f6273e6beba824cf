namespace Hearth.Commands.Bench.Faults;

/// <summary>One row of the table: what is done to a server, what it promises then, and how to see whether it keeps it.</summary>
internal sealed record Fault(string Name, string Promise, Func<FaultScene, Task<FaultOutcome>> RunAsync);

/// <summary>Whether a promise held.</summary>
internal enum FaultVerdict
{
    Holds,
    Broken,
    Skipped,
}

/// <summary>What was seen of one fault.</summary>
internal sealed record FaultOutcome(FaultVerdict Verdict, string Seen)
{
    public static FaultOutcome Judge(bool holds, string seen) => new(holds ? FaultVerdict.Holds : FaultVerdict.Broken, seen);

    /// <summary>This machine cannot do it.</summary>
    public static FaultOutcome Skip(string reason) => new(FaultVerdict.Skipped, reason);
}
