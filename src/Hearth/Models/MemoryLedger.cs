namespace Hearth.Models;

/// <summary>Who may use the memory, in bytes. The parts are within the budget; what would go beyond it is evicted, never swapped.</summary>
/// <param name="Budget">What the model may use of this machine, or of the container's share of it.</param>
/// <param name="Weights">The model file.</param>
/// <param name="Cells">The KV cells of all sequences.</param>
/// <param name="States">Recurrent states of all sequence ids.</param>
/// <param name="Buffers">The library's work space and logits.</param>
/// <param name="Saved">Most that saved segments and checkpoints may take.</param>
internal sealed record MemoryLedger(long Budget, long Weights, long Cells, long States, long Buffers, long Saved)
{
    /// <summary>Nothing is planned.</summary>
    public static MemoryLedger Nothing { get; } = new(0, 0, 0, 0, 0, 0);
}
