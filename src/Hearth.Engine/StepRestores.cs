using Hearth.Engine.Cache;

namespace Hearth.Engine;

/// <summary>Brings saved states back for those whom one step computes, as many bytes as the step has time for. The engine thread's.</summary>
internal sealed class StepRestores(SchedulerLimits limits, PrefixCache cache, StepMeter meter)
{
    /// <summary>Bytes of the states that this step brings back.</summary>
    public long Bytes { get; private set; }

    /// <summary>Another step is planned.</summary>
    public void Clear() => Bytes = 0;

    /// <summary>True when the rest of the prompt can be computed: nothing is left to bring back, or it does not come in time.</summary>
    /// <param name="sequence">A request whose prompt is not complete.</param>
    /// <param name="planned">Tokens that the step computes so far.</param>
    /// <param name="now">The time.</param>
    public bool BringBack(Sequence sequence, int planned, long now)
    {
        while (sequence.Restoring is { } path)
        {
            path.SkipTo(sequence.Position);
            if (path.Next is not { } next)
            {
                sequence.Restoring = null;
                break;
            }

            if (Bytes >= meter.RestoreBudget) return false;
            var before = sequence.Position;
            var step = cache.Restore(sequence, planned, now);
            sequence.ReusedTokens += sequence.Position - before;
            if (step == RestoreStep.Restored) Bytes += next.Data.Length;
            else if (step == RestoreStep.Waits) return false;
            else if (step == RestoreStep.Late && !limits.Memory.NeedsCheckpoints()) return true;
            else if (!GoesOnWithout(sequence, isAwaited: step == RestoreStep.Late)) return false;
        }

        return true;
    }

    // Computes the rest, from where the cells are complete: where they are not, the request begins anew in the next step.
    private static bool GoesOnWithout(Sequence sequence, bool isAwaited)
    {
        sequence.SkipsSaved = true;
        if (isAwaited) (sequence.Awaited, sequence.Restoring) = (sequence.Restoring, null);
        else sequence.GiveUpRestoring();
        return !sequence.Branch!.IsIncomplete;
    }
}
