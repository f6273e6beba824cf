using System.Text;
using System.Text.Json;
using Hearth.Chat;
using Hearth.Documents;

namespace Hearth.Http.Anthropic;

/// <summary>Reads documents and search results as texts with their titles, between tags that show where they end.</summary>
/// <param name="documents">The texts of PDF files, as far as they have been read.</param>
/// <param name="image">What stands for an image in a document.</param>
internal sealed class DocumentReader(RequestDocuments documents, string image)
{
    /// <summary>A document from a source that is in the request itself; one that would have to be fetched is refused.</summary>
    public WireResult<ChatContent> ReadDocument(BlockParamWire block, string path)
    {
        WireResult<string> body = ReadSource(block.Source, path + ".source");
        return body.Error is not null
            ? body.Error
            : new TextContent(Tagged("document", [("title", block.Title), ("context", block.Context)], body.Value!));
    }

    public ChatContent ReadSearchResult(BlockParamWire block) => new TextContent(Tagged(
        "search_result",
        [("title", block.Title), ("source", block.Source.ValueKind == JsonValueKind.String ? block.Source.GetString() : null)],
        TextOf(block.Content)));

    private WireResult<string> ReadSource(JsonElement source, string path)
    {
        string kind = HostedBlocks.Text(source, "type");
        switch (kind)
        {
            case "text":
                return HostedBlocks.Text(source, "data");
            case "content":
                return source.TryGetProperty("content", out JsonElement content) ? TextOf(content) : WireErrors.Required(path + ".content");
            case "base64":
                return ReadBase64(source, path);
            case "url":
                return WireErrors.Invalid(path, "documents are not fetched from URLs; send the document itself, as base64 or text");
            case "":
                return WireErrors.Required(path + ".type");
            default:
                return $"[content omitted: a document's source of type {kind} cannot be read here]";
        }
    }

    private WireResult<string> ReadBase64(JsonElement source, string path)
    {
        string mediaType = HostedBlocks.Text(source, "media_type");
        if (documents.Find(path) is { } pdf)
            return pdf.Error is null ? pdf.Text : WireErrors.Invalid(path, pdf.Error);
        switch (Attachment.Read(mediaType, HostedBlocks.Text(source, "data")))
        {
            case Attachment.Texts text:
                return text.Text;
            case Attachment.PdfFile file:
                documents.Add(path, file.Bytes);
                return "";
            case Attachment.NotBase64:
                return WireErrors.Invalid(path + ".data", "Input should be base64");
            default:
                return $"[content omitted: documents of type {mediaType} cannot be read here]";
        }
    }

    /// <summary>A string, or blocks of text and images.</summary>
    private string TextOf(JsonElement content) => content.ValueKind == JsonValueKind.Array
        ? string.Join("\n\n", content.EnumerateArray()
            .Select(b => HostedBlocks.Text(b, "type") == "image" ? image : HostedBlocks.Text(b, "text"))
            .Where(t => t.Length > 0))
        : HostedBlocks.Texts(content);

    private static string Tagged(string tag, IEnumerable<(string Name, string? Value)> headers, string body)
    {
        StringBuilder text = new($"<{tag}>\n");
        foreach ((string name, string? value) in headers)
        {
            if (!string.IsNullOrEmpty(value))
                text.Append('<').Append(name).Append('>').Append(value).Append("</").Append(name).Append(">\n");
        }

        return text.Append(body).Append("\n</").Append(tag).Append('>').ToString();
    }
}
