using System.IO.Hashing;
using Hearth.Llama;
using Microsoft.Win32.SafeHandles;

namespace Hearth.Engine.Cache.Disk;

/// <summary>One stored state's file, open for reading. Whoever deletes or replaces the file meanwhile does not disturb it.</summary>
internal sealed class SegmentReader : IDisposable
{
    /// <summary>Bytes that a check holds at once: few enough for a processor's cache, many enough for a disk.</summary>
    private const int CheckBytes = 1 << 18;

    private readonly SafeFileHandle _file;

    private SegmentReader(SafeFileHandle file, SegmentHeader header)
    {
        _file = file;
        Header = header;
    }

    /// <summary>What the file is of. Its name, its identity and the file's length agree with it.</summary>
    public SegmentHeader Header { get; }

    /// <summary>When it was used last.</summary>
    public DateTimeOffset LastUsed => new(File.GetLastWriteTimeUtc(_file));

    /// <summary>Opens a file and reads its header.</summary>
    /// <param name="path">Its path; the name must be the one that the header leads to.</param>
    /// <param name="identity">Model and settings that the state must be of.</param>
    /// <param name="fault">None exactly when there is a reader.</param>
    public static SegmentReader? TryOpen(string path, UInt128 identity, out SegmentFault fault)
    {
        SafeFileHandle? file = null;
        try
        {
            if (!FolderFiles.IsRegular(path, SegmentFile.MinHeaderBytes))
            {
                fault = FolderFiles.IsFile(path) ? SegmentFault.Torn : SegmentFault.Unreadable;
                return null;
            }

            file = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
            Span<byte> bytes = stackalloc byte[SegmentFile.MaxHeaderBytes];
            var decoded = SegmentFile.DecodeHeader(bytes[..Fill(file, bytes, 0)], identity);
            fault = decoded.Header is { } found ? Compare(found, RandomAccess.GetLength(file), Path.GetFileName(path)) : decoded.Fault;
            if (decoded.Header is not { } header || fault != SegmentFault.None) return null;
            var reader = new SegmentReader(file, header);
            file = null;
            return reader;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            fault = SegmentFault.Unreadable;
            return null;
        }
        finally
        {
            file?.Dispose();
        }
    }

    /// <summary>The payload, its checksum proven, which the caller owns; null with the reason when there is none.</summary>
    public NativeBytes? TryReadPayload(out SegmentFault fault)
    {
        fault = SegmentFault.Unreadable;
        if (NativeBytes.TryAllocate(Header.PayloadBytes) is not { } payload) return null;
        using (var bytes = payload.Lend())
        {
            try
            {
                fault = Fill(_file, bytes.Span, Header.Bytes) < payload.Length ? SegmentFault.Torn
                    : XxHash128.HashToUInt128(bytes.Span) != Header.PayloadHash ? SegmentFault.Corrupt
                    : SegmentFault.None;
            }
            catch (IOException)
            {
                fault = SegmentFault.Unreadable;
            }
        }

        if (fault == SegmentFault.None) return payload;
        payload.Dispose();
        return null;
    }

    /// <summary>Proves the payload's checksum without holding the payload.</summary>
    public SegmentFault CheckPayload()
    {
        var hash = new XxHash128();
        var buffer = GC.AllocateUninitializedArray<byte>((int)Math.Min(CheckBytes, Header.PayloadBytes));
        try
        {
            for (long done = 0; done < Header.PayloadBytes;)
            {
                Span<byte> part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, Header.PayloadBytes - done));
                if (Fill(_file, part, Header.Bytes + done) < part.Length) return SegmentFault.Torn;
                hash.Append(part);
                done += part.Length;
            }
        }
        catch (IOException)
        {
            return SegmentFault.Unreadable;
        }

        return hash.GetCurrentHashAsUInt128() == Header.PayloadHash ? SegmentFault.None : SegmentFault.Corrupt;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static SegmentFault Compare(SegmentHeader header, long fileBytes, string name) =>
        fileBytes < header.FileBytes ? SegmentFault.Torn
        : fileBytes > header.FileBytes || name != SegmentFile.Name(header.Key) ? SegmentFault.Corrupt
        : SegmentFault.None;

    /// <summary>Reads until the span is full or the file ends; returns how many bytes it got.</summary>
    private static int Fill(SafeFileHandle file, Span<byte> bytes, long offset)
    {
        var done = 0;
        while (done < bytes.Length)
        {
            var count = RandomAccess.Read(file, bytes[done..], offset + done);
            if (count == 0) break;
            done += count;
        }

        return done;
    }
}
