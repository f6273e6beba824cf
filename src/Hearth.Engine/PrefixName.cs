using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Hearth.Engine;

/// <summary>Names of what came before a place: SHA-256, cut to 128 bits, so that nobody can make two prefixes with one name.</summary>
internal static class PrefixName
{
    /// <summary>The name of these bytes, which begin with the name of what came before them.</summary>
    public static UInt128 Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }
}
