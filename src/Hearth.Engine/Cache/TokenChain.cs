using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Hearth.Engine.Cache;

/// <summary>
/// Names a token prefix by a hash over its blocks, each of which takes in the name of those before it, so equal names mean equal
/// prefixes. Whoever restores by name compares the tokens all the same.
/// </summary>
internal static class TokenChain
{
    /// <summary>
    /// Tokens of a block. A segment is restored as a whole, so smaller ones waste less where prompts part; each costs two copies of cell
    /// metadata, which grow with the pool, so larger ones cost less per token.
    /// </summary>
    public const int Block = 256;

    /// <summary>The name of the empty prefix.</summary>
    public static UInt128 Root => UInt128.Zero;

    /// <summary>The name of a prefix that ends with a whole block.</summary>
    /// <param name="chain">The name of what comes before.</param>
    /// <param name="block">Exactly <see cref="Block"/> tokens.</param>
    public static UInt128 Extend(UInt128 chain, ReadOnlySpan<int> block)
    {
        if (block.Length != Block) throw new ArgumentException($"A block has {Block} tokens, not {block.Length}.", nameof(block));
        Span<byte> input = stackalloc byte[16 + (Block * sizeof(int))];
        BinaryPrimitives.WriteUInt128LittleEndian(input, chain);
        MemoryMarshal.AsBytes(block).CopyTo(input[16..]);
        return PrefixName.Of(input);
    }

    /// <summary>The names of all prefixes of <paramref name="tokens"/> that end on the grid, the empty one first.</summary>
    public static UInt128[] Of(ReadOnlySpan<int> tokens)
    {
        var names = new UInt128[(tokens.Length / Block) + 1];
        names[0] = Root;
        for (var i = 1; i < names.Length; i++) names[i] = Extend(names[i - 1], tokens.Slice((i - 1) * Block, Block));
        return names;
    }
}
