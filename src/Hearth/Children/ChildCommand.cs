using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Hearth.Children;

/// <summary>
/// The child's side: answers one job after the other until its parent closes the input or dies. It is a command that no help page shows.
/// </summary>
internal static class ChildCommand
{
    /// <summary>The first argument of a child; the second names its work.</summary>
    public const string Name = "child-process";

    /// <summary>What threads of the runtime have. Jobs that need more run in circles, and end the sooner.</summary>
    private const int StackBytes = 1536 * 1024;

    /// <summary>
    /// Runs in a process of its own. The work has a thread of its own too: the main thread waits for the end of the input, and its return
    /// ends the process whatever the work does.
    /// </summary>
    public static int Run(Func<ReadOnlyMemory<byte>, byte[]> work)
    {
        StepBackOnWindows();
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Ignore);
        using PosixSignalRegistration hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Ignore);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Ignore);
        using Stream input = Console.OpenStandardInput();
        using Stream output = Console.OpenStandardOutput();
        // Whatever a library might print would be taken for an answer.
        Console.SetOut(TextWriter.Null);
        using BlockingCollection<byte[]> jobs = new(boundedCapacity: 1);
        Thread worker = new(() => Answer(jobs, work, output), StackBytes) { IsBackground = true, Name = "hearth-child" };
        worker.Start();
        Frames.Write(output, []);
        while (Frames.Read(input) is { } job)
            jobs.Add(job);
        return 0;
    }

    private static void Answer(BlockingCollection<byte[]> jobs, Func<ReadOnlyMemory<byte>, byte[]> work, Stream output)
    {
        foreach (byte[] job in jobs.GetConsumingEnumerable())
            Frames.Write(output, work(job));
    }

    /// <summary>The signals of a terminal or a service manager go to every process; this one's parent decides when it ends.</summary>
    private static void Ignore(PosixSignalContext context) => context.Cancel = true;

    /// <summary>Answers that are being computed go first. Elsewhere <see cref="ChildStart"/> sees to it.</summary>
    private static void StepBackOnWindows()
    {
        if (!OperatingSystem.IsWindows())
            return;
        using Process self = Process.GetCurrentProcess();
        self.PriorityClass = ProcessPriorityClass.BelowNormal;
    }
}
