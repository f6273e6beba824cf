using System.Buffers.Binary;
using System.IO.Hashing;
using CsCheck;
using Hearth.Engine.Cache;
using Hearth.Engine.Cache.Disk;

namespace Hearth.Tests.Engine.Cache.Disk;

/// <summary>The bytes of a stored state's header.</summary>
public sealed class SegmentFileTests
{
    private static readonly StateKey Key = States.Key(3);
    private static readonly byte[] Payload = States.Bytes(3, 100);

    [Fact]
    public void A_header_says_what_was_encoded()
    {
        for (var number = 0; number < 100; number++)
        {
            var key = States.Key(number);
            var bytes = SegmentFile.EncodeHeader(States.Identity, "größer", key, TimeSpan.FromMicroseconds(1234), Payload);
            var header = SegmentFile.DecodeHeader([.. bytes, .. Payload], States.Identity).Header!;

            Assert.Equal(new(bytes.Length, States.Identity, "größer", key, TimeSpan.FromMicroseconds(1234), 100, header.PayloadHash), header);
            Assert.Equal(bytes.Length + 100, header.FileBytes);
        }
    }

    [Fact]
    public void A_header_has_the_bytes_that_the_format_says()
    {
        var key = new StateKey(StateKind.Checkpoint, new(0x1122334455667788, 0x99aabbccddeeff00), 512, new[] { 1, -2 });
        var bytes = SegmentFile.EncodeHeader(new(1, 2), "ab", key, TimeSpan.FromSeconds(1), []);

        Assert.Equal(
            "4845415254484b56" + "01000000" + "74000000" + "02000000000000000100000000000000" + "0100000000000000"
            + "00ffeeddccbbaa998877665544332211" + "00020000" + "02000000" + "40420f0000000000" + "0000000000000000"
            + Hash([]) + "0200" + "6162" + "01000000" + "feffffff",
            Convert.ToHexStringLower(bytes[..^8]));
    }

    [Fact]
    public void A_long_model_name_is_cut_between_characters()
    {
        var bytes = SegmentFile.EncodeHeader(States.Identity, "x" + new string('ä', 300), Key, TimeSpan.Zero, Payload);

        Assert.Equal("x" + new string('ä', 99), SegmentFile.DecodeHeader(bytes, States.Identity).Header!.ModelName);
    }

    [Fact]
    public void Every_flipped_bit_of_a_header_is_noticed()
    {
        var bytes = SegmentFile.EncodeHeader(States.Identity, "spark", Key, TimeSpan.FromSeconds(1), Payload);
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.NotEqual(SegmentFault.None, SegmentFile.DecodeHeader(bytes, States.Identity).Fault);
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.Equal(SegmentFault.None, SegmentFile.DecodeHeader(bytes, States.Identity).Fault);
    }

    [Fact]
    public void A_header_that_ends_early_is_torn()
    {
        var bytes = SegmentFile.EncodeHeader(States.Identity, "spark", Key, TimeSpan.FromSeconds(1), Payload);
        for (var length = 0; length < bytes.Length; length++)
            Assert.Equal(SegmentFault.Torn, SegmentFile.DecodeHeader(bytes.AsSpan(0, length), States.Identity).Fault);
    }

    [Fact]
    public void Any_bytes_are_a_header_or_a_reason()
    {
        var sound = SegmentFile.EncodeHeader(States.Identity, "spark", Key, TimeSpan.FromSeconds(1), Payload);
        var edit = Gen.Select(Gen.Int[0, sound.Length - 9], Gen.Byte).Array[1, 12];
        Gen.Select(edit, Gen.Byte.Array[0, 2000], Gen.Bool).Sample((edits, noise, isSigned) =>
        {
            byte[] bytes = [.. sound];
            foreach (var (at, value) in edits) bytes[at] = value;
            if (isSigned) Sign(bytes);
            Check(bytes);
            Check([.. bytes.AsSpan(0, 16), .. noise]);
            Check(noise);
        });

        static void Check(byte[] bytes)
        {
            var decoded = SegmentFile.DecodeHeader(bytes, States.Identity);
            Assert.Equal(decoded.Fault == SegmentFault.None, decoded.Header is not null);
            if (decoded.Header is { } header) Assert.True(SegmentFile.IsKey(header.Key) && header.PayloadBytes >= 0 && header.Bytes <= bytes.Length);
        }
    }

    [Theory]
    [InlineData(32, 2)]
    [InlineData(56, 1)]
    [InlineData(59, 0x80)]
    [InlineData(61, 0xff)]
    [InlineData(63, 0x80)]
    [InlineData(71, 0x7f)]
    [InlineData(79, 0x7f)]
    [InlineData(75, 0x41)]
    [InlineData(79, 0x80)]
    [InlineData(97, 0xff)]
    public void A_number_that_cannot_be_is_corrupt_whatever_its_checksum(int at, byte value)
    {
        var bytes = SegmentFile.EncodeHeader(States.Identity, "spark", Key, TimeSpan.FromSeconds(1), Payload);
        bytes[at] = value;
        Sign(bytes);

        Assert.Equal(SegmentFault.Corrupt, SegmentFile.DecodeHeader(bytes, States.Identity).Fault);
    }

    [Fact]
    public void What_another_model_or_another_version_wrote_is_told_apart()
    {
        var bytes = SegmentFile.EncodeHeader(States.Identity, "spark", Key, TimeSpan.FromSeconds(1), Payload);
        Assert.Equal(SegmentFault.Foreign, SegmentFile.DecodeHeader(bytes, States.Identity + 1).Fault);

        bytes[8]++;
        Assert.Equal(SegmentFault.Outdated, SegmentFile.DecodeHeader(bytes, States.Identity).Fault);
    }

    [Fact]
    public void A_key_that_no_state_has_is_not_encoded()
    {
        StateKey[] keys =
        [
            new(StateKind.Segment, 0, 0, Array.Empty<int>()),
            new(StateKind.Segment, 0, 0, new int[TokenChain.Block + 1]),
            new(StateKind.Segment, 0, 1, new int[1]),
            new(StateKind.Segment, 0, -TokenChain.Block, new int[1]),
            new((StateKind)2, 0, 0, new int[1]),
        ];

        Assert.All(keys, key => Assert.Throws<ArgumentException>(() => SegmentFile.EncodeHeader(0, "", key, TimeSpan.Zero, [])));
    }

    [Fact]
    public void A_name_tells_keys_apart_and_is_ours()
    {
        var names = Enumerable.Range(0, 500).Select(number => SegmentFile.Name(States.Key(number))).ToList();

        Assert.Equal(names.Count, names.Distinct().Count());
        Assert.All(names, name => Assert.True(SegmentNames.IsState(name)));
        Assert.NotEqual(SegmentFile.Name(Key), SegmentFile.Name(Key with { Tokens = Key.Tokens.ToArray().Reverse().ToArray() }));
        Assert.DoesNotContain(names, name => SegmentNames.IsState(name + "\n") || SegmentNames.IsState("x" + name) || SegmentNames.IsTemporary(name));
    }

    private static void Sign(byte[] header) =>
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(header.Length - 8), XxHash3.HashToUInt64(header.AsSpan(0, header.Length - 8)));

    private static string Hash(ReadOnlySpan<byte> payload)
    {
        var hash = new byte[16];
        BinaryPrimitives.WriteUInt128LittleEndian(hash, XxHash128.HashToUInt128(payload));
        return Convert.ToHexStringLower(hash);
    }
}
