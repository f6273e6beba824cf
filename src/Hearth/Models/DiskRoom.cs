namespace Hearth.Models;

/// <summary>What the disk has for a folder of files that may be deleted again. In bytes.</summary>
/// <param name="Folder">The folder, which need not exist.</param>
/// <param name="FreeBytes">What the disk has free for this person; null where the system does not say.</param>
/// <param name="HeldBytes">What the folder's files take.</param>
internal sealed record DiskRoom(string Folder, long? FreeBytes, long HeldBytes)
{
    /// <summary>The folder, and the folders in it.</summary>
    private static readonly EnumerationOptions Depth = new() { RecurseSubdirectories = true, MaxRecursionDepth = 1, IgnoreInaccessible = true };

    /// <summary>Measures; nothing is created. Others may write and delete in the folder meanwhile.</summary>
    public static DiskRoom Measure(string folder)
    {
        try
        {
            DirectoryInfo? existing = new(folder);
            while (existing is { Exists: false })
                existing = existing.Parent;
            return new DiskRoom(folder, existing is null ? null : Free(existing.FullName), Held(folder));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return new DiskRoom(folder, null, 0);
        }
    }

    /// <summary>Windows names drives by their root only; elsewhere any folder stands for the file system it is in.</summary>
    private static long Free(string folder) =>
        new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(folder)! : folder).AvailableFreeSpace;

    private static long Held(string folder)
    {
        try
        {
            // A file that is asked whether it exists answers its length from the same look.
            return new DirectoryInfo(folder).EnumerateFiles("*", Depth).Sum(f => f.Exists ? f.Length : 0);
        }
        catch (IOException)
        {
            // There is no folder, or no longer.
            return 0;
        }
    }
}
