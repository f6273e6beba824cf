using System.Numerics;

namespace Hearth.Chat.Jinja;

/// <summary>
/// Estimates how many bytes the values that one rendering made hold alive, and ends it above the limit. What became garbage does not
/// count: templates that build their text piece by piece make many times what they keep. Used by one thread.
/// </summary>
internal sealed class LiveMemory(long limitBytes)
{
    /// <summary>Smaller values are so many that only a sample of them is followed, each for all that it stands for.</summary>
    private const long SampledBelowBytes = 16 * 1024;

    private const int SampledOf = 32;

    private List<(WeakReference Value, long Bytes)> _followed = [];
    private long _bytes;
    private long _lookAgainAt;
    private uint _random = 1;

    /// <summary>Bytes that the value takes by itself.</summary>
    private static long SizeOf(object? value) => value switch
    {
        OriginString { Halves: not null } => 120,
        OriginString text => 80 + (2L * text.Length) + (4L * text.Flips.Length),
        JinjaList list => 120 + (32L * list.Items.Count),
        JinjaDict dict => 300 + (120L * dict.Count),
        BigInteger number => 40 + (number.GetBitLength() / 8),
        JinjaFunction or JinjaNamespace or JinjaGenerator => 500,
        _ => 0,
    };

    /// <summary>Counts a value that has just been made; a sum of texts counts again when it is joined.</summary>
    public void Add(object? value)
    {
        if (SizeOf(value) is not (> 0 and var bytes))
            return;
        if (value is OriginString { Halves: { } halves })
            halves.Memory = this;
        if (bytes < SampledBelowBytes)
        {
            _random = (_random * 1664525) + 1013904223;
            if (_random >> 27 != 0)
                return;
            bytes *= SampledOf;
        }

        _followed.Add((new WeakReference(Holder(value!)), bytes));
        _bytes += bytes;
        if (_bytes > Math.Max(limitBytes, _lookAgainAt))
            Look();
    }

    /// <summary>What holds the memory: a loop over a list keeps its items and not the list.</summary>
    private static object Holder(object value) => value is JinjaList list ? list.Items : value;

    /// <summary>Collects garbage, as only that tells what is alive; a quarter of the limit is made between one time and the next.</summary>
    private void Look()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true);
        HashSet<object> seen = new(ReferenceEqualityComparer.Instance);
        // What was counted twice counts as what it became last.
        _followed = [.. Enumerable.Reverse(_followed).Where(f => f.Value.Target is { } target && seen.Add(target)).Reverse()];
        _bytes = _followed.Sum(f => f.Bytes);
        if (_bytes > limitBytes)
            throw JinjaException.Limit($"the template's values take more than {limitBytes} bytes");
        _lookAgainAt = _bytes + (limitBytes / 4);
    }
}
