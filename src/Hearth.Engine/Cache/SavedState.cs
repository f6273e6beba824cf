using Hearth.Llama;

namespace Hearth.Engine.Cache;

/// <summary>
/// Bytes that the library wrote of a sequence, kept outside the KV cells: in memory, on disk, or both. Planned by the scheduler, filled
/// by the decoder when it runs the operation; owned by the engine thread. Nobody changes the bytes. The disk thread borrows them while the
/// state is pinned, and one that was left behind may still do so afterwards.
/// </summary>
/// <param name="key">What it is of.</param>
internal sealed class SavedState(StateKey key)
{
    private UInt128? _next;

    /// <summary>What it is of.</summary>
    public StateKey Key { get; } = key;

    /// <summary>
    /// What the library wrote; empty until then, when it could not, and while only a file has it. The state owns it: what is replaced is
    /// given back.
    /// </summary>
    public NativeBytes Data
    {
        get;
        set
        {
            if (field != value) field.Dispose();
            field = value;
        }
    } = NativeBytes.Empty;

    /// <summary>Size of its file; 0 while there is none.</summary>
    public long FileBytes { get; set; }

    /// <summary>The disk thread has been asked to write it, or to read it.</summary>
    public bool IsOnItsWay { get; set; }

    /// <summary>How many wait for its bytes, or use them: it stays in memory as long.</summary>
    public int Pins { get; set; }

    /// <summary>What computing it costs, in seconds; 0 while unknown.</summary>
    public double ComputeSeconds { get; set; }

    /// <summary>When it was last used, in timestamps.</summary>
    public long LastUsed { get; set; }

    /// <summary>Its place in the order of use.</summary>
    public LinkedListNode<SavedState>? Place { get; set; }

    /// <summary>Bytes of memory that the ledger has counted.</summary>
    public long CountedBytes { get; set; }

    /// <summary>The name of all tokens up to its end, which those that continue a whole block are found by; null for all others.</summary>
    public UInt128? Next => Key is { Kind: StateKind.Segment, Tokens.Length: TokenChain.Block }
        ? _next ??= TokenChain.Extend(Key.Chain, Key.Tokens.Span)
        : null;
}
