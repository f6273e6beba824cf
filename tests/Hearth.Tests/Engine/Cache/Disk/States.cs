using Hearth.Engine.Cache;
using Hearth.Engine.Cache.Disk;

namespace Hearth.Tests.Engine.Cache.Disk;

/// <summary>States whose tokens and bytes follow from a number, so that whoever finds one knows what it must hold.</summary>
internal static class States
{
    public static UInt128 Identity { get; } = new(0x0123_4567_89ab_cdef, 0xfedc_ba98_7654_3210);

    /// <summary>The key of a number: every third is a checkpoint, and some of those stand on the grid.</summary>
    public static StateKey Key(int number)
    {
        var random = new Random(number);
        var kind = number % 3 == 2 ? StateKind.Checkpoint : StateKind.Segment;
        var tokens = new int[kind == StateKind.Checkpoint && number % 2 == 0 ? 0 : random.Next(1, TokenChain.Block + 1)];
        for (var i = 0; i < tokens.Length; i++) tokens[i] = random.Next(200_000);
        return new(kind, new((ulong)random.NextInt64(), (ulong)number), random.Next(100) * TokenChain.Block, tokens);
    }

    public static byte[] Bytes(int number, int length)
    {
        var bytes = new byte[length];
        var state = (ulong)number + 1;
        for (var i = 0; i < length; i++)
        {
            // Xorshift, eight bytes a step: a seeded Random would take longer than the disk.
            if (i % sizeof(ulong) == 0)
            {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
            }

            bytes[i] = (byte)(state >> (i % sizeof(ulong) * 8));
        }

        return bytes;
    }

    /// <summary>The bytes of a number's state: up to 256 KiB of them, sometimes none.</summary>
    public static byte[] Bytes(int number) => Bytes(number, number % 17 == 0 ? 0 : new Random(~number).Next(1 << 18));

    /// <summary>The number that a key was made of.</summary>
    public static int Number(StateKey key) => (int)(ulong)key.Chain;

    public static SegmentFolder Folder(string root, UInt128? identity = null, TimeProvider? time = null)
    {
        var folder = new SegmentFolder(root, identity ?? Identity, "spark", time ?? TimeProvider.System);
        folder.Open();
        return folder;
    }
}
