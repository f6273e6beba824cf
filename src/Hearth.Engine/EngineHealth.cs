using System.Runtime.InteropServices;

namespace Hearth.Engine;

/// <summary>How the engine is. <paramref name="Reason"/> is set in every state but <see cref="EngineState.Ready"/>.</summary>
public sealed record EngineHealth(EngineState State, string? Reason = null)
{
    /// <summary>Everything works.</summary>
    public static EngineHealth Ready { get; } = new(EngineState.Ready);
}

/// <summary>What an engine can do for a new request.</summary>
public enum EngineState
{
    /// <summary>Takes requests.</summary>
    Ready,

    /// <summary>A native failure ended what was running; the context is being made anew. Takes requests.</summary>
    Reloading,

    /// <summary>Finishes what it has; takes no more.</summary>
    Draining,

    /// <summary>Failed for good.</summary>
    Faulted,

    /// <summary>Was disposed.</summary>
    Stopped,
}

/// <summary>An engine's books at one moment. Read without waiting for the step in progress, so each number is true on its own.</summary>
/// <param name="Waiting">Accepted requests that nobody has begun to compute.</param>
/// <param name="Running">Admitted requests.</param>
/// <param name="LeasedCells">KV cells that running requests hold.</param>
/// <param name="CachedCells">KV cells that hold something, for running requests or for later ones.</param>
/// <param name="SavedBytes">Bytes of KV segments and checkpoints in memory outside the cells.</param>
/// <param name="Steps">Steps computed since the engine was made.</param>
/// <param name="DiskBytes">Bytes of KV segments and checkpoints in files.</param>
/// <param name="DiskFiles">Number of those files.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct EngineCounters(
    int Waiting, int Running, int LeasedCells, int CachedCells, long SavedBytes, long Steps, long DiskBytes, int DiskFiles);
