namespace Hearth.Engine.Cache.Disk;

/// <summary>
/// All that is kept below a root, whatever model it is of, for people who look at the disk cache or clear it. Works while servers use
/// the same folders. Files and folders whose names are not ours are neither read nor deleted.
/// </summary>
public static class SegmentArchive
{
    /// <summary>Every identity below a root, in the order of their names; none when there is no such root.</summary>
    public static IReadOnlyList<ArchiveFolder> List(string root) => [.. Identities(root).Select(identity => Look(root, identity))];

    /// <summary>Reads every stored state of an identity and proves its checksums. Deletes nothing.</summary>
    public static ArchiveCheck Verify(string root, UInt128 identity)
    {
        var folder = Path.Combine(root, SegmentNames.Folder(identity));
        var intact = 0;
        long bytes = 0;
        List<ArchiveFault> faults = [];
        foreach (var name in States(folder))
        {
            var path = Path.Combine(folder, name);
            using var reader = SegmentReader.TryOpen(path, identity, out var fault);
            if (reader is not null) fault = reader.CheckPayload();
            if (fault == SegmentFault.None)
            {
                intact++;
                bytes += reader!.Header.FileBytes;
            }
            else if (fault != SegmentFault.Unreadable || File.Exists(path))
            {
                faults.Add(new(name, fault));
            }
        }

        return new(intact, bytes, faults);
    }

    /// <summary>Deletes a file that <see cref="Verify"/> found. False when it cannot be deleted, or cannot be read just now and may be sound.</summary>
    public static bool Delete(string root, UInt128 identity, ArchiveFault fault) =>
        fault.Fault != SegmentFault.Unreadable
        && SegmentNames.IsState(fault.Name)
        && FolderFiles.TryDelete(Path.Combine(root, SegmentNames.Folder(identity), fault.Name));

    /// <summary>
    /// Deletes stored states, sampled answers, abandoned temporary files, and folders that are empty then. A server that runs goes on
    /// without what it misses.
    /// </summary>
    /// <param name="root">The cache's folder.</param>
    /// <param name="identity">Whose states; null for all.</param>
    /// <param name="unusedSince">Only states that were not used at or after this moment; null for all.</param>
    /// <param name="time">Tells which temporary files are abandoned.</param>
    public static ArchiveRemoval Purge(string root, UInt128? identity, DateTimeOffset? unusedSince, TimeProvider time)
    {
        var files = 0;
        long bytes = 0;
        foreach (var folder in Identities(root).Where(i => identity is null || i == identity)
            .Select(i => Path.Combine(root, SegmentNames.Folder(i))))
        {
            foreach (var name in FolderFiles.Names(folder))
            {
                var file = new FileInfo(Path.Combine(folder, name));
                if (SegmentNames.IsTemporary(name)) FolderFiles.DeleteAbandoned(file.FullName, time);
                if (!SegmentNames.IsKept(name) || !file.Exists || LastUsed(file) >= unusedSince) continue;
                var length = file.Length;
                if (!FolderFiles.TryDelete(file.FullName)) continue;
                files++;
                bytes += length;
            }

            TryDeleteEmpty(folder);
        }

        return new(files, bytes);
    }

    private static ArchiveFolder Look(string root, UInt128 identity)
    {
        var folder = Path.Combine(root, SegmentNames.Folder(identity));
        string? model = null;
        var count = 0;
        long bytes = 0;
        DateTimeOffset? oldest = null;
        DateTimeOffset? newest = null;
        foreach (var file in FolderFiles.Names(folder).Where(SegmentNames.IsKept).Select(name => new FileInfo(Path.Combine(folder, name))).Where(file => file.Exists))
        {
            count++;
            bytes += file.Length;
            var used = LastUsed(file);
            if (oldest is null || used < oldest) oldest = used;
            if (newest is null || used > newest) newest = used;
            if (model is not null) continue;
            using var reader = SegmentReader.TryOpen(file.FullName, identity, out _);
            model = reader?.Header.ModelName;
        }

        return new(identity, folder, model, count, bytes, oldest, newest);
    }

    private static IEnumerable<UInt128> Identities(string root)
    {
        foreach (var name in FolderFiles.Folders(root))
        {
            if (SegmentNames.TryFolder(name, out var identity)) yield return identity;
        }
    }

    private static IEnumerable<string> States(string folder) => FolderFiles.Names(folder).Where(SegmentNames.IsState);

    // The properties of a FileInfo are those it had when it was first asked, even if the file is gone meanwhile.
    private static DateTimeOffset LastUsed(FileInfo file) => new(file.LastWriteTimeUtc);

    private static void TryDeleteEmpty(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Something is still in it, for example a file that is being written.
        }
    }
}

/// <summary>The stored states of one identity.</summary>
/// <param name="Identity">Names the model and its settings.</param>
/// <param name="FullPath">The folder with the files.</param>
/// <param name="ModelName">The model's name as the first sound file has it; null when there is none.</param>
/// <param name="Count">Number of files.</param>
/// <param name="Bytes">Their lengths.</param>
/// <param name="Oldest">When the one was used that was not used for the longest time; null when there is none.</param>
/// <param name="Newest">When one was used last; null when there is none.</param>
public sealed record ArchiveFolder(
    UInt128 Identity, string FullPath, string? ModelName, int Count, long Bytes, DateTimeOffset? Oldest, DateTimeOffset? Newest);

/// <summary>What a check of all files of an identity found.</summary>
/// <param name="Intact">Number of files that are as they were written.</param>
/// <param name="Bytes">Their lengths.</param>
/// <param name="Faults">The others.</param>
public sealed record ArchiveCheck(int Intact, long Bytes, IReadOnlyList<ArchiveFault> Faults);

/// <summary>A file that cannot be used.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Fault">Why.</param>
public sealed record ArchiveFault(string Name, SegmentFault Fault);

/// <summary>What was deleted.</summary>
/// <param name="Files">Number of files.</param>
/// <param name="Bytes">Their lengths.</param>
public sealed record ArchiveRemoval(int Files, long Bytes);
