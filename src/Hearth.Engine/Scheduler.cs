using System.Runtime.InteropServices;

namespace Hearth.Engine;

/// <summary>
/// Decides what every step computes and who holds which sequence id and how many KV cells. A pure state machine: events go in
/// (<see cref="Submit"/>, <see cref="Cancel"/>, <see cref="OnStepDone"/>, <see cref="FailAdmitted"/>), plans and effects come out; it
/// knows no thread, no clock (timestamps are handed in) and no native type. Plan, decode, step done; no other event in between.
/// </summary>
/// <remarks>
/// Invariants: a sequence id has one holder or is free; free cells and all reservations add up to the pool; everybody who decodes is
/// in every plan; admission is first come, first served; a sequence ends once, and its cells are dropped before its id is used again.
/// </remarks>
internal sealed class Scheduler
{
    private readonly SchedulerLimits _limits;
    private readonly StepPlan _plan;

    // Oldest first. Bounded by the engine's queue capacity.
    private readonly List<Sequence> _waiting = [];

    // In order of admission, which is also the order of their prefill.
    private readonly List<Sequence> _prefilling;
    private readonly List<Sequence> _decoding;
    private readonly Sequence?[] _holders;
    private readonly Stack<int> _freeSequenceIds;
    private readonly List<KvOperation> _pendingOperations;
    private readonly List<SchedulerEffect> _effects = [];

    /// <summary>A scheduler over an empty KV cache.</summary>
    public Scheduler(SchedulerLimits limits)
    {
        _limits = limits;
        _plan = new StepPlan(limits.BatchTokens, limits.Sequences);
        _prefilling = new List<Sequence>(limits.Sequences);
        _decoding = new List<Sequence>(limits.Sequences);
        _holders = new Sequence?[limits.Sequences];
        _freeSequenceIds = new Stack<int>(limits.Sequences);
        _pendingOperations = new List<KvOperation>(limits.Sequences);
        FreeCells = limits.Cells;
        for (var id = limits.Sequences - 1; id >= 0; id--) _freeSequenceIds.Push(id);
    }

    /// <summary>What happened since <see cref="ClearEffects"/>, oldest first.</summary>
    public ReadOnlySpan<SchedulerEffect> Effects => CollectionsMarshal.AsSpan(_effects);

    /// <summary>Cells that no admitted request has set aside.</summary>
    public int FreeCells { get; private set; }

    /// <summary>Sequence ids that nobody holds.</summary>
    public int FreeSequenceIds => _freeSequenceIds.Count;

    /// <summary>Requests that are not admitted yet.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>Requests that are admitted.</summary>
    public int Running => _prefilling.Count + _decoding.Count;

    /// <summary>True when the next plan is empty.</summary>
    public bool IsIdle => Running == 0 && _waiting.Count == 0 && _pendingOperations.Count == 0;

    /// <summary>Who holds this id; only for ids that are held.</summary>
    public Sequence Holder(int sequenceId) =>
        _holders[sequenceId] ?? throw new InvalidOperationException($"Nobody holds sequence id {sequenceId}.");

    /// <summary>The effects were published.</summary>
    public void ClearEffects() => _effects.Clear();

    /// <summary>A request arrives. Its prompt must fit: <see cref="SchedulerLimits.LongestPrompt"/>.</summary>
    public void Submit(Sequence sequence) => _waiting.Add(sequence);

    /// <summary>Its caller does not want the rest. Frees what it holds at once, in mid-prefill too; harmless when it already ended.</summary>
    public void Cancel(Sequence sequence, long now) => Finish(sequence, GenerationStop.Cancelled, now);

    /// <summary>Nobody's caller gets the rest.</summary>
    public void CancelAll(long now)
    {
        while (_decoding.Count > 0) Cancel(_decoding[^1], now);
        while (_prefilling.Count > 0) Cancel(_prefilling[^1], now);
        while (_waiting.Count > 0) Cancel(_waiting[^1], now);
    }

    /// <summary>
    /// The KV cache is lost with everything in it: who was admitted fails, who waits still waits, and the books are those of an empty
    /// cache. For use with a new decoder.
    /// </summary>
    public void FailAdmitted(long now)
    {
        while (_decoding.Count > 0) Fail(_decoding[^1], now);
        while (_prefilling.Count > 0) Fail(_prefilling[^1], now);
        _pendingOperations.Clear();
        _plan.Clear();
    }

    /// <summary>The engine does not go on.</summary>
    public void FailAll(long now)
    {
        FailAdmitted(now);
        while (_waiting.Count > 0) Fail(_waiting[^1], now);
    }

    /// <summary>Admits who fits and says what the next step computes.</summary>
    public StepPlan Plan(long now)
    {
        Admit(now);
        _plan.Clear();
        foreach (var operation in _pendingOperations) _plan.Add(operation);
        _pendingOperations.Clear();
        foreach (var sequence in _decoding)
            _plan.Add(sequence.SequenceId, sequence.Position, [sequence.LastToken], wantsOutput: true);

        var budget = _decoding.Count > 0
            ? Math.Min(SchedulerLimits.PrefillTokensBesideDecodes, _limits.MicroBatchTokens)
            : _limits.MicroBatchTokens;
        budget = Math.Min(budget, _plan.FreeTokens);
        foreach (var sequence in _prefilling)
        {
            if (budget == 0) break;
            var chunk = sequence.Prompt[sequence.Position..];
            if (chunk.Length > budget) chunk = chunk[..budget];
            var completesPrompt = sequence.Position + chunk.Length == sequence.Prompt.Length;
            _plan.Add(sequence.SequenceId, sequence.Position, chunk, wantsOutput: completesPrompt && sequence.MaxTokens > 0);
            budget -= chunk.Length;
        }

        return _plan;
    }

    /// <summary>The plan was computed; <paramref name="sampled"/> has one token per entry that wanted output, in their order.</summary>
    public void OnStepDone(ReadOnlySpan<SampledToken> sampled, long now)
    {
        var output = 0;
        foreach (var entry in _plan.Entries)
        {
            var sequence = Holder(entry.SequenceId);
            sequence.Position += entry.Count;
            if (sequence.State == SequenceState.Prefilling && sequence.Position == sequence.Prompt.Length) StartDecoding(sequence, now);
            if (entry.WantsOutput) Accept(sequence, sampled[output++], now);
        }
    }

    /// <summary>With nobody admitted and nothing pending, every cell and every sequence id must be free: a leak is a fault.</summary>
    public void CheckIdle()
    {
        if (FreeCells != _limits.Cells || _freeSequenceIds.Count != _limits.Sequences)
        {
            throw new InvalidOperationException(
                $"Idle with {FreeCells} of {_limits.Cells} cells and {_freeSequenceIds.Count} of {_limits.Sequences} sequence ids free.");
        }
    }

    // First come, first served: whoever does not fit yet holds up those behind, so that many small requests cannot starve a large one.
    // The reservation covers the longest answer, so that an admitted request never runs out of cells.
    private void Admit(long now)
    {
        var admitted = 0;
        while (admitted < _waiting.Count && _freeSequenceIds.Count > 0)
        {
            var sequence = _waiting[admitted];
            var cells = (int)Math.Min((long)sequence.Prompt.Length + sequence.MaxTokens, _limits.Window);
            if (cells > FreeCells) break;
            FreeCells -= cells;
            sequence.Reservation = cells;
            sequence.SequenceId = _freeSequenceIds.Pop();
            _holders[sequence.SequenceId] = sequence;

            // Here the prefix tree says how many tokens of the prompt are already held and adds the operation that hands them to this
            // sequence id; without it a sequence starts from nothing.
            sequence.Prefix = PrefixReport.Nothing;
            sequence.Position = sequence.Prefix.ReusedTokens;
            sequence.AdmittedAt = now;
            sequence.State = SequenceState.Prefilling;
            _prefilling.Add(sequence);
            _effects.Add(new SchedulerEffect(SchedulerEffectKind.Started, sequence));
            admitted++;
        }

        _waiting.RemoveRange(0, admitted);
    }

    private void StartDecoding(Sequence sequence, long now)
    {
        sequence.PrefilledAt = now;
        if (sequence.MaxTokens == 0)
        {
            Finish(sequence, GenerationStop.MaxTokens, now);
            return;
        }

        _prefilling.Remove(sequence);
        _decoding.Add(sequence);
        sequence.State = SequenceState.Decoding;
    }

    private void Accept(Sequence sequence, SampledToken sampled, long now)
    {
        if (sampled.EndsGeneration)
        {
            Finish(sequence, GenerationStop.EndOfGeneration, now);
            return;
        }

        sequence.LastToken = sampled.Token;
        sequence.GeneratedTokens++;
        _effects.Add(new SchedulerEffect(SchedulerEffectKind.Token, sequence, sampled.Token));
        if (sequence.GeneratedTokens == sequence.MaxTokens)
            Finish(sequence, GenerationStop.MaxTokens, now);
        else if (sequence.Prompt.Length + sequence.GeneratedTokens == _limits.Window)
            Finish(sequence, GenerationStop.WindowFull, now);
    }

    private void Finish(Sequence sequence, GenerationStop stop, long now)
    {
        if (Release(sequence, now)) _effects.Add(new SchedulerEffect(SchedulerEffectKind.Finished, sequence, Stop: stop));
    }

    private void Fail(Sequence sequence, long now)
    {
        if (Release(sequence, now)) _effects.Add(new SchedulerEffect(SchedulerEffectKind.Failed, sequence));
    }

    // The one way out. The id may be handed out again at once because the drop runs before the next plan's entries.
    private bool Release(Sequence sequence, long now)
    {
        if (sequence.State == SequenceState.Ended) return false;
        var list = sequence.State switch
        {
            SequenceState.Waiting => _waiting,
            SequenceState.Prefilling => _prefilling,
            _ => _decoding,
        };
        list.Remove(sequence);
        if (sequence.SequenceId != Sequence.None)
        {
            _pendingOperations.Add(KvOperation.Drop(sequence.SequenceId));
            _holders[sequence.SequenceId] = null;
            _freeSequenceIds.Push(sequence.SequenceId);
            FreeCells += sequence.Reservation;
            (sequence.SequenceId, sequence.Reservation) = (Sequence.None, 0);
        }

        sequence.EndedAt = now;
        sequence.State = SequenceState.Ended;
        return true;
    }
}
