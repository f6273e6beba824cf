using Hearth.Llama;

namespace Hearth.Engine;

/// <summary>Everything an engine needs to load one model. Sizes are in tokens (= KV cells) unless the name says otherwise.</summary>
/// <param name="ModelPaths">The GGUF file, or all files of a split one in order.</param>
/// <param name="Window">Most tokens (prompt and answer) one request may hold.</param>
/// <param name="CellPool">KV cells shared by all sequences; at least <paramref name="Window"/>.</param>
/// <param name="MaxSequences">Most requests that run at once.</param>
public sealed record EngineSettings(IReadOnlyList<string> ModelPaths, int Window, int CellPool, int MaxSequences)
{
    /// <summary>
    /// Sequence ids for running requests and for cached prefixes that nobody uses at the moment, <see cref="MaxSequences"/> to 255.
    /// </summary>
    public int SequenceIds { get; init; } = MaxSequences;

    /// <summary>Most bytes of KV segments and checkpoints kept outside the cells; 0 keeps none.</summary>
    public long SavedBytes { get; init; }

    /// <summary>
    /// Most cells that nobody uses while requests run, as a multiple of those that are used: attention reads all cells up to the highest
    /// one that holds something. Above it, prefixes wait in memory outside the cells.
    /// </summary>
    public double IdleShare { get; init; } = double.PositiveInfinity;

    /// <summary>Longest step while several requests share the engine.</summary>
    public TimeSpan StepTarget { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Most tokens in one native call.</summary>
    public int BatchTokens { get; init; } = 2048;

    /// <summary>Most tokens the library computes at once; also the size of a prefill chunk while nobody else decodes.</summary>
    public int MicroBatchTokens { get; init; } = 512;

    /// <summary>Threads of a decode step.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Threads of a prefill step.</summary>
    public int BatchThreads { get; init; } = Environment.ProcessorCount;

    /// <summary>Layers computed on the GPU; -1 means all.</summary>
    public int GpuLayers { get; init; }

    /// <summary>Number format of the KV cells.</summary>
    public KvType KvType { get; init; } = KvType.F16;

    /// <summary>Most requests that wait for the engine; one more is refused as overloaded.</summary>
    public int QueueCapacity { get; init; } = 64;

    /// <summary>Where KV segments and checkpoints survive the process; null keeps nothing on disk.</summary>
    public DiskCacheSettings? DiskCache { get; init; }

    /// <summary>The native context that these settings ask for.</summary>
    public LlamaContextOptions ToContextOptions() => new(CellPool)
    {
        BatchTokens = BatchTokens,
        MicroBatchTokens = MicroBatchTokens,

        // One more than the scheduler's: the decoder's scratch sequence.
        MaxSequences = SequenceIds + 1,

        // One output per sequence and step; fewer than sequences make the library abort.
        MaxOutputs = SequenceIds + 1,
        Threads = Threads,
        BatchThreads = BatchThreads,

        // One pool of cells for all sequences, so that a fork is metadata only.
        KvUnified = true,

        // Whole windows, so that every position of a sequence stays where it was put.
        SwaFull = true,
        KeyType = TypeOf(KvType),
        ValueType = TypeOf(KvType),
    };

    private static GgmlType TypeOf(KvType type) => type switch
    {
        KvType.F16 => GgmlType.F16,
        KvType.Q8 => GgmlType.Q8Zero,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Unknown number format."),
    };
}

/// <summary>Number format of KV cells.</summary>
public enum KvType
{
    /// <summary>16-bit floating point: exact enough for everything.</summary>
    F16,

    /// <summary>8-bit blocks: about half the memory; needs flash attention.</summary>
    Q8,
}
