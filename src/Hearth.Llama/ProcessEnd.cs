using System.Runtime.InteropServices;

namespace Hearth.Llama;

/// <summary>
/// The end of the process without the library's own. Its destructors take apart what a thread that is still inside the library works
/// with; where such a thread is left behind, the process must go without them.
/// </summary>
public static partial class ProcessEnd
{
    /// <summary>Ends the process. Nothing runs after this call: what is to be written must have been.</summary>
    public static void AtOnce(int exitCode)
    {
        if (OperatingSystem.IsWindows())
            TerminateProcess(GetCurrentProcess(), (uint)exitCode);
        else
            Leave(exitCode);
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void Leave(int exitCode);

    [LibraryImport("kernel32")]
    private static partial nint GetCurrentProcess();

    [LibraryImport("kernel32")]
    private static partial void TerminateProcess(nint process, uint exitCode);
}
