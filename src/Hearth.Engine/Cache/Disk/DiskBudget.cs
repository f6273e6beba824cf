using System.Globalization;

namespace Hearth.Engine.Cache.Disk;

/// <summary>
/// Keeps the files of all models and processes below one root within a budget. What counts is what lies there: it is listed before every
/// write, so that whoever writes makes the room. Processes that write at the same moment do not see each other's file in the making, so
/// together they may exceed the budget by one file each until the next write. The disk thread owns it.
/// </summary>
/// <param name="root">The cache's folder.</param>
/// <param name="identity">Whose files this process writes.</param>
/// <param name="budgetBytes">Most bytes of files.</param>
/// <param name="time">Tells how long files were not used.</param>
internal sealed class DiskBudget(string root, UInt128 identity, long budgetBytes, TimeProvider time)
{
    /// <summary>After this time without use a prefix is half as likely to be used: between a working day and a weekend.</summary>
    private const double HalfLifeDays = 2;

    /// <summary>Headers that are read at once to learn what files cost, those of the files first that were not used for longest.</summary>
    private const int HeadersAtOnce = 64;

    private readonly Dictionary<(UInt128 Identity, string Name), KeptFile> _files = [];

    /// <summary>Bytes of all files as they were listed last.</summary>
    public long Bytes { get; private set; }

    /// <summary>
    /// Deletes files until there is room for one more: those that are worth least per byte, which is the time to compute them again, less
    /// with every day without use; never what others continue. Returns the names of this process's own that went.
    /// </summary>
    /// <param name="bytes">Size of the file that is to be written.</param>
    /// <param name="chain">The prefix that it continues.</param>
    public IReadOnlyList<string> MakeRoom(long bytes, UInt128 chain)
    {
        Refresh();
        if (Bytes + bytes <= budgetBytes) return [];
        ReadHeaders();
        List<string> own = [];
        var continued = _files.Values.Select(f => (f.Identity, f.Chain)).Append((identity, chain))
            .GroupBy(f => f).ToDictionary(g => g.Key, g => g.Count());
        var now = time.GetUtcNow();
        while (Bytes + bytes > budgetBytes)
        {
            if (_files.Values.Where(f => f.IsFree(continued)).MinBy(f => f.Worth(now)) is not { } least)
            {
                if (!ReadHeaders()) break;
                continue;
            }

            // Another process may have used it meanwhile.
            var path = PathOf(least);
            if (FolderFiles.LastUsed(path) is var used && used > least.LastUsed)
            {
                least.LastUsed = used;
                continue;
            }

            least.IsStuck = !FolderFiles.TryDelete(path);
            if (least.IsStuck) continue;
            Remove(least);
            continued[(least.Identity, least.Chain)]--;
            if (least.Identity == identity) own.Add(least.Name);
        }

        return own;
    }

    /// <summary>True when so many bytes more stay within the budget, as far as is known.</summary>
    public bool HasRoom(long bytes) => Bytes + bytes <= budgetBytes;

    private void Refresh()
    {
        HashSet<(UInt128, string)> seen = [];
        foreach (var folder in FolderFiles.Folders(root))
        {
            if (!SegmentNames.TryFolder(folder, out var owner)) continue;
            foreach (var name in FolderFiles.Names(Path.Combine(root, folder)).Where(SegmentNames.IsState))
            {
                seen.Add((owner, name));
                if (!_files.ContainsKey((owner, name))) Add(owner, name);
            }
        }

        foreach (var gone in _files.Where(f => !seen.Contains(f.Key)).Select(f => f.Value).ToList()) Remove(gone);
    }

    private void Add(UInt128 owner, string name)
    {
        var info = new FileInfo(Path.Combine(root, SegmentNames.Folder(owner), name));
        if (!info.Exists) return;
        _files.Add((owner, name), new KeptFile(owner, name, info.Length) { LastUsed = new(info.LastWriteTimeUtc) });
        Bytes += info.Length;
    }

    private void Remove(KeptFile file)
    {
        _files.Remove((file.Identity, file.Name));
        Bytes -= file.Bytes;
    }

    // False when none was left to read.
    private bool ReadHeaders()
    {
        var unknown = _files.Values.Where(f => !f.IsKnown).OrderBy(f => f.LastUsed).Take(HeadersAtOnce).ToList();
        foreach (var file in unknown)
        {
            using var reader = SegmentReader.TryOpen(PathOf(file), file.Identity, out _);

            // What cannot be read is worth nothing.
            file.IsKnown = true;
            file.ComputeSeconds = reader?.Header.ComputeCost.TotalSeconds ?? 0;
            if (reader?.Header.Key is { Kind: StateKind.Segment, Tokens.Length: TokenChain.Block } key)
                file.Next = TokenChain.Extend(key.Chain, key.Tokens.Span);
        }

        return unknown.Count > 0;
    }

    private string PathOf(KeptFile file) => Path.Combine(root, SegmentNames.Folder(file.Identity), file.Name);

    private sealed class KeptFile(UInt128 identity, string name, long bytes)
    {
        public UInt128 Identity { get; } = identity;

        public string Name { get; } = name;

        public long Bytes { get; } = bytes;

        /// <summary>The prefix that it continues.</summary>
        public UInt128 Chain { get; } = UInt128.Parse(name.AsSpan(0, 32), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

        /// <summary>The prefix that others continue; null while its header was not read, and where none can.</summary>
        public UInt128? Next { get; set; }

        public DateTimeOffset LastUsed { get; set; }

        public double ComputeSeconds { get; set; }

        /// <summary>Its header was read.</summary>
        public bool IsKnown { get; set; }

        /// <summary>The system does not let it be deleted.</summary>
        public bool IsStuck { get; set; }

        public bool IsFree(Dictionary<(UInt128 Identity, UInt128 Chain), int> continued) =>
            IsKnown && !IsStuck && !(Next is { } next && continued.GetValueOrDefault((Identity, next)) > 0);

        public double Worth(DateTimeOffset now) =>
            ComputeSeconds * Math.Pow(2, -Math.Max(0, (now - LastUsed).TotalDays) / HalfLifeDays) / Math.Max(1, Bytes);
    }
}
