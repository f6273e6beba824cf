using Hearth.Chat;
using Hearth.Documents;

namespace Hearth.Http.Anthropic;

/// <summary>
/// The PDF files of one request. Reading them takes other processes and time, and reading a request is one straight line; so a request
/// that has any is read twice: once to find everything that is wrong with it without opening a file, and once with their texts. Not
/// thread-safe.
/// </summary>
internal sealed class RequestDocuments
{
    private readonly Dictionary<string, PdfText> _texts = [];
    private readonly List<(string Path, ReadOnlyMemory<byte> File)> _waiting = [];

    /// <summary>The request behind a body, with the texts of its documents. A file's fault is that of its block.</summary>
    public static async Task<WireResult<ChatRequest>> ReadAsync(
        MessagesRequestWire wire, bool needsMaxTokens, PdfTexts pdfs, CancellationToken cancellation)
    {
        RequestDocuments documents = new();
        WireResult<ChatRequest> request = MessagesReader.Read(wire, needsMaxTokens, documents, cancellation);
        if (request.Error is not null || documents._waiting.Count == 0)
            return request;
        return await documents.ReadAsync(pdfs, cancellation) is { } refusal
            ? refusal
            : MessagesReader.Read(wire, needsMaxTokens, documents, cancellation);
    }

    /// <summary>The text of the file in the source at a path, once it has been read.</summary>
    public PdfText? Find(string path) => _texts.GetValueOrDefault(path);

    /// <summary>Notes a file that is to be read.</summary>
    public void Add(string path, ReadOnlyMemory<byte> file) => _waiting.Add((path, file));

    /// <summary>Reads what was noted, in order, up to the first file that cannot be read. An error is not the request's fault.</summary>
    private async Task<ChatError?> ReadAsync(PdfTexts pdfs, CancellationToken cancellation)
    {
        TimeSpan left = pdfs.RequestTime;
        PdfText? failed = null;
        foreach ((string path, ReadOnlyMemory<byte> file) in _waiting)
        {
            PdfReading reading = failed is null ? await pdfs.ReadAsync(file, left, cancellation) : new PdfReading(failed, null, TimeSpan.Zero);
            if (reading.Refusal is not null)
                return reading.Refusal;
            left -= reading.Spent;
            failed ??= reading.Text!.Error is null ? null : reading.Text;
            _texts.Add(path, reading.Text!);
        }

        return null;
    }
}
