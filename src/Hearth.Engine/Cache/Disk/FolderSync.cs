using System.Runtime.InteropServices;

namespace Hearth.Engine.Cache.Disk;

/// <summary>
/// Makes a rename outlive a power failure: on Unix a file's name is its folder's content, and only a sync of the folder writes it. The
/// BCL opens no folders, hence the three functions.
/// </summary>
internal static class FolderSync
{
    private const string LibC = "libc";
    private const int CloseOnExecLinux = 0x80000;
    private const int CloseOnExecMac = 0x1000000;

    /// <summary>
    /// Writes a folder's names to disk. Does nothing where that is not possible or fails: what gets lost is a name that nobody
    /// promised, never the content of a file.
    /// </summary>
    public static void Flush(string folder)
    {
        if (OperatingSystem.IsWindows()) return;
        var descriptor = Open(folder, OperatingSystem.IsMacOS() ? CloseOnExecMac : OperatingSystem.IsLinux() ? CloseOnExecLinux : 0);
        if (descriptor < 0) return;
        _ = Sync(descriptor);
        _ = Close(descriptor);
    }

    [DllImport(LibC, EntryPoint = "open"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport(LibC, EntryPoint = "fsync"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Sync(int descriptor);

    [DllImport(LibC, EntryPoint = "close"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int descriptor);
}
