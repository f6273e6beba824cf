using System.IO.Compression;
using System.Text;
using UglyToad.PdfPig.Content;
using UglyToad.PdfPig.Core;
using UglyToad.PdfPig.Fonts.Standard14Fonts;
using UglyToad.PdfPig.Writer;

namespace Hearth.Tests.Support;

/// <summary>PDF files for tests, as base64.</summary>
internal static class PdfFiles
{
    /// <summary>Pages of lines; an empty text is a page without any.</summary>
    public static string WithPages(params IReadOnlyList<string> pages)
    {
        using PdfDocumentBuilder builder = new();
        var font = builder.AddStandard14Font(Standard14Font.Helvetica);
        foreach (var page in pages)
        {
            var written = builder.AddPage(PageSize.A4);
            var top = 800;
            foreach (var line in page.Split('\n').Where(l => l.Length > 0))
                written.AddText(line, 10, new PdfPoint(40, top -= 12), font);
        }

        return Convert.ToBase64String(builder.Build());
    }

    /// <summary>A file that opens with a password nobody knows.</summary>
    public static string Encrypted()
    {
        var hash = string.Concat(Enumerable.Repeat("41", 32));
        return Write([], $"/Encrypt << /Filter /Standard /V 1 /R 2 /O <{hash}> /U <{hash}> /P -4 >> /ID [<{hash}> <{hash}>]");
    }

    /// <summary>A page whose content unpacks to <paramref name="megabytes"/>.</summary>
    public static string Unpacking(int megabytes)
    {
        using MemoryStream packed = new();
        using (ZLibStream zlib = new(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            var spaces = Encoding.ASCII.GetBytes(new string(' ', 1024 * 1024));
            for (var i = 0; i < megabytes; i++)
                zlib.Write(spaces);
        }

        return Write(packed.ToArray(), "");
    }

    /// <summary>One page with that packed content.</summary>
    private static string Write(byte[] content, string trailer)
    {
        using MemoryStream file = new();
        List<long> offsets = [];
        Append("%PDF-1.4\n");
        Object("<< /Type /Catalog /Pages 2 0 R >>");
        Object("<< /Type /Pages /Kids [3 0 R] /Count 1 >>");
        Object("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] /Contents 4 0 R /Resources << >> >>");
        offsets.Add(file.Position);
        Append($"4 0 obj\n<< /Length {content.Length} /Filter /FlateDecode >>\nstream\n");
        file.Write(content);
        Append("\nendstream\nendobj\n");
        var table = file.Position;
        Append("xref\n0 5\n0000000000 65535 f \n");
        offsets.ForEach(o => Append($"{o:D10} 00000 n \n"));
        Append($"trailer\n<< /Size 5 /Root 1 0 R {trailer} >>\nstartxref\n{table}\n%%EOF\n");
        return Convert.ToBase64String(file.ToArray());

        void Append(string text) => file.Write(Encoding.ASCII.GetBytes(text));

        void Object(string text)
        {
            offsets.Add(file.Position);
            Append($"{offsets.Count} 0 obj\n{text}\nendobj\n");
        }
    }
}
