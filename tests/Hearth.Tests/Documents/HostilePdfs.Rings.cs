namespace Hearth.Tests.Documents;

/// <summary>References that lead back to where they came from, and chains of them.</summary>
internal static partial class HostilePdfs
{
    /// <summary>Objects that are nothing but a reference to the next one, the last to the first.</summary>
    private static byte[] ContentsRing(Random random)
    {
        PdfSource pdf = new();
        Ring(pdf, 4, random.Next(4));
        return pdf.Write();
    }

    private static byte[] FormsRing(Random random)
    {
        PdfSource pdf = new("/X Do", "/XObject<</X 5 0 R>>");
        var length = random.Next(2, 6);
        for (var i = 0; i < length; i++) pdf.AddForm("/X Do", Invariant($"/XObject<</X {5 + ((i + 1) % length)} 0 R>>"));
        return pdf.Write();
    }

    private static byte[] FormsChain(Random random)
    {
        PdfSource pdf = new("/X Do", "/XObject<</X 5 0 R>>");
        for (var left = 1000 + random.Next(4000); left > 0; left--) pdf.AddForm("q /X Do Q", Invariant($"/XObject<</X {pdf.Next + 1} 0 R>>"));
        pdf.AddForm("n", "");
        return pdf.Write();
    }

    private static byte[] KidsRing(Random random)
    {
        PdfSource pdf = new();
        var kids = Pick(random, "2 0 R", "3 0 R 2 0 R", "5 0 R", "5 0 R 5 0 R 3 0 R");
        pdf.Set(2, $"<</Type/Pages/Kids[{kids}]/Count {About(random, 100)}>>");
        pdf.Add($"<</Type/Pages/Parent 2 0 R/Kids[{Pick(random, "2 0 R", "5 0 R", "3 0 R 5 0 R")}]/Count 9>>");
        return pdf.Write();
    }

    private static byte[] ParentRing(Random random)
    {
        PdfSource pdf = new();
        pdf.Set(3, $"<</Type/Page/Parent {Pick(random, 3, 5)} 0 R/Contents 4 0 R>>");
        pdf.Add($"<</Type/Pages/Parent {Pick(random, 5, 6)} 0 R/Kids[3 0 R]/Count 1>>");
        pdf.Add("<</Type/Pages/Parent 5 0 R/Kids[3 0 R]/Count 1>>");
        return pdf.Write();
    }

    private static byte[] LengthRing(Random random)
    {
        PdfSource pdf = new();
        pdf.SetStream(4, "BT ET"u8.ToArray(), $"/Length {Pick(random, 4, 5)} 0 R");
        pdf.AddStream("7"u8.ToArray(), $"/Length {Pick(random, 4, 5, 6)} 0 R");
        Ring(pdf, pdf.Add("0"), random.Next(3));
        return pdf.Write();
    }

    private static byte[] PrevRing(Random random)
    {
        PdfSource pdf = new() { Trailer = Pick(random, "/Prev HERE", "/Prev 0", "/XRefStm HERE/Prev HERE", "/Prev 9 0 R", "/Prev -1") };
        return pdf.Write();
    }

    /// <summary>Any entry that a reader follows is an object that leads back to itself.</summary>
    private static byte[] ValueRing(Random random)
    {
        var entry = Pick(random, "/MediaBox", "/CropBox", "/Resources", "/Rotate", "/Annots", "/Font", "/XObject", "/ExtGState", "/ColorSpace", "/Filter", "/DecodeParms", "/Group");
        var isResource = entry is "/Font" or "/XObject" or "/ExtGState" or "/ColorSpace";
        PdfSource pdf = new(
            "BT /F1 9 Tf (a) Tj ET /X Do /G gs /C cs", isResource ? entry + " 5 0 R" : "", page: isResource || entry is "/Filter" or "/DecodeParms" ? "" : entry + " 5 0 R");
        if (entry is "/Filter" or "/DecodeParms") pdf.SetStream(4, PdfSource.Deflate(new byte[99]), entry == "/Filter" ? "/Filter 5 0 R" : "/Filter/FlateDecode/DecodeParms 5 0 R");
        Ring(pdf, pdf.Add(""), random.Next(3), Pick(random, "{0} 0 R", "[{0} 0 R]", "<</F1 {0} 0 R/X {0} 0 R/G {0} 0 R/C {0} 0 R>>"));
        return pdf.Write();
    }

    private static byte[] CatalogRing(Random random)
    {
        PdfSource pdf = new(catalog: "/Outlines 5 0 R/Names<</Dests 6 0 R/EmbeddedFiles 6 0 R>>/AcroForm<</Fields[7 0 R]>>/StructTreeRoot 6 0 R/Metadata 8 0 R", page: "/Annots[9 0 R 9 0 R]");
        pdf.Add("<</First 5 0 R/Last 5 0 R/Next 5 0 R/Parent 5 0 R/Count 99/Title(x)/Dest[3 0 R/Fit]>>");
        pdf.Add("<</Kids[6 0 R 6 0 R]/Limits[(a)(z)]/K 6 0 R/P 6 0 R>>");
        pdf.Add("<</T(f)/Kids[7 0 R]/Parent 7 0 R/FT/Tx>>");
        pdf.Add("8 0 R");
        pdf.Add("<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/Parent 9 0 R/Popup 9 0 R/AP<</N 9 0 R>>/A<</Next 9 0 R>>>>");
        return random.Next(2) == 0 ? pdf.Write() : pdf.Set(3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents[4 0 R 3 0 R]/Annots 9 0 R>>").Write();
    }

    private static byte[] CMapRing(Random random)
    {
        var pdf = WithFont("/ToUnicode 7 0 R/Encoding " + Pick(random, "/Identity-H", "7 0 R"));
        pdf.SetStream(7, "begincmap /X usecmap 1 begincodespacerange <00> <ff> endcodespacerange endcmap"u8.ToArray(), Pick(random, "/Type/CMap/CMapName/X/UseCMap 7 0 R", "/UseCMap 7 0 R"));
        return pdf.Write();
    }

    private static byte[] DescendantsRing(Random random)
    {
        var pdf = WithFont("/ToUnicode 7 0 R/Encoding/Identity-H");
        var descendants = Pick(random, "[6 0 R]", "6 0 R", "9 0 R", "[9 0 R]");
        pdf.Set(6, $"<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts {descendants}>>");
        pdf.Set(9, Pick(random, "9 0 R", "[9 0 R]", "[6 0 R]"));
        return pdf.Write();
    }

    private static byte[] Type3Ring(Random random)
    {
        PdfSource pdf = new("BT /F1 9 Tf (aaaa) Tj ET", "/Font<</F1 5 0 R>>");
        pdf.Add("<</Type/Font/Subtype/Type3/FontBBox[0 0 9 9]/FontMatrix[1 0 0 1 0 0]/FirstChar 97/LastChar 97/Widths[9]/Encoding<</Differences[97/a]>>/CharProcs<</a 6 0 R>>/Resources<</Font<</F1 5 0 R>>/XObject<</X 7 0 R>>>>>>");
        pdf.AddStream("9 0 d0 BT /F1 9 Tf (aa) Tj ET /X Do");
        pdf.AddForm("BT /F1 9 Tf (a) Tj ET", "/Font<</F1 5 0 R>>");
        return random.Next(2) == 0 ? pdf.Write() : pdf.SetStream(4, "/X Do"u8.ToArray()).Set(3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<</XObject<</X 7 0 R>>>>>>").Write();
    }

    private static byte[] SpacesRing(Random random)
    {
        PdfSource pdf = new("/C cs 0.5 sc 0 0 9 9 re f /C CS 1 SC /P scn", "/ColorSpace<</C 5 0 R>>/Pattern<</P 5 0 R>>");
        pdf.Add(Pick(
            random, "[/Indexed 5 0 R 1 <0000>]", "[/Separation/X 5 0 R 6 0 R]", "[/ICCBased 6 0 R]", "[/DeviceN[/A/B] 5 0 R 6 0 R]", "[/Pattern 5 0 R]",
            "<</Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 9 9]/XStep 1/YStep 1/Resources<</Pattern<</P 5 0 R>>>>>>"));
        pdf.AddStream("x"u8.ToArray(), "/N 1/Alternate 5 0 R/FunctionType 2/Domain[0 1]/N 1/Functions[6 0 R]");
        return pdf.Write();
    }

    private static byte[] FunctionsRing(Random random)
    {
        PdfSource pdf = new("/C cs 0.5 sc 0 0 9 9 re f /S sh", "/ColorSpace<</C[/Separation/X/DeviceRGB 5 0 R]>>/Shading<</S<</ShadingType 2/ColorSpace/DeviceRGB/Coords[0 0 1 1]/Function 5 0 R>>>>");
        pdf.Add($"<</FunctionType 3/Domain[0 1]/Functions[5 0 R {Pick(random, "5 0 R", "6 0 R")}]/Bounds[0.5]/Encode[0 1 0 1]>>");
        pdf.AddStream(Repeat("{ ", About(random, 5000)) + "dup " + Repeat("} ", 50), "/FunctionType 4/Domain[0 1]/Range[0 1 0 1 0 1]");
        return pdf.Write();
    }

    private static byte[] SoftMaskRing(Random random)
    {
        PdfSource pdf = new("/G gs 0 0 9 9 re f", "/ExtGState<</G 5 0 R>>");
        pdf.Add("<</Type/ExtGState/SMask<</S/Luminosity/G 6 0 R>>/Font[7 0 R 9]>>");
        pdf.AddForm("/G gs /X Do", "/ExtGState<</G 5 0 R>>/XObject<</X 6 0 R>>", "/Group<</S/Transparency/CS 6 0 R>>");
        Ring(pdf, pdf.Add(""), random.Next(3));
        return pdf.Write();
    }

    private static byte[] EncryptRing(Random random)
    {
        PdfSource pdf = new() { Trailer = Pick(random, "/Encrypt 5 0 R", "/Encrypt 5 0 R/ID[5 0 R 5 0 R]", "/Encrypt 1 0 R/ID[<00><00>]", "/Info 5 0 R/Root 5 0 R") };
        pdf.Add(Pick(random, "5 0 R", "<</Filter/Standard/V 5 0 R/R 5 0 R/O 5 0 R/U 5 0 R/P 5 0 R>>", "<</Filter/Standard/V 4/R 4/Length 999999/O(x)/U(x)/P -1/CF<</StdCF 5 0 R>>/StmF/StdCF/StrF/StdCF>>"));
        return pdf.Write();
    }

    private static byte[] ObjectStreamRing(Random random)
    {
        PdfSource pdf = new();
        var header = Invariant($"{pdf.Next} 0 3 9 ");
        pdf.AddStream(header + "5 0 R    <</Type/Pages/Kids[3 0 R]/Count 1>>", Invariant($"/Type/ObjStm/N 2/First {header.Length}/Extends {Pick(random, 5, 6)} 0 R"));
        pdf.AddStream("7 0 null", "/Type/ObjStm/N 1/First 4/Extends 5 0 R");
        return pdf.Write();
    }

    /// <summary>Makes an object, and some more after it, lead to each other in a ring; 0 is the object to itself.</summary>
    private static void Ring(PdfSource pdf, int first, int more, string form = "{0} 0 R")
    {
        List<int> ring = [first];
        for (var i = 0; i < more; i++) ring.Add(pdf.Add(""));
        for (var i = 0; i < ring.Count; i++)
            pdf.Set(ring[i], form.Replace("{0}", Invariant($"{ring[(i + 1) % ring.Count]}"), StringComparison.Ordinal));
    }
}
