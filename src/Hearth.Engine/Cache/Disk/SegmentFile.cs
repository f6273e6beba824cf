using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using System.Text.Unicode;

namespace Hearth.Engine.Cache.Disk;

/// <summary>
/// The bytes of a stored state, little endian: a header that says what the state is of, and the payload behind it up to the file's end.
/// The header's last eight bytes are the XxHash3 of all before them, and it holds the payload's XxHash128, so every byte is checked.
/// Pure functions; no bytes make them throw.
/// </summary>
internal static class SegmentFile
{
    /// <summary>Goes up whenever the bytes, or what they mean to the library, change.</summary>
    public const uint Version = 1;

    /// <summary>UTF-8 bytes of a model's name. It is for people only, so a longer one is cut.</summary>
    public const int MaxModelNameBytes = 200;

    /// <summary>Bytes of the longest header: whoever read that many has all of any header.</summary>
    public const int MaxHeaderBytes = NameAt + MaxModelNameBytes + (TokenChain.Block * sizeof(int)) + ChecksumBytes;

    /// <summary>
    /// Most bytes of a payload. A block of the largest models takes a few hundred megabytes; whatever says it is longer is not read, so
    /// that no file makes anybody ask for more memory than this.
    /// </summary>
    public const int MaxPayloadBytes = 1 << 30;

    /// <summary>Bytes of the shortest header: a file that is shorter is none of ours, whatever it is.</summary>
    public const int MinHeaderBytes = NameAt + ChecksumBytes;

    private const int VersionAt = 8;
    private const int LengthAt = 12;
    private const int IdentityAt = 16;
    private const int KindAt = 32;
    private const int ChainAt = 40;
    private const int StartAt = 56;
    private const int CountAt = 60;
    private const int CostAt = 64;
    private const int PayloadLengthAt = 72;
    private const int PayloadHashAt = 80;
    private const int NameLengthAt = 96;
    private const int NameAt = 98;
    private const int ChecksumBytes = sizeof(ulong);

    private static ReadOnlySpan<byte> Magic => "HEARTHKV"u8;

    /// <summary>The header of a state. The key must be one that <see cref="IsKey"/> accepts.</summary>
    public static byte[] EncodeHeader(UInt128 identity, string modelName, StateKey key, TimeSpan computeCost, ReadOnlySpan<byte> payload)
    {
        if (!IsKey(key)) throw new ArgumentException($"No state has {key.Tokens.Length} tokens at {key.Start}.", nameof(key));
        Span<byte> name = stackalloc byte[MaxModelNameBytes];
        Utf8.FromUtf16(modelName, name, out _, out var nameBytes);
        var header = new byte[NameAt + nameBytes + (key.Tokens.Length * sizeof(int)) + ChecksumBytes];
        Span<byte> bytes = header;
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[VersionAt..], Version);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[LengthAt..], header.Length);
        BinaryPrimitives.WriteUInt128LittleEndian(bytes[IdentityAt..], identity);
        bytes[KindAt] = (byte)key.Kind;
        BinaryPrimitives.WriteUInt128LittleEndian(bytes[ChainAt..], key.Chain);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[StartAt..], key.Start);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[CountAt..], key.Tokens.Length);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[CostAt..], Math.Max(0, computeCost.Ticks / TimeSpan.TicksPerMicrosecond));
        BinaryPrimitives.WriteInt64LittleEndian(bytes[PayloadLengthAt..], payload.Length);
        BinaryPrimitives.WriteUInt128LittleEndian(bytes[PayloadHashAt..], XxHash128.HashToUInt128(payload));
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[NameLengthAt..], (ushort)nameBytes);
        name[..nameBytes].CopyTo(bytes[NameAt..]);
        WriteTokens(key.Tokens.Span, bytes[(NameAt + nameBytes)..]);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[^ChecksumBytes..], XxHash3.HashToUInt64(bytes[..^ChecksumBytes]));
        return header;
    }

    /// <summary>Reads the header that <paramref name="bytes"/> begin with.</summary>
    /// <param name="bytes">A file's first <see cref="MaxHeaderBytes"/> bytes, or all of them where there are fewer.</param>
    /// <param name="identity">Model and settings that the state must be of.</param>
    public static DecodedHeader DecodeHeader(ReadOnlySpan<byte> bytes, UInt128 identity)
    {
        var known = Math.Min(bytes.Length, Magic.Length);
        if (!bytes[..known].SequenceEqual(Magic[..known])) return new(SegmentFault.Corrupt);
        if (bytes.Length < LengthAt + sizeof(int)) return new(SegmentFault.Torn);
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[VersionAt..]) != Version) return new(SegmentFault.Outdated);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(bytes[LengthAt..]);
        if (length is < MinHeaderBytes or > MaxHeaderBytes) return new(SegmentFault.Corrupt);
        if (bytes.Length < length) return new(SegmentFault.Torn);
        ReadOnlySpan<byte> header = bytes[..(int)length];
        if (BinaryPrimitives.ReadUInt64LittleEndian(header[^ChecksumBytes..]) != XxHash3.HashToUInt64(header[..^ChecksumBytes]))
            return new(SegmentFault.Corrupt);
        if (BinaryPrimitives.ReadUInt128LittleEndian(header[IdentityAt..]) != identity) return new(SegmentFault.Foreign);
        return DecodeFields(header, identity);
    }

    /// <summary>True for what can be stored: what <see cref="StateKey"/> says of its members holds.</summary>
    public static bool IsKey(StateKey key) =>
        IsRange(key.Kind, key.Start, key.Tokens.Length);

    /// <summary>
    /// The name of a state's file. It names the whole key, so that a folder's listing is its index; what the tokens are is only a hash
    /// there, so readers compare the header.
    /// </summary>
    public static string Name(StateKey key)
    {
        var tokens = key.Tokens.Length * sizeof(int);
        Span<byte> bytes = tokens <= TokenChain.Block * sizeof(int) ? stackalloc byte[tokens] : new byte[tokens];
        WriteTokens(key.Tokens.Span, bytes);
        var extension = key.Kind == StateKind.Segment ? "seg" : "chk";
        return $"{key.Chain:x32}-{key.Start:x8}-{key.Tokens.Length:x3}-{XxHash3.HashToUInt64(bytes):x16}.{extension}";
    }

    /// <summary>Reads a header whose checksum holds. What it says may still be nonsense: a checksum is no signature.</summary>
    private static DecodedHeader DecodeFields(ReadOnlySpan<byte> header, UInt128 identity)
    {
        var kind = (StateKind)header[KindAt];
        var start = BinaryPrimitives.ReadInt32LittleEndian(header[StartAt..]);
        var count = BinaryPrimitives.ReadInt32LittleEndian(header[CountAt..]);
        var cost = BinaryPrimitives.ReadInt64LittleEndian(header[CostAt..]);
        var payload = BinaryPrimitives.ReadInt64LittleEndian(header[PayloadLengthAt..]);
        int nameBytes = BinaryPrimitives.ReadUInt16LittleEndian(header[NameLengthAt..]);
        var sound = IsRange(kind, start, count)
            && cost is >= 0 and <= long.MaxValue / TimeSpan.TicksPerMicrosecond
            && payload is >= 0 and <= MaxPayloadBytes
            && nameBytes <= MaxModelNameBytes
            && header.Length == NameAt + nameBytes + (count * sizeof(int)) + ChecksumBytes;
        if (!sound) return new(SegmentFault.Corrupt);
        var tokens = new int[count];
        for (var i = 0; i < count; i++)
            tokens[i] = BinaryPrimitives.ReadInt32LittleEndian(header[(NameAt + nameBytes + (i * sizeof(int)))..]);
        var key = new StateKey(kind, BinaryPrimitives.ReadUInt128LittleEndian(header[ChainAt..]), start, tokens);
        return new(SegmentFault.None, new(
            header.Length,
            identity,
            Encoding.UTF8.GetString(header.Slice(NameAt, nameBytes)),
            key,
            new TimeSpan(cost * TimeSpan.TicksPerMicrosecond),
            payload,
            BinaryPrimitives.ReadUInt128LittleEndian(header[PayloadHashAt..])));
    }

    private static bool IsRange(StateKind kind, int start, int count) =>
        start >= 0 && start % TokenChain.Block == 0 && count <= TokenChain.Block && start <= int.MaxValue - TokenChain.Block
        && kind switch
        {
            StateKind.Segment => count >= 1,
            StateKind.Checkpoint => count >= 0,
            _ => false,
        };

    /// <summary>Token ids as they stand in files.</summary>
    public static void WriteTokens(ReadOnlySpan<int> tokens, Span<byte> bytes)
    {
        for (var i = 0; i < tokens.Length; i++) BinaryPrimitives.WriteInt32LittleEndian(bytes[(i * sizeof(int))..], tokens[i]);
    }
}
