using System.Threading.Channels;
using Hearth.Engine.Cache.Disk;
using Hearth.Engine.Decoding;
using Microsoft.Extensions.Logging;

namespace Hearth.Engine;

/// <summary>
/// The engine thread: take commands, plan, decode, sample, tell the scheduler, publish. Owns the scheduler and the decoder; other
/// threads reach it through the <see cref="Inbox"/> only, and read what is published. Whatever throws, the thread comes to its end: every
/// request gets one, decoder and disk thread are let go of, and <see cref="Health"/> says why.
/// </summary>
internal sealed class EngineLoop
{
    /// <summary>
    /// Steps that must go well after a reload before the next failure is met with another one. A decoder that breaks again within as
    /// many steps would only be reloaded for ever, and nobody would see that it is broken.
    /// </summary>
    public const int StepsBetweenReloads = 32;

    /// <summary>A store of thousands of files is listed in less; what comes later is found when it comes.</summary>
    private static readonly TimeSpan LongestScan = TimeSpan.FromSeconds(3);

    /// <summary>Longest that stopping copies what is not saved yet out of the cells.</summary>
    private static readonly TimeSpan LongestSaving = TimeSpan.FromSeconds(5);

    /// <summary>Longest that it waits for a disk to take one of them.</summary>
    private static readonly TimeSpan LongestAnswerAtEnd = TimeSpan.FromSeconds(2);

    private readonly VocabularyFacts _vocabulary;
    private readonly Func<IDecoder> _createDecoder;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CallerEvents _callers;
    private readonly Scheduler _scheduler;
    private readonly SegmentDisk? _disk;

    // Of their own, because they come after the inbox was closed as well; a command wakes the thread for them.
    private readonly Channel<DiskResult> _diskResults = Channel.CreateUnbounded<DiskResult>(new UnboundedChannelOptions { SingleReader = true });

    private readonly List<TaskCompletionSource> _idleWaiters = [];
    private readonly SampledToken[] _sampled;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Null only once it was disposed of.
    private IDecoder? _decoder;
    private int _stepsSinceReload = StepsBetweenReloads;
    private long _steps;
    private volatile EngineHealth _health = EngineHealth.Ready;
    private volatile bool _isIdle = true;
    private volatile bool _cancelsAll;
    private volatile bool _isStopping;

    /// <summary>Makes the decoder on the calling thread, so that its errors are the caller's.</summary>
    public EngineLoop(
        EngineSettings settings, VocabularyFacts vocabulary, Func<IDecoder> createDecoder, TimeProvider time, ILogger log,
        Action<DiskCommand>? beforeDisk = null)
    {
        (_vocabulary, _createDecoder, _time, _log) = (vocabulary, createDecoder, time, log);
        Inbox = new EngineInbox(settings.QueueCapacity, time);
        _callers = new CallerEvents(vocabulary.Size, Inbox, time);
        _sampled = new SampledToken[settings.MaxSequences];
        _decoder = createDecoder();
        try
        {
            Limits = LimitsOf(settings, _decoder.Limits, time.TimestampFrequency);
            _scheduler = new Scheduler(Limits, (sequenceId, position) => _decoder!.HoldsWindow(sequenceId, position));
            _scheduler.Planned.IsUnwanted = IsUnwanted;
            if (settings.DiskCache is { } disk) _disk = new SegmentDisk(disk, time, log, TakeDiskResult, beforeDisk);
        }
        catch
        {
            FreeDecoder();
            throw;
        }
    }

    /// <summary>The sizes that requests are planned within.</summary>
    public SchedulerLimits Limits { get; }

    /// <summary>What other threads ask.</summary>
    public EngineInbox Inbox { get; }

    /// <summary>Ready, reloading, faulted or stopped.</summary>
    public EngineHealth Health => _health;

    /// <summary>True while the engine thread waits for a command and none of a new request is on its way.</summary>
    public bool IsIdle => _isIdle && Inbox.Waiting == 0;

    /// <summary>Completes when the thread has ended every request and let go of the decoder.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Advisory copy of the books.</summary>
    public EngineCounters Counters => new(
        Inbox.Waiting, _scheduler.Running, _scheduler.Cache.LeasedCells, _scheduler.Cache.UsedCells,
        _scheduler.Cache.SavedBytes, Volatile.Read(ref _steps), _scheduler.Cache.Disk.Bytes, _scheduler.Cache.Disk.Files);

    /// <summary>Starts the engine's own thread: native steps block for long, which the pool's threads must not.</summary>
    public void Start()
    {
        try
        {
            new Thread(Run) { IsBackground = true, Name = "hearth-engine" }.Start();
        }
        catch
        {
            End("The engine's thread cannot start.");
            throw;
        }
    }

    /// <summary>
    /// No command is taken any more; those already in the inbox are, then everything left fails. The step in progress is interrupted
    /// where it can be.
    /// </summary>
    public void Stop()
    {
        Inbox.Close();
        _isStopping = true;
    }

    /// <summary>From now on nobody gets any more of anything; the step in progress is interrupted where it can be.</summary>
    public void CancelAll()
    {
        _cancelsAll = true;
        Inbox.TryPost(new EngineCommand.CancelAll());
    }

    private static SchedulerLimits LimitsOf(EngineSettings settings, DecoderLimits sizes, long ticksPerSecond) =>
        new(settings.Window, sizes.Cells, settings.MaxSequences, sizes.BatchTokens, sizes.MicroBatchTokens)
        {
            SequenceIds = sizes.Sequences,
            Memory = sizes.Memory,
            SavedBytes = settings.SavedBytes,
            DiskBytes = settings.DiskCache?.BudgetBytes ?? 0,
            IdleShare = settings.IdleShare,
            StepTargetTicks = (long)(settings.StepTarget.TotalSeconds * ticksPerSecond),
            TicksPerSecond = ticksPerSecond,
        };

    private void Run()
    {
        string? fault = null;
        try
        {
            do fault = RunUntilFault(fault);
            while (fault is not null && Survives(fault));
        }
        catch (Exception exception)
        {
            // Nothing that the engine wrote down can be trusted any more.
            Report(exception, "The engine's books broke");
        }

        End(fault);
    }

    private string? RunUntilFault(string? before)
    {
        try
        {
            if (before is not null) Reload(before);
            return StepUntilStopped();
        }
        catch (Exception exception)
        {
            Report(exception, "The engine's step failed");
            return exception.Message;
        }
    }

    // Returns the decoder's fault, or null when the inbox was closed.
    private string? StepUntilStopped()
    {
        _disk?.AwaitFirstScan(LongestScan);
        var idlePlans = 0;
        while (true)
        {
            TakeCommands();
            if (Inbox.IsDone) return SaveTheRest();
            var plan = _scheduler.Plan(_time.GetTimestamp());
            if (!plan.IsEmpty || (_scheduler.IsIdle && _idleWaiters.Count == 0 && _scheduler.PlanTidying()))
            {
                idlePlans = 0;
                if (Step(plan) is { } fault) return fault;
            }
            else if (_scheduler.IsIdle) WaitForCommand();
            else if (_scheduler.WaitsForDisk) AwaitCommand();
            else if (++idlePlans > 1) throw new InvalidOperationException("Requests wait, and nothing is planned for them.");
        }
    }

    // What was computed last is not lost with the process, as far as it can be written soon.
    private string? SaveTheRest()
    {
        if (_disk is null) return null;
        var disk = _scheduler.Cache.Disk;
        var start = _time.GetTimestamp();
        while (_time.GetElapsedTime(start) < LongestSaving)
        {
            TakeDiskResults();
            PostToDisk();
            if (!disk.Answers) break;
            if (_scheduler.PlanTidying())
            {
                if (Step(_scheduler.Planned) is { } fault) return fault;
            }
            else if (!disk.IsBusy || !_diskResults.Reader.WaitToReadAsync().AsTask().Wait(LongestAnswerAtEnd))
            {
                break;
            }
        }

        return null;
    }

    // On the disk thread.
    private void TakeDiskResult(DiskResult result)
    {
        if (!_diskResults.Writer.TryWrite(result)) result.GiveBack();
        Inbox.TryPost(new EngineCommand.Disk());
    }

    private void TakeDiskResults()
    {
        while (_diskResults.Reader.TryRead(out var result)) _scheduler.OnDisk(result, _time.GetTimestamp());
    }

    private string? Step(StepPlan plan)
    {
        PostToDisk();

        // Admissions are heard of before their prefill, not after.
        Publish();
        var outcome = _decoder!.Decode(plan);
        if (outcome.Fault is { } fault) return fault;
        if (outcome.WasInterrupted) _scheduler.OnStepInterrupted(_time.GetTimestamp(), outcome.Restoring, outcome.Saving);
        else _scheduler.OnStepDone(Sample(plan), _time.GetTimestamp(), outcome.Restoring, outcome.Saving);
        _stepsSinceReload++;
        Volatile.Write(ref _steps, _steps + 1);
        Publish();
        return null;
    }

    // Asked by whoever computes the step, in its middle. A step that also serves somebody who is there goes on.
    private bool IsUnwanted() => (_cancelsAll || _isStopping || _scheduler.IsForNobody) && _scheduler.CanInterrupt;

    private void TakeCommands()
    {
        while (Inbox.TryTake(out var command))
        {
            switch (command)
            {
                case EngineCommand.Submit submit:
                    _callers.Open(submit.Sequence);
                    _scheduler.Submit(submit.Sequence);
                    break;
                case EngineCommand.Cancel cancel: _scheduler.Cancel(cancel.Sequence, _time.GetTimestamp()); break;
                case EngineCommand.CancelAll: break;
                case EngineCommand.Forget: _scheduler.Cache.Forget(); break;
                case EngineCommand.Disk: TakeDiskResults(); break;
                case EngineCommand.NotifyWhenIdle notify: _idleWaiters.Add(notify.Idle); break;
                default: throw new InvalidOperationException($"Unknown command {command}.");
            }
        }

        if (_cancelsAll) _scheduler.CancelAll(_time.GetTimestamp());
        Publish();
    }

    private ReadOnlySpan<SampledToken> Sample(StepPlan plan)
    {
        var count = 0;
        foreach (var entry in plan.Entries)
        {
            if (!entry.WantsOutput) continue;
            var sampler = _scheduler.Holder(entry.SequenceId).Sampler;
            var token = sampler.Sample(_decoder!.Logits(entry.LastToken));
            sampler.Accept(token);
            _sampled[count++] = new SampledToken(token, _vocabulary.EndOfGeneration.Contains(token));
        }

        return _sampled.AsSpan(0, count);
    }

    private void WaitForCommand()
    {
        _scheduler.CheckIdle();
        TellIdle();
        _isIdle = true;
        AwaitCommand();
        _isIdle = false;
    }

    // Until the next plan is due at the latest. A wait that ends before a command comes goes on the next time.
    private void AwaitCommand()
    {
        PostToDisk();
        var until = _scheduler.PlansAt;
        Inbox.AwaitCommand(until == long.MaxValue ? Timeout.InfiniteTimeSpan : _time.GetElapsedTime(Math.Min(_time.GetTimestamp(), until), until));
    }

    private void TellIdle()
    {
        foreach (var waiter in _idleWaiters) waiter.TrySetResult();
        _idleWaiters.Clear();
    }

    private void PostToDisk()
    {
        var commands = _scheduler.Cache.Disk.Commands;
        foreach (var command in commands) _disk?.Post(command);
        commands.Clear();
    }

    private void Publish(string failure = "")
    {
        _callers.Publish(_scheduler.Effects, failure);
        _scheduler.ClearEffects();
    }

    // What was admitted is lost with the decoder, whatever the books say of it. True when another decoder is worth a try.
    private bool Survives(string fault)
    {
        _scheduler.FailAdmitted(_time.GetTimestamp());
        Publish(fault);
        _callers.Fail(sequence => sequence.State != SequenceState.Waiting, fault);
        return _stepsSinceReload >= StepsBetweenReloads;
    }

    private void Reload(string fault)
    {
        _stepsSinceReload = 0;
        _health = new EngineHealth(EngineState.Reloading, fault);
        Try(() => _log.LogWarning("Making a new context after a failure: {Fault}", fault));
        FreeDecoder();
        _decoder = _createDecoder();
        _health = EngineHealth.Ready;
    }

    // Every part on its own: none keeps the others from coming, nor the process from living on.
    private void End(string? fault)
    {
        _health = fault is null
            ? new EngineHealth(EngineState.Stopped, "The engine was stopped.")
            : new EngineHealth(EngineState.Faulted, fault);
        Try(() =>
        {
            if (fault is not null) _log.LogError("The engine gives up: {Fault}", fault);
        });
        Inbox.Close();
        Try(() =>
        {
            _scheduler.FailAll(_time.GetTimestamp());
            Publish(_health.Reason!);
        });
        Try(EndEveryone);
        Try(FreeDecoder);
        Try(PostToDisk);
        Try(() => _disk?.Stop());
        Try(GiveBackStates);
        _ended.TrySetResult();
    }

    // Those who came while the engine ended, and those whom the scheduler's books have lost.
    private void EndEveryone()
    {
        while (Inbox.TryTake(out var command))
        {
            if (command is EngineCommand.Submit submit) _callers.Open(submit.Sequence);
            else if (command is EngineCommand.NotifyWhenIdle notify) _idleWaiters.Add(notify.Idle);
        }

        _callers.Fail(_ => true, _health.Reason!);
        TellIdle();
    }

    // What a disk thread that was left behind still uses goes when it returns.
    private void GiveBackStates()
    {
        _diskResults.Writer.TryComplete();
        while (_diskResults.Reader.TryRead(out var result)) result.GiveBack();
        _scheduler.Cache.Close();
    }

    // Once, also when that throws.
    private void FreeDecoder()
    {
        var decoder = _decoder;
        _decoder = null;
        decoder?.Dispose();
    }

    private void Try(Action part)
    {
        try
        {
            part();
        }
        catch (Exception exception)
        {
            Report(exception, "The engine goes on without a part of its work");
        }
    }

    private void Report(Exception exception, string what)
    {
        try
        {
            _log.LogError(exception, "{What}", what);
        }
        catch (Exception)
        {
            // The log itself is broken, and nobody else is there to be told: the requests and the health say what happened.
        }
    }
}
