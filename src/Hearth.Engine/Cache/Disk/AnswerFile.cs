using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace Hearth.Engine.Cache.Disk;

/// <summary>
/// Sampled answers of one identity, one record behind the other, little endian: a mark, the number of tokens, the answer's start and end,
/// the tokens, and the XxHash3 of all that. A record that was torn, or overwritten by another process, is passed over. Nothing is lost
/// with it but time, so nothing is flushed, and nobody waits for a disk that does not answer. Thread-safe.
/// </summary>
internal sealed class AnswerFile(DiskCacheSettings disk, int mostBytes, ILogger log)
{
    private const uint Mark = 0x31534E41;
    private const int CountAt = 4;
    private const int StartAt = 8;
    private const int EndAt = 24;
    private const int TokensAt = 40;
    private const int ChecksumBytes = sizeof(ulong);

    /// <summary>Answers that wait to be written at once; while a disk does not answer, more are remembered in memory only.</summary>
    private const int MostQueued = 64;

    /// <summary>Longest that an answer's end waits for its record: much longer than writing one takes, and too short to matter.</summary>
    private static readonly TimeSpan LongestAppend = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest that the start waits for what is there: a few megabytes.</summary>
    private static readonly TimeSpan LongestRead = TimeSpan.FromSeconds(3);

    private readonly Lock _lock = new();
    private readonly string _folder = Path.Combine(disk.Folder, SegmentNames.Folder(disk.Identity));
    private Task _writing = Task.CompletedTask;
    private int _queued;
    private bool _hasFailed;

    private string FullPath => Path.Combine(_folder, SegmentNames.Answers);

    /// <summary>Bytes that an answer takes.</summary>
    public static int RecordBytes(SampledAnswer answer) => TokensAt + (answer.Tokens.Length * sizeof(int)) + ChecksumBytes;

    /// <summary>Hands over the answers in the file; those of a disk that takes too long come when they come.</summary>
    public void ReadSoon(Action<SampledAnswer> take) => Task.Run(() =>
    {
        foreach (SampledAnswer answer in Read())
            take(answer);
    }).Wait(LongestRead);

    /// <summary>The answers in the file, those that were written last in the end.</summary>
    public IReadOnlyList<SampledAnswer> Read()
    {
        byte[] bytes = [];
        Try(() =>
        {
            // Larger than ours ever get: not ours, or damaged.
            if (FolderFiles.IsRegular(FullPath, leastBytes: 1) && new FileInfo(FullPath).Length <= 2L * mostBytes)
                bytes = File.ReadAllBytes(FullPath);
        });
        List<SampledAnswer> answers = [];
        for (int at = 0; at < bytes.Length;)
        {
            SampledAnswer? answer = Decode(bytes.AsSpan(at));
            if (answer is not null)
                answers.Add(answer);
            at += answer is null ? 1 : RecordBytes(answer);
        }

        return answers;
    }

    /// <summary>Adds an answer; a file that has grown too long is replaced by what is <paramref name="remembered"/>, up to half its length.</summary>
    public void Append(SampledAnswer answer, BoundedMemo<RunChain, SampledAnswer> remembered)
    {
        Task writing;
        lock (_lock)
        {
            if (_queued == MostQueued) return;
            writing = _writing = _writing.ContinueWith(
                _ =>
                {
                    Try(() => Write(answer, remembered));
                    Interlocked.Decrement(ref _queued);
                },
                CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

            // Whoever comes behind one that takes too long does not wait as well.
            if (Interlocked.Increment(ref _queued) > 1) return;
        }

        writing.Wait(LongestAppend);
    }

    private void Write(SampledAnswer answer, BoundedMemo<RunChain, SampledAnswer> remembered)
    {
        FolderFiles.CreatePrivate(disk.Folder);
        FolderFiles.CreatePrivate(_folder);

        // A pipe or a link under this name is none of ours, and whoever opens it may never come back.
        if (FolderFiles.IsFile(FullPath) && !FolderFiles.IsRegular(FullPath, leastBytes: 1)) FolderFiles.TryDelete(FullPath);
        using (FileStream file = FolderFiles.OpenPrivate(FullPath, FileMode.Append))
        {
            if (file.Length + RecordBytes(answer) <= mostBytes)
            {
                file.Write(Encode(answer));
                return;
            }
        }

        Replace(remembered.Values);
    }

    private void Replace(IReadOnlyList<SampledAnswer> latestFirst)
    {
        List<byte[]> kept = [];
        long length = 0;
        foreach (SampledAnswer answer in latestFirst)
        {
            if (length + RecordBytes(answer) > mostBytes / 2)
                break;
            length += RecordBytes(answer);
            kept.Add(Encode(answer));
        }

        string temporary = Path.Combine(_folder, SegmentNames.Temporary(Environment.ProcessId, (ulong)Random.Shared.NextInt64(), 0));
        try
        {
            using (FileStream file = FolderFiles.OpenPrivate(temporary, FileMode.CreateNew))
            {
                foreach (byte[] record in Enumerable.Reverse(kept))
                    file.Write(record);
            }

            File.Move(temporary, FullPath, overwrite: true);
        }
        catch
        {
            FolderFiles.TryDelete(temporary);
            throw;
        }
    }

    private static byte[] Encode(SampledAnswer answer)
    {
        byte[] record = new byte[RecordBytes(answer)];
        Span<byte> bytes = record;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Mark);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[CountAt..], answer.Tokens.Length);
        BinaryPrimitives.WriteUInt128LittleEndian(bytes[StartAt..], answer.Start.Value);
        BinaryPrimitives.WriteUInt128LittleEndian(bytes[EndAt..], answer.End.Value);
        SegmentFile.WriteTokens(answer.Tokens, bytes[TokensAt..]);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[^ChecksumBytes..], XxHash3.HashToUInt64(bytes[..^ChecksumBytes]));
        return record;
    }

    /// <summary>The record that the bytes begin with, or null.</summary>
    private static SampledAnswer? Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < TokensAt + ChecksumBytes || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Mark)
            return null;
        long length = TokensAt + ((long)BinaryPrimitives.ReadUInt32LittleEndian(bytes[CountAt..]) * sizeof(int)) + ChecksumBytes;
        if (length > bytes.Length)
            return null;
        ReadOnlySpan<byte> record = bytes[..(int)length];
        if (BinaryPrimitives.ReadUInt64LittleEndian(record[^ChecksumBytes..]) != XxHash3.HashToUInt64(record[..^ChecksumBytes]))
            return null;
        int[] tokens = MemoryMarshal.Cast<byte, int>(record[TokensAt..^ChecksumBytes]).ToArray();
        if (!BitConverter.IsLittleEndian)
            BinaryPrimitives.ReverseEndianness(tokens, tokens);
        return new SampledAnswer(
            new RunChain(BinaryPrimitives.ReadUInt128LittleEndian(record[StartAt..])), new RunChain(BinaryPrimitives.ReadUInt128LittleEndian(record[EndAt..])), tokens);
    }

    /// <summary>Without the file only time is lost, so a failure is told once and work goes on.</summary>
    private void Try(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e)
        {
            if (!_hasFailed)
                log.LogWarning("Sampled answers cannot be kept on disk, so after a restart some are computed again: {Reason}", e.Message);
            _hasFailed = true;
        }
    }
}
