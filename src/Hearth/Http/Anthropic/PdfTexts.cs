using System.Security.Cryptography;
using System.Text;
using UglyToad.PdfPig;
using UglyToad.PdfPig.DocumentLayoutAnalysis.TextExtractor;
using UglyToad.PdfPig.Exceptions;

namespace Hearth.Http.Anthropic;

/// <summary>The text of a PDF file, or why there is none, in the words that clients know.</summary>
internal sealed record PdfText(string Text, string? Error)
{
    public static PdfText Failed(string error) => new("", error);
}

/// <summary>
/// Reads the texts of PDF files. A conversation sends its files with every turn, so the latest are remembered by their content.
/// Thread-safe.
/// </summary>
internal sealed class PdfTexts(TimeProvider time)
{
    /// <summary>The API's own limit.</summary>
    public const int PageLimit = 600;

    private static readonly PdfText TooMuch = PdfText.Failed("The PDF specified has more in it than can be read.");

    /// <summary>Longer than a person waits for a document; it is looked at between pages.</summary>
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(30);

    /// <summary>Enough for the files of a few conversations; with <see cref="CharacterLimit"/> it bounds the memory.</summary>
    private const int Remembered = 8;

    private readonly Lock _lock = new();
    private readonly List<(string Key, PdfText Text)> _latest = [];

    /// <summary>The longest text that is read: several times what any context window holds.</summary>
    public int CharacterLimit { get; init; } = 8 * 1024 * 1024;

    /// <summary>The text of every page in order, each below its number.</summary>
    public PdfText Read(ReadOnlyMemory<byte> file)
    {
        string key = Convert.ToHexString(SHA256.HashData(file.Span));
        lock (_lock)
        {
            int index = _latest.FindIndex(l => l.Key == key);
            if (index >= 0)
            {
                (string Key, PdfText Text) found = _latest[index];
                _latest.RemoveAt(index);
                _latest.Add(found);
                return found.Text;
            }
        }

        PdfText text = Extract(file);
        lock (_lock)
        {
            if (_latest.TrueForAll(l => l.Key != key))
                _latest.Add((key, text));
            if (_latest.Count > Remembered)
                _latest.RemoveAt(0);
        }

        return text;
    }

    /// <summary>This is the border to a parser of whatever anyone calls a PDF: any fault in it means that the file is not one.</summary>
    private PdfText Extract(ReadOnlyMemory<byte> file)
    {
        PdfFilters filters = new();
        try
        {
            using PdfDocument document = PdfDocument.Open(file, new ParsingOptions { FilterProvider = filters, SkipMissingFonts = true });
            if (document.NumberOfPages > PageLimit)
                return PdfText.Failed($"A maximum of {PageLimit} PDF pages may be provided.");
            PdfText text = Extract(document);
            return filters.IsExceeded ? TooMuch : text;
        }
        catch (PdfDocumentEncryptedException)
        {
            return PdfText.Failed("The PDF specified is password protected.");
        }
#pragma warning disable CA1031
        catch (Exception)
#pragma warning restore CA1031
        {
            return filters.IsExceeded ? TooMuch : PdfText.Failed("The PDF specified was not valid.");
        }
    }

    private PdfText Extract(PdfDocument document)
    {
        StringBuilder text = new();
        long start = time.GetTimestamp();
        for (int number = 1; number <= document.NumberOfPages; number++)
        {
            string page = ContentOrderTextExtractor.GetText(document.GetPage(number)).ReplaceLineEndings("\n").Trim();
            text.Append(text.Length == 0 ? "" : "\n\n").Append($"[page {number}]\n")
                .Append(page.Length > 0 ? page : "[no text: this model cannot see images]");
            if (text.Length > CharacterLimit)
                return TooMuch;
            if (time.GetElapsedTime(start) > TimeLimit)
                return PdfText.Failed("The PDF specified takes too long to read.");
        }

        return new PdfText(text.ToString(), null);
    }
}
