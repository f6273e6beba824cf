namespace Hearth.Config;

/// <summary>Files that a person names. Opening a pipe or a device may never return, and reading one may never end.</summary>
internal static class RegularFile
{
    /// <summary>True for what has no length, links followed: an empty file, a pipe or a device. The system says so without opening it.</summary>
    public static bool IsEmpty(string path)
    {
        FileInfo file = new(path);
        return (file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file) is { Exists: true, Length: 0 };
    }
}
