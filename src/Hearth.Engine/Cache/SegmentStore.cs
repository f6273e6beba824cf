using System.Runtime.InteropServices;

namespace Hearth.Engine.Cache;

/// <summary>
/// Saved KV cells by the prefix that they continue. Whole blocks of the grid, and shorter tails where a branch ended; several may start
/// at one place.
/// </summary>
internal sealed class SegmentStore
{
    private readonly Dictionary<UInt128, List<Segment>> _byStart = [];

    /// <summary>True when there is nothing to look for.</summary>
    public bool IsEmpty => _byStart.Count == 0;

    /// <summary>The segment after this prefix that has most tokens in common with <paramref name="tokens"/>, and how many.</summary>
    public (Segment? Segment, int Tokens) Find(UInt128 chain, ReadOnlySpan<int> tokens)
    {
        if (!_byStart.TryGetValue(chain, out var segments)) return default;
        (Segment? Segment, int Tokens) best = default;
        foreach (var segment in segments)
        {
            var common = segment.Tokens.CommonPrefixLength(tokens);
            if (common > best.Tokens) best = (segment, common);
        }

        return best;
    }

    /// <summary>
    /// Adds a segment unless a longer one begins with it. Returns what it makes superfluous: the shorter ones that it begins with.
    /// </summary>
    public bool TryAdd(Segment segment, List<Segment> superfluous)
    {
        ref var segments = ref CollectionsMarshal.GetValueRefOrAddDefault(_byStart, segment.Chain, out _);
        segments ??= [];
        foreach (var other in segments)
        {
            if (other.Tokens.StartsWith(segment.Tokens)) return false;
            if (segment.Tokens.StartsWith(other.Tokens)) superfluous.Add(other);
        }

        segments.Add(segment);
        return true;
    }

    /// <summary>Takes a segment out.</summary>
    public void Remove(Segment segment)
    {
        if (_byStart.TryGetValue(segment.Chain, out var segments) && segments.Remove(segment) && segments.Count == 0)
            _byStart.Remove(segment.Chain);
    }
}
