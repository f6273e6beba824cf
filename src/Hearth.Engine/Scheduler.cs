using System.Runtime.InteropServices;
using Hearth.Engine.Cache;

namespace Hearth.Engine;

/// <summary>
/// Decides what every step computes, who continues which cached prefix, and who waits. A pure state machine: events go in
/// (<see cref="Submit"/>, <see cref="Cancel"/>, <see cref="OnStepDone"/>, <see cref="FailAdmitted"/>), plans and effects come out; it
/// knows no thread, no clock (timestamps are handed in) and no native type. Plan, decode, step done or interrupted; no other event in
/// between.
/// </summary>
/// <remarks>
/// Invariants: a sequence id has one holder, is parked or is free; a step's tokens have cells before it runs; a sequence ends once; a
/// request that is alone always fits.
/// </remarks>
internal sealed class Scheduler
{
    private readonly SchedulerLimits _limits;
    private readonly StepPlan _plan;
    private readonly PrefixCache _cache;
    private readonly StepMeter _meter;
    private readonly StepRestores _restores;
    private readonly WaitingLine _waiting;

    // In order of admission.
    private readonly List<Sequence> _prefilling;
    private readonly List<Sequence> _decoding;
    private readonly Sequence?[] _holders;
    private readonly List<SchedulerEffect> _effects = [];
    private readonly Comparison<Sequence> _byArrival;
    private readonly Comparison<Sequence> _byTurn;
    private long _now;
    private int _saved;

    /// <summary>A scheduler over an empty KV cache.</summary>
    /// <param name="limits">The sizes.</param>
    /// <param name="holdsWindow">Whether a sequence id holds the window before a position; asked only of sliding-window memory.</param>
    public Scheduler(SchedulerLimits limits, Func<int, int, bool> holdsWindow)
    {
        _limits = limits;
        _plan = new StepPlan(limits.BatchTokens, limits.Running);
        _meter = new StepMeter(limits);
        _cache = new PrefixCache(limits, holdsWindow, _meter);
        _restores = new StepRestores(limits, _cache, _meter);
        _waiting = new WaitingLine(limits.TicksPerSecond);
        _prefilling = new List<Sequence>(limits.Running);
        _decoding = new List<Sequence>(limits.Running);
        _holders = new Sequence?[limits.SequenceIds];
        _byArrival = (a, b) => _waiting.CompareArrival(a, b, _now);
        _byTurn = (a, b) => _waiting.CompareTurn(a, b, _now);
    }

    /// <summary>What happened since <see cref="ClearEffects"/>, oldest first.</summary>
    public ReadOnlySpan<SchedulerEffect> Effects => CollectionsMarshal.AsSpan(_effects);

    /// <summary>The KV cells' books.</summary>
    public PrefixCache Cache => _cache;

    /// <summary>Requests that are not admitted, or paused.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>Requests that are admitted.</summary>
    public int Running => _prefilling.Count + _decoding.Count;

    /// <summary>True when the next plan is empty.</summary>
    public bool IsIdle => Running == 0 && _waiting.Count == 0 && _cache.Operations.Count == 0;

    /// <summary>True while a request cannot go on before the disk thread has read for it.</summary>
    public bool WaitsForDisk => _prefilling.Exists(static s => s.WaitsForRead);

    /// <summary>When the next plan is due at the latest, if nothing happens before: a wait for the disk ends, or it has to be looked after.</summary>
    public long PlansAt
    {
        get
        {
            var first = _cache.Disk.WatchesAt;
            foreach (var sequence in _prefilling)
            {
                if (sequence.WaitsForRead && sequence.Restoring!.WaitsUntil is { } until) first = Math.Min(first, until);
            }

            return first;
        }
    }

    /// <summary>What was planned last.</summary>
    public StepPlan Planned => _plan;

    /// <summary>True when the planned step can be interrupted without harm to those who do not compute in it.</summary>
    public bool CanInterrupt =>
        _limits.Memory.CanInterrupt(_plan.Entries.Length, _plan.Tokens.Length <= _limits.MicroBatchTokens);

    /// <summary>
    /// True when the callers of all who compute in the planned step have left. Any thread may ask while the step is computed; at other
    /// times the engine thread only.
    /// </summary>
    public bool IsForNobody
    {
        get
        {
            var isForNobody = true;
            foreach (var entry in _plan.Entries) isForNobody &= _holders[entry.SequenceId] is not { IsAbandoned: false };
            return isForNobody;
        }
    }

    /// <summary>Who computes on this id; only for ids that are leased.</summary>
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
        for (var i = _decoding.Count - 1; i >= 0; i--) Cancel(_decoding[i], now);
        for (var i = _prefilling.Count - 1; i >= 0; i--) Cancel(_prefilling[i], now);
        for (var i = _waiting.Count - 1; i >= 0; i--) Cancel(_waiting[i], now);
    }

    /// <summary>
    /// The KV cells are lost with everything in them: who was admitted fails, who waits still waits, and the books are those of empty
    /// cells. For use with a new decoder. Trusts nothing that is written down of the cells: what broke may have left it wrong.
    /// </summary>
    public void FailAdmitted(long now)
    {
        Sequence[] admitted = [.. _decoding, .. _prefilling];
        _decoding.Clear();
        _prefilling.Clear();
        Array.Clear(_holders);
        foreach (var sequence in admitted)
        {
            sequence.GiveUpRestoring();
            sequence.Branch = null;
            Fail(sequence, now);
        }

        _cache.LoseCells(now);
        _plan.Clear();
    }

    /// <summary>The engine does not go on.</summary>
    public void FailAll(long now)
    {
        FailAdmitted(now);
        for (var i = _waiting.Count - 1; i >= 0; i--) Fail(_waiting[i], now);
    }

    /// <summary>Admits who fits and says what the next step computes.</summary>
    public StepPlan Plan(long now)
    {
        (_now, _saved) = (now, 0);
        _plan.Clear();
        _restores.Clear();
        _cache.Disk.Watch(now);
        Restart();
        Admit();
        if (Running > 0) _cache.LimitIdle(RunningNeeds(), _now);
        PlanDecodes();
        PlanPrefills();

        // What was computed goes to disk while others compute, so that a crash loses little.
        for (var i = Running > 0 && _limits.DiskBytes > 0 ? _meter.Saves(_now) : 0; i > 0 && _cache.SaveNext(_now); i--) _saved++;
        HandOver();
        return _plan;
    }

    /// <summary>
    /// Nothing is to be computed: fills the plan with one piece of work that makes later steps shorter, if there is any. Small, because
    /// whoever comes meanwhile waits for it.
    /// </summary>
    public bool PlanTidying()
    {
        _plan.Clear();
        if (!_cache.SaveNext(_now)) return false;
        HandOver();
        return true;
    }

    /// <summary>The plan was computed.</summary>
    /// <param name="sampled">One token per entry that wanted output, in their order.</param>
    /// <param name="now">The time.</param>
    /// <param name="restoring">How much of the step went into bringing saved states back.</param>
    /// <param name="saving">How much of it went into copying states out.</param>
    public void OnStepDone(ReadOnlySpan<SampledToken> sampled, long now, TimeSpan restoring = default, TimeSpan saving = default)
    {
        Learn(now - _now, Ticks(restoring), Ticks(saving));
        _now = now;
        _cache.Settle(now);
        var output = 0;
        foreach (var entry in _plan.Entries)
        {
            var sequence = Holder(entry.SequenceId);
            _cache.Append(sequence.Branch!, _plan.TokensOf(entry));
            if (_limits.Memory.NeedsCheckpoints() && sequence.Checkpoints.Contains(sequence.Position))
                _cache.TakeCheckpoint(sequence);
            if (sequence.State == SequenceState.Prefilling && sequence.Position == sequence.Tokens.Length) StartDecoding(sequence);
            if (entry.WantsOutput) Accept(sequence, sampled[output++]);
        }
    }

    /// <summary>
    /// The plan's operations were run, and its entries were given up in the middle: whoever computed in it holds what it held before, or
    /// begins anew where the memory cannot go back. Whose caller has left ends.
    /// </summary>
    public void OnStepInterrupted(long now, TimeSpan restoring = default, TimeSpan saving = default)
    {
        _meter.ObserveRestore(_restores.Bytes, Ticks(restoring), now);
        _meter.ObserveSave(_saved, Ticks(saving), now);
        _now = now;
        _cache.Settle(now);
        foreach (var entry in _plan.Entries)
        {
            var sequence = Holder(entry.SequenceId);
            _cache.Rewind(sequence.Branch!);
            if (sequence.IsAbandoned) Cancel(sequence, now);
            else if (sequence.Branch!.IsIncomplete) Pause(sequence);
        }
    }

    /// <summary>The disk thread tells something.</summary>
    public void OnDisk(Cache.Disk.DiskResult result, long now) => _cache.OnDisk(result, now);

    /// <summary>With nothing to do, nobody may wait or lease anything, and the books must add up: a leak is a fault.</summary>
    public void CheckIdle()
    {
        if (!IsIdle || _cache.LeasedCells != 0)
            throw new InvalidOperationException($"Idle with {Waiting} waiting, {Running} running and {_cache.LeasedCells} cells leased.");
        _cache.CheckIntegrity();
    }

    // Whose cells cannot be completed any more begins anew, and so does who computes what was read after all.
    private void Restart()
    {
        for (var i = _prefilling.Count - 1; i >= 0; i--)
        {
            var sequence = _prefilling[i];
            if (sequence is { Restoring: null, Branch.IsIncomplete: true }) Pause(sequence);
            else if (sequence.Awaited is { } late && _cache.IsWorthTaking(late, sequence.Position, _now))
            {
                sequence.SkipsSaved = false;
                Pause(sequence);
                sequence.StopAwaiting();
            }
        }
    }

    // In order of urgency: whoever does not fit yet holds up those behind, so that many small requests cannot starve a large one.
    private void Admit()
    {
        if (_waiting.Count == 0) return;
        _waiting.Sort(_byArrival);
        for (var i = 0; i < _waiting.Count;)
        {
            var sequence = _waiting[i];
            var reuse = _cache.Find(sequence, _now);
            if (Follows(sequence, reuse.End)) i++;
            else if (TryStart(sequence, reuse)) i = 0;
            else return;
        }
    }

    // Somebody already computes what this one needs first: it waits for the point where they part, and forks there.
    private bool Follows(Sequence sequence, int reused)
    {
        if (sequence.Leader is { State: SequenceState.Prefilling } leader && leader.Position < sequence.SharedWithLeader) return true;
        sequence.Leader = null;
        if (!_limits.Memory.CanFork() || _prefilling.Count == 0) return false;
        var most = reused + SchedulerLimits.LeastChunk;
        foreach (var running in _prefilling)
        {
            var shared = running.Tokens.CommonPrefixLength(sequence.Tokens[..^1]);
            if (shared < most || shared <= running.Position) continue;
            (most, sequence.Leader, sequence.SharedWithLeader) = (shared + 1, running, shared);
        }

        return sequence.Leader is not null;
    }

    private bool TryStart(Sequence sequence, Reuse reuse)
    {
        while (!Fits(sequence, reuse))
        {
            if (_waiting.LeastUrgent(_prefilling, _decoding, _now, than: sequence) is not { } other) return false;
            Pause(other);
            reuse = _cache.Find(sequence, _now);
        }

        Start(sequence, reuse);
        return true;
    }

    private bool Fits(Sequence sequence, Reuse reuse)
    {
        if (Running == _limits.Running) return false;
        long cells = _cache.LeasedWith(reuse) - reuse.Length + Needs(sequence) + RunningNeeds();
        foreach (var running in _prefilling) cells -= running.Position;
        foreach (var running in _decoding) cells -= running.Position;
        return cells <= _limits.Cells;
    }

    private int RunningNeeds()
    {
        var cells = 0;
        foreach (var running in _prefilling) cells += Needs(running);
        foreach (var running in _decoding) cells += Needs(running);
        return cells;
    }

    // A little room to answer; when that is used up as well, the least urgent pauses.
    private int Needs(Sequence sequence)
    {
        var growth = Math.Min(sequence.MaxTokens - sequence.GeneratedTokens, SchedulerLimits.LeastChunk);
        return Math.Min(sequence.Tokens.Length + growth, _limits.Window);
    }

    private void Start(Sequence sequence, Reuse reuse)
    {
        var source = reuse.SourceFor(sequence.Session);
        var branch = _cache.Lease(reuse, sequence, _now);
        _waiting.Remove(sequence);
        sequence.Branch = branch;
        sequence.Leader = null;
        _holders[branch.SequenceId] = sequence;
        sequence.Enter(SequenceState.Prefilling, _now);
        _prefilling.Add(sequence);
        if (sequence.IsStarted) return;

        var reused = sequence.Restoring?.End ?? branch.Length;
        if (reused > 2 * branch.Length) source = PrefixSource.Saved;
        else if (reused == 0) source = PrefixSource.None;
        sequence.IsStarted = true;
        sequence.ReusedTokens = branch.Length;
        var (parted, isOwn) = reuse.PartedTokens(sequence.Session);
        sequence.Prefix = new PrefixReport(reused, source, Math.Max(reuse.Shared.Length, reused), parted) { PartsFromSameSession = isOwn };
        _effects.Add(new SchedulerEffect(SchedulerEffectKind.Started, sequence));
    }

    // Its client sees a pause and nothing else: what was computed is continued, or computed again if its cells went.
    private void Pause(Sequence sequence)
    {
        _prefilling.Remove(sequence);
        _decoding.Remove(sequence);
        GiveUpBranch(sequence, _now);
        sequence.Enter(SequenceState.Waiting, _now);
        _waiting.Return(sequence);
    }

    private void HandOver()
    {
        foreach (var operation in _cache.Operations) _plan.Add(operation);
        _cache.Operations.Clear();
    }

    private void PlanDecodes()
    {
        var width = _meter.Width(_decoding.Count);
        while (width > 0 && !_cache.MakeRoom(width, _now))
        {
            Pause(_waiting.LeastUrgent(_prefilling, _decoding, _now, than: null)!);
            width = Math.Min(width, _decoding.Count);
        }

        // Whoever is left out comes first in the next step.
        if (width < _decoding.Count) _decoding.Sort(_byTurn);
        for (var i = 0; i < width; i++)
        {
            var sequence = _decoding[i];
            sequence.ServedAt = _now;
            _plan.Add(sequence.SequenceId, sequence.Position, sequence.Tokens[^1..], wantsOutput: true);
        }
    }

    private void PlanPrefills()
    {
        if (_prefilling.Count > 1) _prefilling.Sort(_byArrival);
        var isShared = _decoding.Count > 0 || _prefilling.Count > 1 || _waiting.HasIndependent;
        var budget = Math.Min(isShared ? _meter.Chunk(_plan.Entries.Length) : _limits.MicroBatchTokens, _plan.FreeTokens);
        for (var i = 0; i < _prefilling.Count && budget > 0; i++)
        {
            var sequence = _prefilling[i];
            if (!_restores.BringBack(sequence, _plan.Tokens.Length, _now)) continue;
            var chunk = Math.Min(budget, ChunkEnd(sequence) - sequence.Position);
            while (!_cache.MakeRoom(_plan.Tokens.Length + chunk, _now) && i < _prefilling.Count - 1) Pause(_prefilling[^1]);
            chunk = Math.Min(chunk, _limits.Cells - _cache.LeasedCells - _plan.Tokens.Length);
            if (chunk <= 0 || !_cache.MakeRoom(_plan.Tokens.Length + chunk, _now)) return;
            var isLast = sequence.Position + chunk == sequence.Tokens.Length;
            _plan.Add(
                sequence.SequenceId, sequence.Position, sequence.Tokens.Slice(sequence.Position, chunk),
                wantsOutput: isLast && sequence.MaxTokens > 0);
            budget -= chunk;
        }
    }

    // A chunk ends where a state is kept, where somebody else waits to go another way, and where a state begins that may be read by then.
    private int ChunkEnd(Sequence sequence)
    {
        var end = Math.Min(sequence.Tokens.Length, _waiting.NextParting(sequence));
        if (sequence.Restoring is { } path) end = Math.Min(end, path.NextEnd);
        return _limits.Memory.NeedsCheckpoints() ? Math.Min(end, sequence.Checkpoints.After(sequence.Position)) : end;
    }

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * _limits.TicksPerSecond);

    private void Learn(long ticks, long restoring, long saving)
    {
        _meter.ObserveRestore(_restores.Bytes, restoring, _now + ticks);
        _meter.ObserveSave(_saved, saving, _now + ticks);
        if (_plan.Entries.IsEmpty) return;
        var decodes = 0;
        foreach (var entry in _plan.Entries)
        {
            if (Holder(entry.SequenceId).State == SequenceState.Decoding) decodes++;
        }

        _meter.Observe(decodes, _plan.Tokens.Length - decodes, ticks - restoring - saving);
    }

    private void StartDecoding(Sequence sequence)
    {
        if (sequence.MaxTokens == 0)
        {
            Finish(sequence, GenerationStop.MaxTokens, _now);
            return;
        }

        _prefilling.Remove(sequence);
        sequence.StopAwaiting();
        _decoding.Add(sequence);
        sequence.Enter(SequenceState.Decoding, _now);
    }

    private void Accept(Sequence sequence, SampledToken sampled)
    {
        if (sampled.EndsGeneration)
        {
            Finish(sequence, GenerationStop.EndOfGeneration, _now);
            return;
        }

        sequence.Add(sampled.Token);
        _effects.Add(new SchedulerEffect(SchedulerEffectKind.Token, sequence, sampled.Token));
        if (sequence.GeneratedTokens == sequence.MaxTokens)
            Finish(sequence, GenerationStop.MaxTokens, _now);
        else if (sequence.Tokens.Length == _limits.Window)
            Finish(sequence, GenerationStop.WindowFull, _now);
    }

    private void Finish(Sequence sequence, GenerationStop stop, long now)
    {
        if (Release(sequence, now)) _effects.Add(new SchedulerEffect(SchedulerEffectKind.Finished, sequence, Stop: stop));
    }

    private void Fail(Sequence sequence, long now)
    {
        if (Release(sequence, now)) _effects.Add(new SchedulerEffect(SchedulerEffectKind.Failed, sequence));
    }

    // The one way out. What was computed stays in its cells, for whoever continues it.
    private bool Release(Sequence sequence, long now)
    {
        if (sequence.State == SequenceState.Ended) return false;
        if (sequence.State == SequenceState.Waiting) _waiting.Remove(sequence);
        _prefilling.Remove(sequence);
        _decoding.Remove(sequence);
        if (sequence.Branch is not null) GiveUpBranch(sequence, now);
        sequence.StopAwaiting();
        sequence.Prefix = sequence.Prefix with { ReusedTokens = Math.Min(sequence.ReusedTokens, sequence.Prompt.Length) };
        sequence.Enter(SequenceState.Ended, now);
        return true;
    }

    private void GiveUpBranch(Sequence sequence, long now)
    {
        sequence.GiveUpRestoring();
        _holders[sequence.SequenceId] = null;
        _cache.Park(sequence.Branch!, now);
        sequence.Branch = null;
    }
}
