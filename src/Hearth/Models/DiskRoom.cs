namespace Hearth.Models;

/// <summary>What the disk has for a folder of files that may be deleted again. In bytes.</summary>
/// <param name="Folder">The folder, which need not exist.</param>
/// <param name="FreeBytes">What the disk has free for this person; null where the system does not say.</param>
/// <param name="HeldBytes">What the folder's files take.</param>
internal sealed record DiskRoom(string Folder, long? FreeBytes, long HeldBytes)
{
    /// <summary>Measures; nothing is created.</summary>
    public static DiskRoom Measure(string folder)
    {
        try
        {
            DirectoryInfo wanted = new(folder);
            long held = wanted.Exists ? wanted.EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length) : 0;
            DirectoryInfo? existing = wanted;
            while (existing is { Exists: false })
                existing = existing.Parent;
            return new DiskRoom(folder, existing is null ? null : Free(existing.FullName), held);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return new DiskRoom(folder, null, 0);
        }
    }

    /// <summary>Windows names drives by their root only; elsewhere any folder stands for the file system it is in.</summary>
    private static long Free(string folder) =>
        new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(folder)! : folder).AvailableFreeSpace;
}
