namespace Hearth.Llama;

/// <summary>Sizes of a context. What is left out is the library's default, except where said.</summary>
/// <param name="Cells">KV cells; the library rounds up.</param>
public sealed record LlamaContextOptions(int Cells)
{
    /// <summary>Most tokens in one decode.</summary>
    public int BatchTokens { get; init; } = 2048;

    /// <summary>Most tokens computed at once.</summary>
    public int MicroBatchTokens { get; init; } = 512;

    /// <summary>Most sequences, 1 to 256. Recurrent models allocate a full state for each.</summary>
    public int MaxSequences { get; init; } = 1;

    /// <summary>Most outputs in one decode; raised to <see cref="MaxSequences"/>, below which the library aborts.</summary>
    public int MaxOutputs { get; init; } = 1;

    /// <summary>Threads for single tokens.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Threads for prompts.</summary>
    public int BatchThreads { get; init; } = Environment.ProcessorCount;

    /// <summary>All sequences share one buffer; without it a fork of a part of a sequence aborts the process.</summary>
    public bool KvUnified { get; init; } = true;

    /// <summary>Sliding-window layers keep cells for the whole context.</summary>
    public bool SwaFull { get; init; } = true;

    /// <summary>Number format of keys.</summary>
    public GgmlType KeyType { get; init; } = GgmlType.F16;

    /// <summary>Number format of values; other than F16 it needs flash attention.</summary>
    public GgmlType ValueType { get; init; } = GgmlType.F16;

    /// <summary>Fused attention.</summary>
    public FlashAttention FlashAttention { get; init; } = FlashAttention.Auto;
}

/// <summary>Those of <c>enum ggml_type</c> that KV cells can have.</summary>
public enum GgmlType
{
    /// <summary>32-bit floating point.</summary>
    F32 = 0,

    /// <summary>16-bit floating point.</summary>
    F16 = 1,

    /// <summary>8-bit blocks of 32.</summary>
    Q8Zero = 8,
}

/// <summary><c>enum llama_flash_attn_type</c>.</summary>
public enum FlashAttention
{
    /// <summary>Where the device supports it.</summary>
    Auto = -1,

    /// <summary>Never.</summary>
    Disabled = 0,

    /// <summary>Always.</summary>
    Enabled = 1,
}
