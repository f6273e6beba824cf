using Hearth.Llama;

namespace Hearth.Engine.Decoding;

/// <summary>
/// Proves that the sliding-window layers hold a range of positions. The library reuses their cells behind the window of a sequence that
/// alone holds them and reports only the lowest position left, which does not show holes. The size of what it would save does: it grows
/// by the same number of bytes with every cell.
/// </summary>
/// <param name="context">The context to ask.</param>
/// <param name="scratch">A sequence id that holds nothing.</param>
internal sealed class WindowProof(LlamaContext context, int scratch)
{
    private long _oneCell;
    private long _perCell;

    /// <summary>Whether a token at <paramref name="position"/> finds every cell of its window.</summary>
    public bool Holds(int sequenceId, int position, int window)
    {
        var from = Math.Max(0, position - window + 1);
        if (position == from) return true;
        if (!Calibrate(sequenceId)) return false;
        return SizeOf(sequenceId, from, position) == _oneCell + ((position - from - 1) * _perCell);
    }

    // The last two positions of a sequence are inside its window, so they are there.
    private bool Calibrate(int sequenceId)
    {
        if (_perCell > 0) return true;
        var end = context.SequencePositionMax(sequenceId) + 1;
        if (end < 2) return false;
        _oneCell = SizeOf(sequenceId, end - 1, end);
        _perCell = SizeOf(sequenceId, end - 2, end) - _oneCell;
        return true;
    }

    private long SizeOf(int sequenceId, int from, int to)
    {
        context.SequenceCopy(sequenceId, scratch, from, to);
        var size = context.SequenceStateSize(scratch, StateFlags.PartialOnly);
        context.SequenceRemove(scratch);
        return size;
    }
}
