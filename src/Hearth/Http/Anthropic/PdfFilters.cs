using System.IO.Compression;
using UglyToad.PdfPig.Filters;
using UglyToad.PdfPig.Tokens;

namespace Hearth.Http.Anthropic;

/// <summary>
/// The filters of PDF streams, with a bound on what they may unpack: a few kilobytes of a hostile file would otherwise become
/// gigabytes of memory.
/// </summary>
internal sealed class PdfFilters : IFilterProvider
{
    /// <summary>Fonts and page contents are far smaller; images are not unpacked.</summary>
    private const int UnpackedLimit = 64 * 1024 * 1024;

    /// <summary>LZW multiplies by some thousand at the most, and what it packs in old files is smaller than this.</summary>
    private const int LargestLzw = 256 * 1024;

    /// <summary>Two bytes say how often a byte is repeated, up to this often.</summary>
    private const int LongestRun = 128;

    private readonly IFilterProvider _filters = DefaultFilterProvider.Instance;

    public IReadOnlyList<IFilter> GetFilters(DictionaryToken dictionary) => Bound(_filters.GetFilters(dictionary));

    public IReadOnlyList<IFilter> GetNamedFilters(IReadOnlyList<NameToken> names) => Bound(_filters.GetNamedFilters(names));

    public IReadOnlyList<IFilter> GetAllFilters() => Bound(_filters.GetAllFilters());

    private static IFilter[] Bound(IReadOnlyList<IFilter> filters) => [.. filters.Select(f => new BoundedFilter(f))];

    private sealed class BoundedFilter(IFilter filter) : IFilter
    {
        /// <summary>What zlib puts in front of the packed bytes.</summary>
        private const int HeaderBytes = 2;

        public bool IsSupported => filter.IsSupported;

        public Memory<byte> Decode(Memory<byte> input, DictionaryToken streamDictionary, IFilterProvider filterProvider, int filterIndex)
        {
            bool fits = filter switch
            {
                FlateFilter => FlateFits(input),
                LzwFilter => input.Length <= LargestLzw,
                RunLengthFilter => input.Length / 2 <= UnpackedLimit / LongestRun,
                CcittFaxDecodeFilter => false,
                _ => true,
            };
            return fits
                ? filter.Decode(input, streamDictionary, filterProvider, filterIndex)
                : throw new InvalidDataException($"A stream of {input.Length} bytes may unpack to more than {UnpackedLimit}.");
        }

        /// <summary>Unpacks once to nowhere. A stream that breaks off is the filter's to judge.</summary>
        private static bool FlateFits(Memory<byte> input)
        {
            using MemoryStream packed = new(input.ToArray(), Math.Min(HeaderBytes, input.Length), Math.Max(0, input.Length - HeaderBytes));
            using DeflateStream unpacked = new(packed, CompressionMode.Decompress);
            byte[] buffer = new byte[64 * 1024];
            long total = 0;
            try
            {
                for (int read = unpacked.Read(buffer); read > 0 && total <= UnpackedLimit; read = unpacked.Read(buffer))
                    total += read;
            }
            catch (InvalidDataException)
            {
                return total <= UnpackedLimit;
            }

            return total <= UnpackedLimit;
        }
    }
}
