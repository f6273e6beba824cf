using Hearth.Llama;

namespace Hearth.Tests.Engine;

/// <summary>Makes native bytes, and knows which of them were not given back.</summary>
internal sealed class NativeBlocks
{
    private readonly List<NativeBytes> _made = [];

    /// <summary>Bytes that were made and not given back.</summary>
    public long Bytes => Live.Sum(b => (long)b.Length);

    /// <summary>Those that were made and not given back.</summary>
    public IReadOnlyList<NativeBytes> Live
    {
        get
        {
            lock (_made)
            {
                _made.RemoveAll(b => b.IsClosed);
                return [.. _made];
            }
        }
    }

    /// <summary>How many were made.</summary>
    public int Made { get; private set; }

    /// <summary>A native copy.</summary>
    public NativeBytes Copy(ReadOnlySpan<byte> bytes)
    {
        var copy = NativeBytes.TryAllocate(bytes.Length)!;
        using var lease = copy.Lend();
        bytes.CopyTo(lease.Span);
        Watch(copy);
        return copy;
    }

    /// <summary>Watches bytes that somebody else made.</summary>
    public void Watch(NativeBytes bytes)
    {
        lock (_made)
        {
            if (bytes.Length == 0 || _made.Contains(bytes)) return;
            _made.Add(bytes);
            Made++;
        }
    }

    /// <summary>What the bytes are; none when they were given back.</summary>
    public static byte[] Read(NativeBytes bytes)
    {
        using var lease = bytes.Lend();
        return lease.Span.ToArray();
    }
}
