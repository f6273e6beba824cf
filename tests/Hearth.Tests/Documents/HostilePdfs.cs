using System.Globalization;
using System.Text;

namespace Hearth.Tests.Documents;

/// <summary>
/// Files that are small and ask for much: a stack, memory, time, or what a parser never expected. Everything comes from a seed, so a
/// failure can be repeated.
/// </summary>
internal static partial class HostilePdfs
{
    private static readonly Dictionary<string, Func<Random, byte[]>> Families = new()
    {
        ["contents-ring"] = ContentsRing,
        ["forms-ring"] = FormsRing,
        ["forms-chain"] = FormsChain,
        ["kids-ring"] = KidsRing,
        ["parent-ring"] = ParentRing,
        ["length-ring"] = LengthRing,
        ["prev-ring"] = PrevRing,
        ["value-ring"] = ValueRing,
        ["catalog-ring"] = CatalogRing,
        ["cmap-ring"] = CMapRing,
        ["descendants-ring"] = DescendantsRing,
        ["type3-ring"] = Type3Ring,
        ["spaces-ring"] = SpacesRing,
        ["functions-ring"] = FunctionsRing,
        ["soft-mask-ring"] = SoftMaskRing,
        ["encrypt-ring"] = EncryptRing,
        ["object-stream-ring"] = ObjectStreamRing,
        ["forms-fan"] = FormsFan,
        ["kids-fan"] = KidsFan,
        ["contents-fan"] = ContentsFan,
        ["bf-range"] = BfRange,
        ["cid-range"] = CidRange,
        ["widths-range"] = WidthsRange,
        ["tables-range"] = TablesRange,
        ["glyph-flood"] = GlyphFlood,
        ["operator-flood"] = OperatorFlood,
        ["annotation-flood"] = AnnotationFlood,
        ["filter-bomb"] = FilterBomb,
        ["filter-chain"] = FilterChain,
        ["predictor"] = Predictor,
        ["object-stream"] = ObjectStream,
        ["nesting"] = Nesting,
        ["odd-numbers"] = OddNumbers,
        ["font-file"] = FontFile,
        ["mutated"] = Mutated,
        ["truncated"] = Truncated,
        ["mutated-hostile"] = MutatedHostile,
    };

    /// <summary>The kinds of files there are.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Families.Keys];

    /// <summary>A file of one kind.</summary>
    public static byte[] Create(string name, Random random) => Families[name](random);

    /// <summary>The file of a seed: the kinds take turns.</summary>
    public static (string Name, byte[] File) Create(int seed)
    {
        var name = Names[seed % Names.Count];
        return (name, Create(name, new Random(seed)));
    }

    /// <summary>A number of the size given or of ten times less or more.</summary>
    private static int About(Random random, int size) => Math.Max(1, (int)(size * Math.Pow(10, (random.NextDouble() * 2) - 1)));

    private static T Pick<T>(Random random, params T[] values) => values[random.Next(values.Length)];

    private static string Repeat(string text, int count) => new StringBuilder(text.Length * count).Insert(0, text, count).ToString();

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static byte[] Truncated(Random random)
    {
        var file = Ordinary(random);
        return file[..random.Next(file.Length)];
    }

    private static byte[] Mutated(Random random) => Mutate(Ordinary(random), random);

    private static byte[] MutatedHostile(Random random)
    {
        var name = Names[random.Next(Names.Count - 3)];
        return Mutate(Create(name, random), random);
    }

    /// <summary>Not from the writer of other tests, which gives each file an id of its own.</summary>
    private static byte[] Ordinary(Random random)
    {
        PdfSource pdf = new($"BT /F1 12 Tf 10 80 Td (an ordinary file {random.Next()}) Tj T* (and its second line) Tj ET", PdfSource.Helvetica, deflate: random.Next(2) == 0);
        pdf.Set(2, $"<</Type/Pages/Kids[{Repeat("3 0 R ", random.Next(1, 4))}]/Count 1>>");
        return pdf.Write();
    }

    private static byte[] Mutate(byte[] file, Random random)
    {
        List<byte> bytes = [.. file];
        for (var left = random.Next(1, 20); left > 0 && bytes.Count > 0; left--)
        {
            var at = random.Next(bytes.Count);
            var length = Math.Min(random.Next(1, 60), bytes.Count - at);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, length);
                    break;
                case 2:
                    bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(at, length));
                    break;
                case 3:
                    var digit = bytes.FindIndex(at, b => b is >= (byte)'0' and <= (byte)'9');
                    if (digit >= 0) bytes[digit] = (byte)('0' + random.Next(10));
                    break;
                default:
                    bytes.InsertRange(at, Encoding.Latin1.GetBytes(Pick(random, " 4 0 R ", "<<", ">>", "[", "]", "(", ")", "endobj", "stream\n", "99999999999", "-1", "/Filter/FlateDecode", "null")));
                    break;
            }
        }

        return [.. bytes];
    }
}
