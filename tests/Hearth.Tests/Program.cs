using System.Runtime.CompilerServices;
using Hearth.Children;
using Hearth.Documents;
using Hearth.Tests.Children;
using Hearth.Tests.Engine.Cache.Disk;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace Hearth.Tests;

/// <summary>
/// Runs the tests as the entry point does that the runner would generate, unless a test started this program as a child process: one that
/// it is going to kill, or one that the product starts.
/// </summary>
internal static class Program
{
    private static Task<int> Main(string[] args)
    {
        if (args is [WritingChild.Argument, var folder, var seed]) return Task.FromResult(WritingChild.Run(folder, int.Parse(seed)));
        if (args is [ChildCommand.Name, var work]) return Task.FromResult(ChildCommand.Run(work == PdfReader.Work ? PdfReader.Answer : OddJobs.Answer));
        if (args is [OddJobs.ParentArgument]) return OddJobs.RunParentAsync();
        return RunTests(args);
    }

    // Not inlined, so that a child does not load the runner.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Task<int> RunTests(string[] args) =>
        args.Any(a => a is "--server" or "--internal-msbuild-node")
            ? TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions)
            : ConsoleRunner.Run(args);
}
