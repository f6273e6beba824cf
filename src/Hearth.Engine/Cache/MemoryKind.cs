using System.Collections.Frozen;
using Hearth.Llama;

namespace Hearth.Engine.Cache;

/// <summary>Where a model's memory lets a sequence be continued, forked and saved.</summary>
internal enum MemoryKind
{
    /// <summary>Every layer keeps every position: continue, fork, trim and save anywhere.</summary>
    Full,

    /// <summary>Some layers keep a window: continue only where the window before that point is proven to be there.</summary>
    SlidingWindow,

    /// <summary>Some layers keep a state that only moves forward: continue at a sequence's end or from a checkpoint.</summary>
    Recurrent,

    /// <summary>Nothing is known of it: only a whole sequence can be continued, by the request that extends it.</summary>
    Unknown,
}

/// <summary>What each <see cref="MemoryKind"/> allows.</summary>
internal static class MemoryKinds
{
    // These have caches of their own in llama.cpp v0.5.0 (llama_model::create_memory): indexers and compressed layers, whose ranged
    // operations assert or were never compared with a cold run.
    private static readonly FrozenSet<string> Unproven =
        FrozenSet.Create("deepseek32", "deepseek4", "dots3note", "glm-dsa", "hy_v4", "minimax-m3", "qwen4exp");

    /// <summary>The kind of a loaded model.</summary>
    public static MemoryKind Of(LlamaModel model) =>
        Of(model.Metadata("general.architecture") ?? "", model.IsRecurrent || model.IsHybrid, model.SlidingWindow);

    /// <summary>The kind of a model with this architecture, recurrent layers or none, and window (0: none).</summary>
    public static MemoryKind Of(string architecture, bool hasRecurrentLayers, int slidingWindow)
    {
        if (Unproven.Contains(architecture)) return MemoryKind.Unknown;
        if (hasRecurrentLayers) return MemoryKind.Recurrent;
        return slidingWindow > 0 ? MemoryKind.SlidingWindow : MemoryKind.Full;
    }

    /// <summary>A sequence can be forked, and continued by several requests.</summary>
    public static bool CanFork(this MemoryKind kind) => kind != MemoryKind.Unknown;

    /// <summary>The last positions of a sequence can be removed, and it can be continued inside.</summary>
    public static bool CanTrim(this MemoryKind kind) => kind is MemoryKind.Full or MemoryKind.SlidingWindow;

    /// <summary>Later requests can continue inside a history only where something was kept at that very position.</summary>
    public static bool NeedsCheckpoints(this MemoryKind kind) => kind is MemoryKind.SlidingWindow or MemoryKind.Recurrent;

    /// <summary>
    /// A step can be interrupted and costs nobody but those who compute in it: what others hold is whole. The library moves recurrent
    /// states of others while it computes several sequences, and overwrites what is behind the window with each micro batch; ranged
    /// operations, which it runs itself then, are not proven for unknown memory.
    /// </summary>
    /// <param name="kind">The kind.</param>
    /// <param name="sequences">Sequences that compute in the step.</param>
    /// <param name="isOneMicroBatch">Its tokens are computed at once.</param>
    public static bool CanInterrupt(this MemoryKind kind, int sequences, bool isOneMicroBatch) => kind switch
    {
        MemoryKind.Full => true,
        MemoryKind.SlidingWindow => isOneMicroBatch,
        MemoryKind.Recurrent => sequences == 1,
        _ => false,
    };

    /// <summary>
    /// What leaves the cells can be saved: segments of the layers that keep every position, and for the other layers the state at one
    /// position, without which the segments before it are not complete.
    /// </summary>
    public static bool CanSave(this MemoryKind kind) => kind != MemoryKind.Unknown;
}
