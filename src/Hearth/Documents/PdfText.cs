using System.Text;

namespace Hearth.Documents;

/// <summary>The text of a PDF file, or why there is none, in the words that clients know.</summary>
internal sealed record PdfText(string Text, string? Error)
{
    public static readonly PdfText Invalid = Failed("The PDF specified was not valid.");

    public static readonly PdfText TooMuch = Failed("The PDF specified has more in it than can be read.");

    public static readonly PdfText TooSlow = Failed("The PDF specified takes too long to read.");

    public static PdfText Failed(string error) => new("", error);

    /// <summary>As a child process answers: one byte that says whether it is a text, then its UTF-8.</summary>
    public byte[] ToBytes()
    {
        string words = Error ?? Text;
        byte[] bytes = new byte[1 + Encoding.UTF8.GetByteCount(words)];
        bytes[0] = Error is null ? (byte)1 : (byte)0;
        Encoding.UTF8.GetBytes(words, bytes.AsSpan(1));
        return bytes;
    }

    /// <summary>What <see cref="ToBytes"/> wrote. Of anything else the text is meaningless, and no worse.</summary>
    public static PdfText FromBytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return Invalid;
        string words = Encoding.UTF8.GetString(bytes[1..]);
        return bytes[0] == 1 ? new PdfText(words, null) : Failed(words);
    }
}
