using System.Text;
using Hearth.Commands.Bench.Servers;

namespace Hearth.Commands.Bench.Fuzz;

/// <summary>One hostile request.</summary>
/// <param name="Index">Its number: with the seed, all it takes to send it again.</param>
/// <param name="Path">The endpoint.</param>
/// <param name="Body">What was to be said.</param>
/// <param name="Bytes">What is sent: head, framing and body.</param>
internal sealed record FuzzCase(int Index, string Path, byte[] Body, byte[] Bytes)
{
    /// <summary>Chunk sizes that mean nothing.</summary>
    private static readonly string[] OddSizes = ["ZZ", "FFFFFFFFFFFFFFFFF", "-1", "", "0x5", "7FFFFFFFFFFFFFFF", " 5"];

    /// <summary>The same request for the same seed and number.</summary>
    public static FuzzCase Of(int seed, int index)
    {
        Random random = new(PseudoText.SeedOf(seed, $"case {index}"));
        var (path, whole) = WholeBodies.All[random.Next(WholeBodies.All.Count)];
        var body = Broken(Encoding.UTF8.GetBytes(Text(whole, random)), random);
        return new FuzzCase(index, path, body, Framed(path, body, random));
    }

    private static string Text(string whole, Random random) => random.Next(10) switch
    {
        0 => WireWords.Json(random, 5),
        1 or 2 or 3 => BodyText.Mutated(whole, random),
        4 => BodyText.Changed(whole, random, isNamedTwice: true),
        5 => BodyText.Mutated(BodyText.Changed(whole, random, isNamedTwice: false), random),
        _ => BodyText.Changed(whole, random, isNamedTwice: false),
    };

    /// <summary>Now and then cut, with bytes that are no text, or with a mark before it.</summary>
    private static byte[] Broken(byte[] body, Random random)
    {
        var at = random.Next(body.Length);
        return random.Next(20) switch
        {
            0 => body[..at],
            1 => [.. body[..at], (byte)random.Next(128, 256), .. body[at..]],
            2 => [.. body[..at], 0xED, 0xA0, 0x80, .. body[at..]],
            3 => [0xEF, 0xBB, 0xBF, .. body],
            _ => body,
        };
    }

    private static byte[] Framed(string path, byte[] body, Random random) => random.Next(20) switch
    {
        0 => [.. RawConnection.Head(path, "Transfer-Encoding: chunked"), .. Chunked(body, random)],
        1 when random.Next(3) == 0 =>
            [.. RawConnection.Head(path, "Transfer-Encoding: chunked"), .. Encoding.Latin1.GetBytes(OddSizes[random.Next(OddSizes.Length)] + "\r\n"), .. body, .. "\r\n0\r\n\r\n"u8],
        1 when random.Next(3) == 0 => RawConnection.Head(path, "Content-Length: " + ((string[])["-1", "1e3", "99999999999999999999", "5\r\nContent-Length: 6"])[random.Next(4)]),
        _ => RawConnection.Post(path, body),
    };

    /// <summary>In pieces of any size, with extensions and trailers here and there.</summary>
    private static byte[] Chunked(byte[] body, Random random)
    {
        using MemoryStream chunks = new();
        for (var at = 0; at < body.Length;)
        {
            var size = Math.Min(random.Next(1, random.Next(2) == 0 ? 16 : 100_000), body.Length - at);
            chunks.Write(Encoding.Latin1.GetBytes($"{size:x}{(random.Next(8) == 0 ? ";name=value" : "")}\r\n"));
            chunks.Write(body, at, size);
            chunks.Write("\r\n"u8);
            at += size;
        }

        chunks.Write(random.Next(4) == 0 ? "0\r\nTrailer: x\r\n\r\n"u8 : "0\r\n\r\n"u8);
        return chunks.ToArray();
    }
}
