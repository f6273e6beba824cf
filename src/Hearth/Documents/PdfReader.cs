using System.Text;
using UglyToad.PdfPig;
using UglyToad.PdfPig.DocumentLayoutAnalysis.TextExtractor;
using UglyToad.PdfPig.Exceptions;

namespace Hearth.Documents;

/// <summary>
/// Reads the text of one PDF file. It is the work of a child process: a hostile file makes the parser take any time and memory, or
/// overflow the stack, which ends the process.
/// </summary>
internal static class PdfReader
{
    /// <summary>What the children that do this are called.</summary>
    public const string Work = "pdf";

    /// <summary>The API's own limit.</summary>
    public const int PageLimit = 600;

    /// <summary>The longest text that is read: several times what any context window holds.</summary>
    public const int CharacterLimit = 8 * 1024 * 1024;

    /// <summary>The work: from the file's bytes to what <see cref="PdfText.FromBytes"/> reads.</summary>
    public static byte[] Answer(ReadOnlyMemory<byte> file) => Read(file).ToBytes();

    /// <summary>
    /// The text of every page in order, each below its number. This is the border to a parser of whatever anyone calls a PDF: any fault in
    /// it means that the file is not one. Only the end of the memory is not caught: the process is done for.
    /// </summary>
    public static PdfText Read(ReadOnlyMemory<byte> file, int characterLimit = CharacterLimit)
    {
        PdfFilters filters = new();
        try
        {
            using PdfDocument document = PdfDocument.Open(file, new ParsingOptions { FilterProvider = filters, SkipMissingFonts = true });
            if (document.NumberOfPages > PageLimit)
                return PdfText.Failed($"A maximum of {PageLimit} PDF pages may be provided.");
            PdfText text = Read(document, characterLimit);
            return filters.IsExceeded ? PdfText.TooMuch : text;
        }
        catch (PdfDocumentEncryptedException)
        {
            return PdfText.Failed("The PDF specified is password protected.");
        }
#pragma warning disable CA1031
        catch (Exception e) when (e is not OutOfMemoryException)
#pragma warning restore CA1031
        {
            return filters.IsExceeded ? PdfText.TooMuch : PdfText.Invalid;
        }
    }

    private static PdfText Read(PdfDocument document, int characterLimit)
    {
        StringBuilder text = new();
        for (int number = 1; number <= document.NumberOfPages; number++)
        {
            string page = ContentOrderTextExtractor.GetText(document.GetPage(number)).ReplaceLineEndings("\n").Trim();
            text.Append(text.Length == 0 ? "" : "\n\n").Append($"[page {number}]\n")
                .Append(page.Length > 0 ? page : "[no text: this model cannot see images]");
            if (text.Length > characterLimit)
                return PdfText.TooMuch;
        }

        return new PdfText(text.ToString(), null);
    }
}
