namespace Hearth.Engine.Cache.Disk;

/// <summary>Megabytes per second of a store's files.</summary>
/// <param name="Write">Checksummed, flushed and renamed, as the store writes them.</param>
/// <param name="Read">Read and verified, as the store reads them.</param>
/// <param name="Copy">The same bytes written file by file and flushed, without anything else.</param>
public sealed record FileSpeed(double Write, double Read, double Copy)
{
    private const double BytesPerMegabyte = 1e6;

    /// <summary>Reads a store and writes it twice into other folders, which are deleted.</summary>
    /// <param name="root">Folder of all identities.</param>
    /// <param name="identity">Whose files.</param>
    /// <param name="scratch">A folder that does not exist.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public static FileSpeed Of(string root, UInt128 identity, string scratch, TimeProvider time)
    {
        SegmentFolder store = new(root, identity, "store", time), written = new(Path.Combine(scratch, "store"), identity, "store", time);
        written.Open();
        var copies = Directory.CreateDirectory(Path.Combine(scratch, "plain")).FullName;
        TimeSpan read = default, write = default, copy = default;
        long bytes = 0;
        foreach (var file in store.Scan(new HashSet<string>()))
        {
            var start = time.GetTimestamp();
            using var payload = store.Read(file.Key).Payload;
            read += time.GetElapsedTime(start);
            using var data = payload.Lend();
            start = time.GetTimestamp();
            written.Write(file.Key, file.ComputeCost, data.Span);
            write += time.GetElapsedTime(start);
            start = time.GetTimestamp();
            Flushed(Path.Combine(copies, file.Name), data.Span);
            copy += time.GetElapsedTime(start);
            bytes += payload.Length;
        }

        Directory.Delete(scratch, recursive: true);
        return new FileSpeed(Speed(write), Speed(read), Speed(copy));

        double Speed(TimeSpan took) => bytes / BytesPerMegabyte / took.TotalSeconds;
    }

    private static void Flushed(string path, ReadOnlySpan<byte> data)
    {
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
        RandomAccess.Write(file, data, 0);
        RandomAccess.FlushToDisk(file);
    }
}
