using System.Threading.Channels;
using Hearth.Engine.Cache.Disk;
using Hearth.Engine.Decoding;
using Microsoft.Extensions.Logging;

namespace Hearth.Engine;

/// <summary>
/// The engine thread: take commands, plan, decode, sample, tell the scheduler, publish. Owns the scheduler and the decoder; other
/// threads reach it through <see cref="TryPost"/> and the queue's places only, and read what is published.
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
    private readonly int _queueCapacity;
    private readonly Scheduler _scheduler;
    private readonly SegmentDisk? _disk;

    // Of their own, because they come after the inbox was closed as well; a command wakes the thread for them.
    private readonly Channel<DiskResult> _diskResults = Channel.CreateUnbounded<DiskResult>(new UnboundedChannelOptions { SingleReader = true });

    // Unbounded so that a cancel is never lost and never blocks, and yet small: requests that are not admitted are bounded by the queue
    // capacity, each request is cancelled once at most, and the engine thread empties the channel before every step.
    private readonly Channel<EngineCommand> _inbox =
        Channel.CreateUnbounded<EngineCommand>(new UnboundedChannelOptions { SingleReader = true });

    private Task<bool>? _comes;

    private readonly List<TaskCompletionSource> _idleWaiters = [];
    private readonly SampledToken[] _sampled;

    // One event per token id: events are immutable, so every stream shares them and a token costs no allocation.
    private readonly TokenGenerated?[] _tokenEvents;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IDecoder _decoder;
    private int _unadmitted;
    private int _stepsSinceReload = StepsBetweenReloads;
    private long _steps;
    private volatile EngineHealth _health = EngineHealth.Ready;
    private volatile bool _isIdle = true;

    /// <summary>Makes the decoder on the calling thread, so that its errors are the caller's.</summary>
    public EngineLoop(
        EngineSettings settings, VocabularyFacts vocabulary, Func<IDecoder> createDecoder, TimeProvider time, ILogger log,
        Action<DiskCommand>? beforeDisk = null)
    {
        (_vocabulary, _createDecoder, _time, _log, _queueCapacity) = (vocabulary, createDecoder, time, log, settings.QueueCapacity);
        _decoder = createDecoder();
        var sizes = _decoder.Limits;
        Limits = new SchedulerLimits(settings.Window, sizes.Cells, settings.MaxSequences, sizes.BatchTokens, sizes.MicroBatchTokens)
        {
            SequenceIds = sizes.Sequences,
            Memory = sizes.Memory,
            SavedBytes = settings.SavedBytes,
            DiskBytes = settings.DiskCache?.BudgetBytes ?? 0,
            IdleShare = settings.IdleShare,
            StepTargetTicks = (long)(settings.StepTarget.TotalSeconds * time.TimestampFrequency),
            TicksPerSecond = time.TimestampFrequency,
        };
        _scheduler = new Scheduler(Limits, (sequenceId, position) => _decoder.HoldsWindow(sequenceId, position));
        _sampled = new SampledToken[settings.MaxSequences];
        _tokenEvents = new TokenGenerated?[vocabulary.Size];
        if (settings.DiskCache is { } disk) _disk = new SegmentDisk(disk, time, log, TakeDiskResult, beforeDisk);
    }

    /// <summary>The sizes that requests are planned within.</summary>
    public SchedulerLimits Limits { get; }

    /// <summary>Ready, reloading, faulted or stopped.</summary>
    public EngineHealth Health => _health;

    /// <summary>True while the engine thread waits for a command and none of a new request is on its way.</summary>
    public bool IsIdle => _isIdle && Volatile.Read(ref _unadmitted) <= 0;

    /// <summary>Completes when the thread has ended every request and let go of the decoder.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Advisory copy of the books.</summary>
    public EngineCounters Counters => new(
        Math.Max(0, Volatile.Read(ref _unadmitted)), _scheduler.Running, _scheduler.Cache.LeasedCells, _scheduler.Cache.UsedCells,
        _scheduler.Cache.SavedBytes, Volatile.Read(ref _steps), _scheduler.Cache.Disk.Bytes, _scheduler.Cache.Disk.Files);

    /// <summary>Starts the engine's own thread: native steps block for long, which the pool's threads must not.</summary>
    public void Start() => new Thread(Run) { IsBackground = true, Name = "hearth-engine" }.Start();

    /// <summary>No command is taken any more; those already in the inbox are, then everything left fails.</summary>
    public void Stop() => _inbox.Writer.TryComplete();

    /// <summary>Never blocks. False when the engine has ended.</summary>
    public bool TryPost(EngineCommand command) => _inbox.Writer.TryWrite(command);

    /// <summary>Takes one place in the queue, which the engine thread gives back at admission. False when there is none.</summary>
    public bool TryTakePlace()
    {
        if (Interlocked.Increment(ref _unadmitted) <= _queueCapacity) return true;
        LeavePlace();
        return false;
    }

    /// <summary>Gives a place in the queue back.</summary>
    public void LeavePlace() => Interlocked.Decrement(ref _unadmitted);

    private void Run()
    {
        string? fault = null;
        do
        {
            try
            {
                if (fault is not null) Reload(fault);
                fault = StepUntilStopped();
            }
            catch (Exception exception)
            {
                fault = exception.Message;
                _log.LogError(exception, "The engine's step failed");
            }
        }
        while (fault is not null && Survives(fault));
        End(fault);
    }

    // Returns the decoder's fault, or null when the inbox was closed.
    private string? StepUntilStopped()
    {
        _disk?.AwaitFirstScan(LongestScan);
        var idlePlans = 0;
        while (!_inbox.Reader.Completion.IsCompleted)
        {
            TakeCommands();
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

        return SaveTheRest();
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
        _diskResults.Writer.TryWrite(result);
        TryPost(new EngineCommand.Disk());
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
        var outcome = _decoder.Decode(plan);
        if (outcome.Fault is { } fault) return fault;
        _scheduler.OnStepDone(Sample(plan), _time.GetTimestamp(), outcome.Restoring, outcome.Saving);
        _stepsSinceReload++;
        Volatile.Write(ref _steps, _steps + 1);
        Publish();
        return null;
    }

    private void TakeCommands()
    {
        while (_inbox.Reader.TryRead(out var command))
        {
            switch (command)
            {
                case EngineCommand.Submit submit: _scheduler.Submit(submit.Sequence); break;
                case EngineCommand.Cancel cancel: _scheduler.Cancel(cancel.Sequence, _time.GetTimestamp()); break;
                case EngineCommand.CancelAll: _scheduler.CancelAll(_time.GetTimestamp()); break;
                case EngineCommand.Forget: _scheduler.Cache.Forget(); break;
                case EngineCommand.Disk: TakeDiskResults(); break;
                case EngineCommand.NotifyWhenIdle notify: _idleWaiters.Add(notify.Idle); break;
                default: throw new InvalidOperationException($"Unknown command {command}.");
            }
        }

        Publish();
    }

    private ReadOnlySpan<SampledToken> Sample(StepPlan plan)
    {
        var count = 0;
        foreach (var entry in plan.Entries)
        {
            if (!entry.WantsOutput) continue;
            var sampler = _scheduler.Holder(entry.SequenceId).Sampler;
            var token = sampler.Sample(_decoder.Logits(entry.LastToken));
            sampler.Accept(token);
            _sampled[count++] = new SampledToken(token, _vocabulary.EndOfGeneration.Contains(token));
        }

        return _sampled.AsSpan(0, count);
    }

    private void WaitForCommand()
    {
        _scheduler.CheckIdle();
        foreach (var waiter in _idleWaiters) waiter.TrySetResult();
        _idleWaiters.Clear();
        _isIdle = true;
        AwaitCommand();
        _isIdle = false;
    }

    // Until the next plan is due at the latest. A wait that ends before a command comes goes on the next time.
    private void AwaitCommand()
    {
        PostToDisk();
        _comes ??= _inbox.Reader.WaitToReadAsync().AsTask();
        var until = _scheduler.PlansAt;
        var longest = until == long.MaxValue ? Timeout.InfiniteTimeSpan : _time.GetElapsedTime(Math.Min(_time.GetTimestamp(), until), until);
        ((Task)_comes).WaitAsync(longest, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
        if (_comes.IsCompleted) _comes = null;
    }

    private void PostToDisk()
    {
        var commands = _scheduler.Cache.Disk.Commands;
        foreach (var command in commands) _disk?.Post(command);
        commands.Clear();
    }

    private void Publish(string failure = "")
    {
        foreach (var effect in _scheduler.Effects)
        {
            var sequence = effect.Sequence;
            var events = sequence.Events.Writer;
            switch (effect.Kind)
            {
                case SchedulerEffectKind.Started:
                    LeavePlace();
                    events.TryWrite(new GenerationStarted(sequence.Prompt.Length, sequence.Prefix.ReusedTokens));
                    break;
                case SchedulerEffectKind.Token:
                    events.TryWrite(_tokenEvents[effect.Token] ??= new TokenGenerated(effect.Token));
                    break;
                default:
                    if (!sequence.IsStarted) LeavePlace();
                    events.TryWrite(effect.Kind == SchedulerEffectKind.Finished
                        ? new GenerationFinished(effect.Stop, sequence.Stats(_time))
                        : new GenerationFailed(failure));
                    events.TryComplete();
                    break;
            }
        }

        _scheduler.ClearEffects();
    }

    // What was admitted is lost with the decoder. True when another decoder is worth a try.
    private bool Survives(string fault)
    {
        _scheduler.FailAdmitted(_time.GetTimestamp());
        Publish(fault);
        return _stepsSinceReload >= StepsBetweenReloads;
    }

    private void Reload(string fault)
    {
        _log.LogWarning("Making a new context after a failure: {Fault}", fault);
        _health = new EngineHealth(EngineState.Reloading, fault);
        _stepsSinceReload = 0;
        _decoder.Dispose();
        _decoder = _createDecoder();
        _health = EngineHealth.Ready;
    }

    private void End(string? fault)
    {
        try
        {
            _health = fault is null
                ? new EngineHealth(EngineState.Stopped, "The engine was stopped.")
                : new EngineHealth(EngineState.Faulted, fault);
            if (fault is not null) _log.LogError("The engine gives up: {Fault}", fault);
            _inbox.Writer.TryComplete();
            TakeCommands();
            _scheduler.FailAll(_time.GetTimestamp());
            Publish(_health.Reason!);
            foreach (var waiter in _idleWaiters) waiter.TrySetResult();
            _decoder.Dispose();
            PostToDisk();
            _disk?.Stop();
        }
        finally
        {
            _ended.TrySetResult();
        }
    }
}
