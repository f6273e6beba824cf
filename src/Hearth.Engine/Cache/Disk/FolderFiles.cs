namespace Hearth.Engine.Cache.Disk;

/// <summary>A folder's files as several processes share them: each may vanish at any time.</summary>
internal static class FolderFiles
{
    private const UnixFileMode PrivateFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode PrivateFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>How long a temporary file may belong to a process that still writes it; writing one takes seconds.</summary>
    private static readonly TimeSpan WritingAtMost = TimeSpan.FromMinutes(10);

    /// <summary>The names of all files in a folder, ours or not; none when there is no such folder or it cannot be listed.</summary>
    public static IReadOnlyList<string> Names(string folder) => List(folder, Directory.EnumerateFiles);

    /// <summary>The names of all folders in a folder; none when there is no such folder or it cannot be listed.</summary>
    public static IReadOnlyList<string> Folders(string folder) => List(folder, Directory.EnumerateDirectories);

    /// <summary>Creates a folder for nobody else to read, unless it exists.</summary>
    public static void CreatePrivate(string folder)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, PrivateFolder);
    }

    /// <summary>Opens a file to write it; a new one is for nobody else to read.</summary>
    public static FileStream OpenPrivate(string path, FileMode mode, long expectedBytes = 0)
    {
        var options = new FileStreamOptions
        {
            Mode = mode,
            Access = FileAccess.Write,
            // Asking for exclusion would take locks that network file systems lack.
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
            PreallocationSize = expectedBytes,
        };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = PrivateFile;
        return new FileStream(path, options);
    }

    /// <summary>
    /// True for a file that holds at least so many bytes, of which the system says so without opening it: opening a pipe or a device may
    /// never return. Those have no length, and a link is followed by whoever opens it, wherever it leads.
    /// </summary>
    public static bool IsRegular(string path, long leastBytes) =>
        new FileInfo(path) is { Exists: true, LinkTarget: null } file && file.Length >= leastBytes;

    /// <summary>True for whatever has a name and is no folder.</summary>
    public static bool IsFile(string path) => new FileInfo(path).Exists;

    /// <summary>Deletes a file. True as well when somebody else did so just before; false when the system refuses.</summary>
    public static bool TryDelete(string path)
    {
        try
        {
            File.Delete(path);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Deletes a temporary file whose writer must be gone; leaves a younger one to its writer, which may be another process.</summary>
    public static void DeleteAbandoned(string path, TimeProvider time)
    {
        // A file that is not there has the year 1601, and deleting it does nothing.
        if (time.GetUtcNow() - LastUsed(path) > WritingAtMost) TryDelete(path);
    }

    /// <summary>When a file was used last; long ago when it is not there.</summary>
    public static DateTimeOffset LastUsed(string path)
    {
        try
        {
            return new(File.GetLastWriteTimeUtc(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return DateTimeOffset.MinValue;
        }
    }

    private static IReadOnlyList<string> List(string folder, Func<string, IEnumerable<string>> paths)
    {
        try
        {
            return [.. paths(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
