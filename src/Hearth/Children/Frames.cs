using System.Buffers.Binary;

namespace Hearth.Children;

/// <summary>Messages between parent and child: four bytes of length, least first, and as many bytes. An empty one says that a child is ready.</summary>
internal static class Frames
{
    private const int HeaderBytes = 4;

    /// <summary>Writes one message.</summary>
    public static async Task WriteAsync(Stream stream, ReadOnlyMemory<byte> message, CancellationToken cancellation)
    {
        await stream.WriteAsync(Header(message.Length), cancellation);
        await stream.WriteAsync(message, cancellation);
        await stream.FlushAsync(cancellation);
    }

    /// <summary>The length of the next message; null at the end of the stream.</summary>
    public static async Task<uint?> ReadLengthAsync(Stream stream, CancellationToken cancellation)
    {
        byte[] header = new byte[HeaderBytes];
        int read = await stream.ReadAtLeastAsync(header, HeaderBytes, throwOnEndOfStream: false, cancellation);
        return read < HeaderBytes ? null : BinaryPrimitives.ReadUInt32LittleEndian(header);
    }

    /// <summary>The message whose length was read; null when the stream ends within it.</summary>
    public static async Task<byte[]?> ReadBytesAsync(Stream stream, uint length, CancellationToken cancellation)
    {
        byte[] message = new byte[length];
        return await stream.ReadAtLeastAsync(message, message.Length, throwOnEndOfStream: false, cancellation) == message.Length ? message : null;
    }

    /// <summary>Writes one message.</summary>
    public static void Write(Stream stream, ReadOnlySpan<byte> message)
    {
        stream.Write(Header(message.Length));
        stream.Write(message);
        stream.Flush();
    }

    /// <summary>The next message; null at the end of the stream.</summary>
    public static byte[]? Read(Stream stream)
    {
        byte[] header = new byte[HeaderBytes];
        if (stream.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) < HeaderBytes)
            return null;
        byte[] message = new byte[BinaryPrimitives.ReadUInt32LittleEndian(header)];
        return stream.ReadAtLeast(message, message.Length, throwOnEndOfStream: false) == message.Length ? message : null;
    }

    private static byte[] Header(int length)
    {
        byte[] header = new byte[HeaderBytes];
        BinaryPrimitives.WriteInt32LittleEndian(header, length);
        return header;
    }
}
