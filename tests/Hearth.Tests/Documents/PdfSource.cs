using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Hearth.Tests.Documents;

/// <summary>
/// A PDF file written object by object, with nothing checked. Objects 1 to 4 are the catalog, the page tree, its page and that page's
/// content, as far as a test does not write others; further ones get the next numbers.
/// </summary>
internal sealed class PdfSource
{
    public const string Helvetica = "/Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>";

    private readonly List<byte[]> _objects = [];

    /// <summary>One page with that content.</summary>
    public PdfSource(string content = "", string resources = "", string catalog = "", string page = "", bool deflate = false)
    {
        Add($"<</Type/Catalog/Pages 2 0 R {catalog}>>");
        Add("<</Type/Pages/Kids[3 0 R]/Count 1>>");
        Add($"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R/Resources<<{resources}>> {page}>>");
        AddStream(content, deflate: deflate);
    }

    public string Trailer { get; set; } = "";

    /// <summary>The number that the next object gets.</summary>
    public int Next => _objects.Count + 1;

    /// <summary>Adds an object and returns its number.</summary>
    public int Add(string value)
    {
        _objects.Add(Encoding.Latin1.GetBytes(value));
        return _objects.Count;
    }

    /// <summary>Writes another object in the place of one.</summary>
    public PdfSource Set(int number, string value)
    {
        _objects[number - 1] = Encoding.Latin1.GetBytes(value);
        return this;
    }

    public int AddStream(string content, string entries = "", bool deflate = false) => AddStream(Encoding.Latin1.GetBytes(content), entries, deflate);

    public int AddStream(byte[] content, string entries = "", bool deflate = false)
    {
        _objects.Add(Stream(content, entries, deflate));
        return _objects.Count;
    }

    /// <summary>Writes a stream in the place of an object.</summary>
    public PdfSource SetStream(int number, byte[] content, string entries = "", bool deflate = false)
    {
        _objects[number - 1] = Stream(content, entries, deflate);
        return this;
    }

    /// <summary>A form that draws something.</summary>
    public int AddForm(string content, string resources, string entries = "") =>
        AddStream(content, $"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<<{resources}>>{entries}");

    public byte[] Write()
    {
        using MemoryStream file = new();
        List<long> offsets = [];
        Append("%PDF-1.7\n");
        foreach (var value in _objects)
        {
            offsets.Add(file.Position);
            Append(string.Create(CultureInfo.InvariantCulture, $"{offsets.Count} 0 obj\n"));
            file.Write(value);
            Append("\nendobj\n");
        }

        var table = file.Position;
        Append($"xref\n0 {offsets.Count + 1}\n0000000000 65535 f \n");
        offsets.ForEach(o => Append($"{o:D10} 00000 n \n"));
        Append($"trailer\n<</Size {offsets.Count + 1}/Root 1 0 R {Trailer.Replace("HERE", table.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)}>>\nstartxref\n{table}\n%%EOF\n");
        return file.ToArray();

        void Append(string text) => file.Write(Encoding.Latin1.GetBytes(text));
    }

    public static byte[] Deflate(byte[] content)
    {
        using MemoryStream packed = new();
        using (ZLibStream zlib = new(packed, CompressionLevel.Optimal, leaveOpen: true)) zlib.Write(content);
        return packed.ToArray();
    }

    private static byte[] Stream(byte[] content, string entries, bool deflate)
    {
        var bytes = deflate ? Deflate(content) : content;
        var filter = deflate ? "/Filter/FlateDecode" : "";
        var length = entries.Contains("/Length ", StringComparison.Ordinal) ? "" : string.Create(CultureInfo.InvariantCulture, $"/Length {bytes.Length}");
        return [.. Encoding.Latin1.GetBytes($"<<{length}{filter}{entries}>>\nstream\n"), .. bytes, .. "\nendstream"u8];
    }
}
