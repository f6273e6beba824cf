using Hearth.Engine.Cache;
using Hearth.Llama;

namespace Hearth.Engine.Simulation;

/// <summary>
/// The real scheduler and prefix cache without a model: steps are not computed but counted, and answers are given beforehand. For
/// measuring what recorded sessions cost. Not thread-safe.
/// </summary>
public sealed class EngineSimulation : IDisposable
{
    private const int MicroBatch = 512;
    private const int TicksPerSecond = 1000;

    private static readonly VocabularyFacts NoVocabulary = new(int.MaxValue, [], []);

    private readonly Scheduler _scheduler;
    private readonly Dictionary<Sequence, SimulatedRequest> _requests = [];
    private long _now;

    /// <summary>An empty cache of a model with full attention.</summary>
    /// <param name="window">Most tokens of one request.</param>
    /// <param name="cells">KV cells of all requests and cached prefixes together.</param>
    /// <param name="running">Most requests at once.</param>
    /// <param name="sequenceIds">Sequence ids for running requests and cached prefixes.</param>
    /// <param name="savedTokens">Tokens that segments outside the cells may hold.</param>
    public EngineSimulation(int window, int cells, int running, int sequenceIds, int savedTokens) => _scheduler = new Scheduler(
        new SchedulerLimits(window, cells, running, MicroBatch + running, MicroBatch)
        {
            SequenceIds = sequenceIds,
            Memory = MemoryKind.Full,

            // A saved token takes one byte here.
            SavedBytes = savedTokens,
            TicksPerSecond = TicksPerSecond,
        },
        (_, _) => true);

    /// <summary>A request whose answer is known. Prompt and answer must fit the window.</summary>
    public SimulatedRequest Submit(int[] prompt, int[] answer, string session, RequestPriority priority)
    {
        var request = new GenerationRequest(prompt, answer.Length, SamplingSettings.Greedy) { Session = session, Priority = priority };
        var sequence = new Sequence(request, NoVocabulary, ++_now);
        var simulated = new SimulatedRequest(answer);
        _requests.Add(sequence, simulated);
        _scheduler.Submit(sequence);
        return simulated;
    }

    /// <summary>The time, in seconds.</summary>
    public double Now => (double)_now / TicksPerSecond;

    /// <summary>Nothing happens until then.</summary>
    public void WaitUntil(double seconds) => _now = Math.Max(_now, (long)(seconds * TicksPerSecond));

    /// <summary>Gives back what its cache holds.</summary>
    public void Dispose() => _scheduler.Cache.Close();

    /// <summary>One step. False when there was nothing to do.</summary>
    public bool Step()
    {
        var plan = _scheduler.Plan(++_now);
        if (plan.IsEmpty) return false;
        foreach (var operation in plan.Operations)
        {
            if (operation.State is { } state) state.Data = NativeBytes.TryAllocate(operation.To - operation.From) ?? NativeBytes.Empty;
        }

        var sampled = new List<SampledToken>();
        foreach (var entry in plan.Entries)
        {
            var sequence = _scheduler.Holder(entry.SequenceId);
            var request = _requests[sequence];
            if (sequence.State == SequenceState.Prefilling) request.PrefilledTokens += entry.Count;
            if (entry.WantsOutput) sampled.Add(new SampledToken(request.Answer[sequence.GeneratedTokens], EndsGeneration: false));
        }

        _scheduler.OnStepDone([.. sampled], ++_now);
        foreach (var effect in _scheduler.Effects)
        {
            if (effect.Kind == SchedulerEffectKind.Finished && _requests.Remove(effect.Sequence, out var request))
                (request.IsDone, request.Prefix) = (true, effect.Sequence.Prefix);
        }

        _scheduler.ClearEffects();
        return true;
    }
}

/// <summary>What became of a simulated request.</summary>
public sealed class SimulatedRequest
{
    internal SimulatedRequest(int[] answer) => Answer = answer;

    /// <summary>Prompt tokens that were computed for it so far.</summary>
    public int PrefilledTokens { get; internal set; }

    /// <summary>Its answer is complete.</summary>
    public bool IsDone { get; internal set; }

    /// <summary>What the cache had for it.</summary>
    public PrefixReport Prefix { get; internal set; } = PrefixReport.Nothing;

    internal int[] Answer { get; }
}
