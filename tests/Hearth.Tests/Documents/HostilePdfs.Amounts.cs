using System.Text;

namespace Hearth.Tests.Documents;

/// <summary>Little that becomes much: fans, ranges, floods, packings.</summary>
internal static partial class HostilePdfs
{
    private static byte[] FormsFan(Random random)
    {
        var width = random.Next(2, 20);
        PdfSource pdf = new(Repeat("/X Do ", width), "/XObject<</X 5 0 R>>");
        for (var left = random.Next(4, 12); left > 0; left--) pdf.AddForm(Repeat("/X Do ", width), Invariant($"/XObject<</X {pdf.Next + 1} 0 R>>"));
        pdf.AddForm(Pick(random, "n", "BT /F1 9 Tf (a) Tj ET"), PdfSource.Helvetica);
        return pdf.Write();
    }

    private static byte[] KidsFan(Random random)
    {
        PdfSource pdf = new();
        var width = random.Next(2, 40);
        pdf.Set(2, $"<</Type/Pages/Kids[{Repeat("5 0 R ", width)}]/Count {Pick(random, 1, 600, 2000000000)}>>");
        for (var left = random.Next(2, 10); left > 0; left--) pdf.Add($"<</Type/Pages/Parent 2 0 R/Kids[{Repeat(Invariant($"{pdf.Next + 1} 0 R "), width)}]/Count 1>>");
        pdf.Add("<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>");
        return pdf.Write();
    }

    private static byte[] ContentsFan(Random random)
    {
        PdfSource pdf = new("BT /F1 9 Tf (" + Repeat("word ", About(random, 1000)) + ") Tj ET", PdfSource.Helvetica);
        var count = About(random, 10_000);
        pdf.Set(3, $"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<<{PdfSource.Helvetica}>>/Contents[{Repeat("4 0 R ", count)}]>>");
        return pdf.Write();
    }

    private static byte[] BfRange(Random random)
    {
        var pdf = WithFont("/ToUnicode 7 0 R/Encoding/Identity-H");
        var range = Pick(
            random, "1 beginbfrange <00000000> <7fffffff> <0041> endbfrange", "1 beginbfrange <0000> <ffff> <0041> endbfrange ",
            "1 beginbfrange <00> <ffffffffffffffff> <0041> endbfrange", "1 beginbfrange <ffff> <0000> <0041> endbfrange",
            "1 beginbfrange <0000> <7fffffff> [" + Repeat("<0041> ", About(random, 1000)) + "] endbfrange");
        return pdf.SetStream(7, Encoding.Latin1.GetBytes($"begincmap 1 begincodespacerange <0000> <ffff> endcodespacerange {Repeat(range, random.Next(1, 200))} endcmap"), deflate: random.Next(2) == 0).Write();
    }

    private static byte[] CidRange(Random random)
    {
        var pdf = WithFont("/ToUnicode 7 0 R/Encoding 7 0 R");
        var range = Pick(
            random, "1 begincidrange <00000000> <7fffffff> 0 endcidrange ", "1 beginnotdefrange <0000> <ffffffff> 1 endnotdefrange ", "1 begincidchar <0000> 99999999999 endcidchar ",
            "1 begincodespacerange <00> <ffffffffffffffffffffffff> endcodespacerange ");
        return pdf.SetStream(7, Encoding.Latin1.GetBytes($"/CMapName /X def begincmap {Repeat(range, About(random, 200))} endcmap"), "/Type/CMap/CMapName/X", random.Next(2) == 0).Write();
    }

    private static byte[] WidthsRange(Random random)
    {
        var pdf = WithFont("/Encoding/Identity-H");
        var widths = Pick(random, "[0 2147483647 500]", "[0 65535 1 0 65535 2]", "[-2147483648 2147483647 1]", "[0 [" + Repeat("1 ", About(random, 20_000)) + "]]", "[9 0 R]");
        pdf.Set(8, $"<</Type/Font/Subtype/CIDFontType2/BaseFont/X/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor 9 0 R/W {widths}/W2 {widths}/DW 99999999999>>");
        if (random.Next(3) == 0)
            pdf.Set(6, "<</Type/Font/Subtype/TrueType/BaseFont/X/FirstChar -2147483648/LastChar 2147483647/Widths[" + Repeat("1 ", About(random, 1000)) + "]/FontDescriptor 9 0 R/Encoding<</Differences[2147483647" + Repeat("/a", 999) + "]>>>>");
        return pdf.Write();
    }

    private static byte[] TablesRange(Random random)
    {
        PdfSource pdf = new() { Trailer = Pick(random, "/Size 2147483647", "/Size -1", "/Size 99999999999999999999") };
        var index = Pick(random, "[0 2147483647]", "[0 1 0 1 0 1]", "[-1 5]", "[2147483647 2147483647]");
        var widths = Pick(random, "[1 2 1]", "[0 0 0]", "[8 8 8]", "[2147483647 1 1]", "[-1 4 1]");
        pdf.AddStream(new byte[About(random, 10_000)], $"/Type/XRef/Size 2147483647/Index{index}/W{widths}/Root 1 0 R", deflate: random.Next(2) == 0);
        return pdf.Write();
    }

    private static byte[] GlyphFlood(Random random)
    {
        var text = Repeat(Pick(random, "a", "a b ", "\\101"), About(random, 300_000));
        var content = Pick(random, $"BT /F1 1 Tf ({text}) Tj ET", $"BT /F1 1 Tf [({text})] TJ ET", "BT /F1 1 Tf " + Repeat("(a) Tj 1 0 Td ", About(random, 50_000)) + "ET");
        return new PdfSource(content, PdfSource.Helvetica, deflate: random.Next(4) > 0).Write();
    }

    private static byte[] OperatorFlood(Random random)
    {
        var word = Pick(random, "q ", "0 0 m 1 1 l ", "0 0 9 9 re ", "0 0 9 9 re W n ", "1 0 0 1 1 1 cm ", "/P BMC ", "/P <</MCID 1>> BDC EMC ", "BT ET ", "[1 2]0 d ", "0 0 1 1 2 2 c ", "BI /W 9/H 9/BPC 8/CS/G ID x EI ", "1 g ", "0 ", "/F1 1 Tf ", "(a)' ");
        return new PdfSource(Repeat(word, About(random, 200_000)) + " S", PdfSource.Helvetica, deflate: random.Next(4) > 0).Write();
    }

    private static byte[] AnnotationFlood(Random random)
    {
        var count = About(random, 20_000);
        PdfSource pdf = new(page: $"/Annots[{Repeat("5 0 R ", count)}]", catalog: $"/Outlines<</First 6 0 R/Count {count}>>");
        pdf.Add($"<</Type/Annot/Subtype/Link/Rect[{Repeat("0 ", count)}]/Contents({Repeat("x", count)})>>");
        for (var left = 500; left > 0; left--) pdf.Add(Invariant($"<</Title(x)/Next {pdf.Next + 1} 0 R/First {pdf.Next + 1} 0 R>>"));
        return pdf.Write();
    }

    private static byte[] FilterBomb(Random random)
    {
        PdfSource pdf = new();
        var zeros = new byte[About(random, 15_000_000)];
        return (random.Next(6) switch
        {
            0 => pdf.SetStream(4, PdfSource.Deflate(zeros), "/Filter/FlateDecode"),
            1 => pdf.SetStream(4, PdfSource.Deflate(PdfSource.Deflate(zeros)), "/Filter[/FlateDecode/FlateDecode]"),
            2 => pdf.SetStream(4, Encoding.Latin1.GetBytes(Repeat("z", About(random, 3_000_000))), "/Filter/ASCII85Decode"),
            3 => pdf.SetStream(4, [.. Enumerable.Repeat((byte)129, About(random, 500_000))], "/Filter/RunLengthDecode"),
            4 => pdf.SetStream(4, Bytes(random, 200_000), "/Filter/LZWDecode/DecodeParms<</EarlyChange 0>>"),
            _ => pdf.SetStream(4, [.. Enumerable.Repeat((byte)'0', About(random, 3_000_000))], "/Filter/ASCIIHexDecode"),
        }).Write();
    }

    private static byte[] FilterChain(Random random)
    {
        var filters = Repeat(Pick(random, "/ASCIIHexDecode", "/ASCII85Decode", "/RunLengthDecode", "/FlateDecode", "/LZWDecode", "/DCTDecode", "/JBIG2Decode", "/CCITTFaxDecode", "/Crypt", "/NoSuch"), About(random, 5_000));
        return new PdfSource().SetStream(4, Bytes(random, 10_000), $"/Filter[{filters}]").Write();
    }

    private static byte[] Predictor(Random random)
    {
        var parameters = Invariant($"/Predictor {Pick(random, 2, 10, 15, 99)}/Columns {Pick(random, 1, 0, -1, 2147483647, About(random, 100_000))}/Colors {Pick(random, 1, 0, -4, 2147483647)}/BitsPerComponent {Pick(random, 1, 8, 16, 2147483647)}");
        return new PdfSource().SetStream(4, PdfSource.Deflate(new byte[About(random, 100_000)]), $"/Filter/FlateDecode/DecodeParms<<{parameters}>>").Write();
    }

    private static byte[] ObjectStream(Random random)
    {
        PdfSource pdf = new();
        var count = About(random, 20_000);
        StringBuilder header = new();
        for (var i = 0; i < count; i++) header.Append(Invariant($"{i} {Pick(random, 0, i, -1, 2147483647)} "));
        var entries = Invariant($"/Type/ObjStm/N {Pick(random, count, 2147483647, -1)}/First {Pick(random, header.Length, 0, -1, 2147483647)}");
        pdf.AddStream(header + Repeat("<</A[", About(random, 1000)) + "1", entries, deflate: random.Next(2) == 0);
        return pdf.Write();
    }

    private static byte[] Nesting(Random random)
    {
        var depth = About(random, 30_000);
        var (open, close) = Pick(random, ("[", "]"), ("<</A ", ">>"), ("(", ")"), ("<</A[", "]>>"));
        var nested = Repeat(open, depth) + "1" + (random.Next(2) == 0 ? Repeat(close, depth) : "");
        return (random.Next(3) switch
        {
            0 => new PdfSource(nested + " TJ"),
            1 => new PdfSource(page: "/Annots " + nested),
            _ => new PdfSource().Set(2, nested),
        }).Write();
    }

    private static byte[] OddNumbers(Random random)
    {
        string Number() => Pick(random, "0", "-0", "1e999", "99999999999999999999999", "-2147483648", "2147483648", "0.0000000000000000001", "--5", "+-.", "1.2.3", ".", "NaN", "1E-400", "16#FF");
        var content = $"BT /F1 {Number()} Tf {Number()} Tz {Number()} TL {Number()} {Number()} {Number()} {Number()} {Number()} {Number()} Tm (a b) Tj [(a){Number()}(b)] TJ T* ET {Number()} {Number()} {Number()} {Number()} re {Number()} w {Number()} g f";
        PdfSource pdf = new(content, PdfSource.Helvetica);
        pdf.Set(3, $"<</Type/Page/Parent 2 0 R/MediaBox[{Number()} {Number()} {Number()} {Number()}]/Rotate {Number()}/UserUnit {Number()}/Contents 4 {Number()} R/Resources<<{PdfSource.Helvetica}>>>>");
        return pdf.Write();
    }

    /// <summary>A font file that is cut, noise, or claims to have everything.</summary>
    private static byte[] FontFile(Random random)
    {
        var pdf = WithFont("/Encoding/Identity-H");
        var (key, subtype) = Pick(random, ("FontFile", ""), ("FontFile2", ""), ("FontFile3", "/Subtype/CIDFontType0C"), ("FontFile3", "/Subtype/OpenType"));
        byte[] head = key switch
        {
            "FontFile2" => [0, 1, 0, 0, 0xff, 0xff, 0, 0, 0, 0, 0, 0, .. "glyf"u8, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff, .. "cmap"u8],
            "FontFile3" => [1, 0, 4, 4, 0xff, 0xff, 4, 0xff, 0xff, 0xff, 0xff],
            _ => Encoding.Latin1.GetBytes("%!PS-AdobeFont-1.0\n/Encoding 256 array\n0 1 2147483647 {1 index exch /.notdef put} for\n/Subrs 2147483647 array\ncurrentfile eexec\n"),
        };
        pdf.AddStream([.. head, .. Bytes(random, About(random, 5_000))], subtype + "/Length1 2147483647/Length2 -1/Length3 0");
        pdf.Set(9, Invariant($"<</Type/FontDescriptor/FontName/X/Flags 4/FontBBox[0 0 9 9]/ItalicAngle 0/Ascent 9/Descent 0/CapHeight 9/StemV 1/{key} {pdf.Next - 1} 0 R>>"));
        if (key == "FontFile")
            pdf.Set(6, "<</Type/Font/Subtype/Type1/BaseFont/X/FirstChar 0/LastChar 255/Widths[1]/FontDescriptor 9 0 R>>");
        return pdf.Write();
    }

    /// <summary>A page with a composite font: 6 is the font, 7 its map, 8 the descendant, 9 the descriptor.</summary>
    private static PdfSource WithFont(string entries)
    {
        PdfSource pdf = new("BT /F1 12 Tf <00410042> Tj ET", "/Font<</F1 6 0 R>>");
        pdf.Add("null");
        pdf.Add($"<</Type/Font/Subtype/Type0/BaseFont/X/DescendantFonts[8 0 R]{entries}>>");
        pdf.AddStream("begincmap endcmap");
        pdf.Add("<</Type/Font/Subtype/CIDFontType2/BaseFont/X/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor 9 0 R>>");
        pdf.Add("<</Type/FontDescriptor/FontName/X/Flags 4/FontBBox[0 0 9 9]/ItalicAngle 0/Ascent 9/Descent 0/CapHeight 9/StemV 1>>");
        return pdf;
    }

    private static byte[] Bytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
