using System.Security.Cryptography;
using Hearth.Llama;

namespace Hearth.Engine.Cache.Disk;

/// <summary>
/// The stored states of one model with its settings, one file each. The disk thread owns it. Other processes may use the same folder at
/// the same time: files come by an atomic rename and never change, so a reader sees a whole file or none, and a missing one is normal.
/// </summary>
/// <param name="root">The cache's folder; everything of ours lies in folders below it.</param>
/// <param name="identity">Names the model and every setting that changes what is stored.</param>
/// <param name="modelName">The model's name, for people who look at the cache.</param>
/// <param name="time">Tells when states are written, and how old abandoned files are.</param>
internal sealed class SegmentFolder(string root, UInt128 identity, string modelName, TimeProvider time)
{
    private readonly ulong _writer = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
    private long _writes;

    /// <summary>The folder with the files.</summary>
    public string FullPath { get; } = Path.Combine(root, SegmentNames.Folder(identity));

    /// <summary>Files that were deleted because they could not be used; abandoned temporary ones do not count.</summary>
    public int Discarded { get; private set; }

    /// <summary>
    /// Creates the folders, for nobody else to read. Those that exist keep their modes. Throws <see cref="IOException"/> or
    /// <see cref="UnauthorizedAccessException"/> where it cannot.
    /// </summary>
    public void Open()
    {
        FolderFiles.CreatePrivate(root);
        FolderFiles.CreatePrivate(FullPath);
    }

    /// <summary>The names of the states that are there.</summary>
    public IReadOnlyList<string> List() => [.. FolderFiles.Names(FullPath).Where(SegmentNames.IsState)];

    /// <summary>
    /// The states that are not known yet. Deletes what can never be used, and temporary files that nobody writes any more; skips what
    /// cannot be read just now.
    /// </summary>
    /// <param name="knownNames">Names of files to pass over without opening them.</param>
    public IReadOnlyList<StoredState> Scan(ISet<string> knownNames)
    {
        DeleteAbandoned();
        return [.. Open(List().Where(name => !knownNames.Contains(name)))];
    }

    /// <summary>Deletes temporary files that nobody writes any more.</summary>
    public void DeleteAbandoned()
    {
        foreach (var name in FolderFiles.Names(FullPath).Where(SegmentNames.IsTemporary)) FolderFiles.DeleteAbandoned(PathOf(name), time);
    }

    /// <summary>Reads what states' files say of themselves, one after the other. Deletes what can never be used; skips what cannot be read just now.</summary>
    public IEnumerable<StoredState> Open(IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            var path = PathOf(name);
            using var reader = SegmentReader.TryOpen(path, identity, out var fault);
            if (reader is not null)
                yield return new(reader.Header.Key, name, reader.Header.FileBytes, reader.Header.ComputeCost, reader.LastUsed);
            else if (fault != SegmentFault.Unreadable)
                Discard(path);
        }
    }

    /// <summary>
    /// Stores a state; one of the same key is replaced. It is on the disk when this returns. Throws <see cref="IOException"/> or
    /// <see cref="UnauthorizedAccessException"/> when the disk is full or not writable, and leaves no file then.
    /// </summary>
    public StoredState Write(StateKey key, TimeSpan computeCost, ReadOnlySpan<byte> payload)
    {
        var header = SegmentFile.EncodeHeader(identity, modelName, key, computeCost, payload);
        var name = SegmentFile.Name(key);
        var now = time.GetUtcNow();
        var temporary = PathOf(SegmentNames.Temporary(Environment.ProcessId, _writer, _writes++));
        try
        {
            WriteTemporary(temporary, header, payload, now);
            File.Move(temporary, PathOf(name), overwrite: true);
        }
        catch
        {
            FolderFiles.TryDelete(temporary);
            throw;
        }

        FolderSync.Flush(FullPath);
        return new(key, name, header.Length + (long)payload.Length, computeCost, now);
    }

    /// <summary>
    /// Reads a state. A payload comes only from a file of this model and these settings, of this key with the same tokens, and with
    /// every checksum right; any other file is deleted.
    /// </summary>
    public StateRead Read(StateKey key)
    {
        var path = PathOf(SegmentFile.Name(key));
        NativeBytes? payload = null;
        SegmentFault fault;
        using (var reader = SegmentReader.TryOpen(path, identity, out fault))
        {
            if (reader is not null)
            {
                if (!reader.Header.Key.Equals(key)) fault = SegmentFault.Corrupt;
                else payload = reader.TryReadPayload(out fault);
            }
        }

        if (payload is not null) return new(ReadOutcome.Ok, payload);
        if (fault == SegmentFault.Unreadable) return new(ReadOutcome.Gone, NativeBytes.Empty);
        Discard(path);
        return new(ReadOutcome.Discarded, NativeBytes.Empty);
    }

    /// <summary>Notes a use, for the order in which states leave. Only a hint, so what fails is ignored.</summary>
    public void Touch(StateKey key, DateTimeOffset now)
    {
        try
        {
            File.SetLastWriteTimeUtc(PathOf(SegmentFile.Name(key)), now.UtcDateTime);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    /// <summary>Deletes a state. False when it was not there or cannot be deleted.</summary>
    public bool Delete(StateKey key)
    {
        var path = PathOf(SegmentFile.Name(key));
        return File.Exists(path) && FolderFiles.TryDelete(path);
    }

    private void WriteTemporary(string path, byte[] header, ReadOnlySpan<byte> payload, DateTimeOffset now)
    {
        using var stream = OpenTemporary(path, header.Length + (long)payload.Length);
        RandomAccess.Write(stream.SafeFileHandle, header, 0);
        RandomAccess.Write(stream.SafeFileHandle, payload, header.Length);
        try
        {
            File.SetLastWriteTimeUtc(stream.SafeFileHandle, now.UtcDateTime);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The system's own time is as good a hint.
        }

        RandomAccess.FlushToDisk(stream.SafeFileHandle);
    }

    /// <summary>Creates a temporary file, and the folder again if somebody deleted it meanwhile.</summary>
    private FileStream OpenTemporary(string path, long bytes)
    {
        try
        {
            return FolderFiles.OpenPrivate(path, FileMode.CreateNew, bytes);
        }
        catch (DirectoryNotFoundException)
        {
            Open();
            return FolderFiles.OpenPrivate(path, FileMode.CreateNew, bytes);
        }
    }

    private void Discard(string path)
    {
        if (FolderFiles.TryDelete(path)) Discarded++;
    }

    private string PathOf(string name) => Path.Combine(FullPath, name);
}

/// <summary>A state that lies in the folder.</summary>
/// <param name="Key">What it is of.</param>
/// <param name="Name">Its file's name.</param>
/// <param name="Bytes">Length of the whole file.</param>
/// <param name="ComputeCost">What computing it took.</param>
/// <param name="LastUsed">The file's last write time, which <see cref="SegmentFolder.Touch"/> moves.</param>
internal sealed record StoredState(StateKey Key, string Name, long Bytes, TimeSpan ComputeCost, DateTimeOffset LastUsed);

/// <summary>What reading a state gave.</summary>
/// <param name="Outcome">Whether there is a payload.</param>
/// <param name="Payload">The bytes that were stored, which whoever read them owns; empty unless the outcome is Ok.</param>
internal readonly record struct StateRead(ReadOutcome Outcome, NativeBytes Payload);

/// <summary>How reading a state ended.</summary>
internal enum ReadOutcome
{
    /// <summary>The payload is what was stored.</summary>
    Ok,

    /// <summary>There is no such file, or it cannot be read just now.</summary>
    Gone,

    /// <summary>The file could not be used and was deleted.</summary>
    Discarded,
}
