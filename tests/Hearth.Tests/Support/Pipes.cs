using System.Runtime.InteropServices;

namespace Hearth.Tests.Support;

/// <summary>Named pipes: whoever opens one to read it waits for a writer that never comes, as on a file system whose server is gone.</summary>
internal static class Pipes
{
    private const uint Private = 0x180;

    /// <summary>Makes one.</summary>
    public static void Make(string path) => Assert.Equal(0, MakeFifo(path, Private));

    /// <summary>Puts one in a file's place.</summary>
    public static void Replace(string path)
    {
        File.Delete(path);
        Make(path);
    }

    [DllImport("libc", EntryPoint = "mkfifo", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int MakeFifo([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint mode);
}
