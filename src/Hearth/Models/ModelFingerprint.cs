using System.Buffers.Binary;
using System.Security.Cryptography;
using Hearth.Models.Gguf;
using Microsoft.Win32.SafeHandles;

namespace Hearth.Models;

/// <summary>
/// Tells models apart by their content without reading all of it: of every file its length, everything before the weights, and two
/// samples of each tensor, its beginning and its middle. Where the files lie and when they were written does not matter.
/// </summary>
internal static class ModelFingerprint
{
    /// <summary>A page of the disk: training and quantising change every row of a tensor, so any piece of it shows them.</summary>
    private const int SampleBytes = 4096;

    /// <summary>Read at once before the weights, where vocabularies take megabytes.</summary>
    private const int PieceBytes = 1 << 20;

    /// <summary>The fingerprint of the model as its files are now.</summary>
    /// <exception cref="IOException">A file cannot be read, or is shorter than when it was opened.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    public static UInt128 Of(GgufFile file)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[PieceBytes];
        foreach (var (path, header) in file.Paths.Zip(file.Headers))
        {
            using var handle = File.OpenHandle(path);
            Add(hash, handle, header, buffer);
        }

        return BinaryPrimitives.ReadUInt128BigEndian(hash.GetHashAndReset());
    }

    private static void Add(IncrementalHash hash, SafeFileHandle file, GgufHeader header, byte[] buffer)
    {
        Span<byte> length = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(length, RandomAccess.GetLength(file));
        hash.AppendData(length);
        Add(hash, file, 0, Math.Min(header.DataStart, RandomAccess.GetLength(file)), buffer);
        foreach (var tensor in header.Tensors)
        {
            var start = header.DataStart + tensor.Offset;
            if (tensor.Bytes <= 2 * SampleBytes)
            {
                Add(hash, file, start, tensor.Bytes, buffer);
                continue;
            }

            Add(hash, file, start, SampleBytes, buffer);
            Add(hash, file, start + ((tensor.Bytes - SampleBytes) / 2), SampleBytes, buffer);
        }
    }

    private static void Add(IncrementalHash hash, SafeFileHandle file, long start, long count, byte[] buffer)
    {
        while (count > 0)
        {
            var read = RandomAccess.Read(file, buffer.AsSpan(0, (int)Math.Min(count, buffer.Length)), start);
            if (read == 0)
                throw new EndOfStreamException("The model's file ends before its last tensor does.");
            hash.AppendData(buffer, 0, read);
            (start, count) = (start + read, count - read);
        }
    }
}
