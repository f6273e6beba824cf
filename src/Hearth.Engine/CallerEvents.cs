namespace Hearth.Engine;

/// <summary>
/// Tells callers what happens to their requests, each exactly one end. Keeps its own list of those that have none yet, so that all get
/// one when the scheduler's books are wrong. Owned by the engine thread.
/// </summary>
/// <param name="vocabularySize">Number of token ids.</param>
/// <param name="inbox">Takes places in the queue back.</param>
/// <param name="time">The clock of the requests' numbers.</param>
internal sealed class CallerEvents(int vocabularySize, EngineInbox inbox, TimeProvider time)
{
    private readonly HashSet<Sequence> _open = [];

    // One event per token id: events are immutable, so every stream shares them and a token costs no allocation.
    private readonly TokenGenerated?[] _tokens = new TokenGenerated?[vocabularySize];

    /// <summary>A request that will get an end here.</summary>
    public void Open(Sequence sequence) => _open.Add(sequence);

    /// <summary>Tells what the scheduler decided.</summary>
    /// <param name="effects">What it decided, oldest first.</param>
    /// <param name="failure">Why requests failed, if any did.</param>
    public void Publish(ReadOnlySpan<SchedulerEffect> effects, string failure)
    {
        foreach (var effect in effects)
        {
            var sequence = effect.Sequence;
            switch (effect.Kind)
            {
                case SchedulerEffectKind.Started:
                    inbox.LeavePlace(sequence);
                    sequence.Events.Writer.TryWrite(new GenerationStarted(sequence.Prompt.Length, sequence.Prefix.ReusedTokens));
                    break;
                case SchedulerEffectKind.Token:
                    sequence.Events.Writer.TryWrite(_tokens[effect.Token] ??= new TokenGenerated(effect.Token));
                    break;
                case SchedulerEffectKind.Finished:
                    End(sequence, new GenerationFinished(effect.Stop, sequence.Stats(time)));
                    break;
                default:
                    End(sequence, new GenerationFailed(failure));
                    break;
            }
        }
    }

    /// <summary>Fails everyone without an end for whom <paramref name="isLost"/>.</summary>
    public void Fail(Predicate<Sequence> isLost, string failure)
    {
        foreach (var sequence in _open.Where(s => isLost(s)).ToArray()) End(sequence, new GenerationFailed(failure));
    }

    private void End(Sequence sequence, GenerationEvent terminal)
    {
        if (!_open.Remove(sequence)) return;
        inbox.LeavePlace(sequence);
        sequence.Events.Writer.TryWrite(terminal);
        sequence.Events.Writer.TryComplete();
    }
}
