using System.IO.Compression;
using UglyToad.PdfPig.Filters;
using UglyToad.PdfPig.Tokens;

namespace Hearth.Documents;

/// <summary>
/// The filters of one PDF file's streams, with a bound on what they may unpack: a few kilobytes of a hostile file would otherwise become
/// gigabytes of memory. Not thread-safe.
/// </summary>
internal sealed class PdfFilters : IFilterProvider
{
    /// <summary>For all streams together. Six hundred pages and their fonts are smaller; pictures are not unpacked.</summary>
    public const int UnpackedLimit = 128 * 1024 * 1024;

    /// <summary>LZW multiplies by some thousand at the most, and what it packs in old files is smaller than this.</summary>
    private const int LargestLzw = 256 * 1024;

    /// <summary>Two bytes say how often a byte is repeated, up to this often.</summary>
    private const int LongestRun = 128;

    /// <summary>What zlib puts in front of the packed bytes.</summary>
    private const int HeaderBytes = 2;

    private readonly IFilterProvider _filters = DefaultFilterProvider.Instance;
    private long _left = UnpackedLimit;

    /// <summary>The file holds more than may be unpacked. The parser may have gone on without it.</summary>
    public bool IsExceeded { get; private set; }

    /// <inheritdoc/>
    public IReadOnlyList<IFilter> GetFilters(DictionaryToken dictionary) => Bound(_filters.GetFilters(dictionary));

    /// <inheritdoc/>
    public IReadOnlyList<IFilter> GetNamedFilters(IReadOnlyList<NameToken> names) => Bound(_filters.GetNamedFilters(names));

    /// <inheritdoc/>
    public IReadOnlyList<IFilter> GetAllFilters() => Bound(_filters.GetAllFilters());

    private IFilter[] Bound(IReadOnlyList<IFilter> filters) => [.. filters.Select(f => new BoundedFilter(this, f))];

    private bool Fits(IFilter filter, Memory<byte> packed) => filter switch
    {
        FlateFilter => FlateFits(packed),
        LzwFilter => packed.Length <= LargestLzw,
        RunLengthFilter => packed.Length / 2 <= _left / LongestRun,
        CcittFaxDecodeFilter => false,
        _ => true,
    };

    /// <summary>Unpacks once to nowhere. A stream that breaks off is the filter's to judge.</summary>
    private bool FlateFits(Memory<byte> packed)
    {
        int header = Math.Min(HeaderBytes, packed.Length);
        using MemoryStream bytes = new(packed.ToArray(), header, packed.Length - header);
        using DeflateStream unpacked = new(bytes, CompressionMode.Decompress);
        byte[] buffer = new byte[64 * 1024];
        long total = 0;
        try
        {
            for (int read = unpacked.Read(buffer); read > 0 && total <= _left; read = unpacked.Read(buffer))
                total += read;
        }
        catch (InvalidDataException)
        {
            return total <= _left;
        }

        return total <= _left;
    }

    private sealed class BoundedFilter(PdfFilters owner, IFilter filter) : IFilter
    {
        public bool IsSupported => filter.IsSupported;

        public Memory<byte> Decode(Memory<byte> input, DictionaryToken streamDictionary, IFilterProvider filterProvider, int filterIndex)
        {
            if (owner.Fits(filter, input))
            {
                Memory<byte> unpacked = filter.Decode(input, streamDictionary, filterProvider, filterIndex);
                owner._left -= unpacked.Length;
                return unpacked;
            }

            owner.IsExceeded = filter is not CcittFaxDecodeFilter;
            throw new InvalidDataException($"A stream of {input.Length} bytes is not unpacked.");
        }
    }
}
