using System.Text;

namespace Hearth.Documents;

/// <summary>What a base64 attachment is, whatever dialect it came in.</summary>
internal abstract record Attachment
{
    /// <summary>What an attachment without a type is taken for, as the API does.</summary>
    private const string Pdf = "application/pdf";

    /// <summary>The attachment's bytes under the type that the client gives them; "" is none.</summary>
    public static Attachment Read(string mediaType, string base64)
    {
        bool isText = mediaType.StartsWith("text/", StringComparison.OrdinalIgnoreCase);
        if (!isText && mediaType is not (Pdf or ""))
            return new Unreadable();
        byte[] bytes = new byte[(base64.Length / 4 * 3) + 3];
        if (!Convert.TryFromBase64String(base64, bytes, out int length))
            return new NotBase64();
        return isText ? new Texts(Encoding.UTF8.GetString(bytes, 0, length)) : new PdfFile(bytes.AsMemory(0, length));
    }

    /// <summary>A text.</summary>
    internal sealed record Texts(string Text) : Attachment;

    /// <summary>What the client calls a PDF file; <see cref="PdfTexts"/> reads it.</summary>
    internal sealed record PdfFile(ReadOnlyMemory<byte> Bytes) : Attachment;

    /// <summary>Something of a type that nothing here reads.</summary>
    internal sealed record Unreadable : Attachment;

    /// <summary>Data that is not base64.</summary>
    internal sealed record NotBase64 : Attachment;
}
