using System.Buffers.Binary;
using System.Text;

namespace Hearth.Models.Gguf;

/// <summary>Reads a file forward through one buffer and never past its end.</summary>
internal sealed class GgufCursor(FileStream file)
{
    private readonly byte[] _buffer = new byte[1 << 20];
    private int _start;
    private int _end;

    public long Length { get; } = file.Length;

    /// <summary>Bytes read so far.</summary>
    public long Position { get; private set; }

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    /// <summary>A length or count that must be sane for the file it stands in.</summary>
    public long Count(long limit, string what)
    {
        ulong value = UInt64();
        return value <= (ulong)limit ? (long)value : throw new GgufDamage($"{what} is {value}, which cannot be");
    }

    public string String(int limitBytes)
    {
        int length = (int)Count(Math.Min(limitBytes, Length - Position), "the length of a text");
        return length == 0 ? "" : Encoding.UTF8.GetString(Take(length));
    }

    /// <summary>The next bytes, at most a buffer full.</summary>
    public ReadOnlySpan<byte> Take(int count)
    {
        if (_end - _start < count)
            Fill(count);
        ReadOnlySpan<byte> bytes = _buffer.AsSpan(_start, count);
        _start += count;
        Position += count;
        return bytes;
    }

    public void Skip(long count)
    {
        if (count > Length - Position)
            throw new GgufDamage("it ends in the middle of its header");
        long inBuffer = Math.Min(count, _end - _start);
        _start += (int)inBuffer;
        Position += count;
        if (count > inBuffer)
            file.Seek(count - inBuffer, SeekOrigin.Current);
    }

    private void Fill(int needed)
    {
        if (needed > Length - Position)
            throw new GgufDamage("it ends in the middle of its header");
        if (needed > _buffer.Length)
            throw new GgufDamage($"a value has {needed} bytes, which cannot be");
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        while (_end < needed)
        {
            int read = file.Read(_buffer, _end, _buffer.Length - _end);
            if (read == 0)
                throw new GgufDamage("it ends in the middle of its header");
            _end += read;
        }
    }
}
