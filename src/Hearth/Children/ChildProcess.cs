using System.ComponentModel;
using System.Diagnostics;

namespace Hearth.Children;

/// <summary>One child process, for one job at a time. What a job may take is watched from here, because the child cannot be trusted to.</summary>
internal sealed class ChildProcess : IDisposable
{
    /// <summary>How often a job's time and memory are looked at. In between the child's runtime holds the limit of its heap.</summary>
    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>How long a closed pipe waits for the rest of its process to end, which is at once.</summary>
    private static readonly TimeSpan LastMoment = TimeSpan.FromSeconds(2);

    private readonly Process _process;
    private readonly ChildLimits _limits;
    private readonly TimeProvider _time;
    private readonly LastWords _words = new();
    private readonly Task _listening;

    private ChildProcess(Process process, ChildLimits limits, TimeProvider time)
    {
        (_process, _limits, _time) = (process, limits, time);
        _listening = _words.ListenAsync(process.StandardError.BaseStream);
        Exited = process.WaitForExitAsync();
        _ = KillOnOverflowAsync();
    }

    public int Id => _process.Id;

    /// <summary>Completes when it has ended.</summary>
    public Task Exited { get; }

    /// <summary>Since when it has no work, as the clock's timestamp; the pool's to set.</summary>
    public long IdleSince { get; set; }

    /// <summary>The first line of what it said about its end.</summary>
    public string Words => _words.Line;

    /// <summary>Its memory in use; 0 when it is gone.</summary>
    public long MemoryBytes => Measure().Memory;

    /// <summary>Starts a process; null and the reason when the system does not.</summary>
    public static (ChildProcess? Child, string? Problem) Start(ChildProgram program, string work, ChildLimits limits, TimeProvider time)
    {
        try
        {
            return (new ChildProcess(Process.Start(ChildStart.For(program, work, limits))!, limits, time), null);
        }
        catch (Exception e) when (e is Win32Exception or IOException or InvalidOperationException)
        {
            return (null, e.Message);
        }
    }

    /// <summary>Waits until it takes work. False when it ends, or says anything else first.</summary>
    public async Task<bool> IsReadyAsync(CancellationToken cancellation)
    {
        using CancellationTokenSource deadline = new(_limits.Start, _time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        try
        {
            return await Frames.ReadLengthAsync(_process.StandardOutput.BaseStream, either.Token) == 0;
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return false;
        }
    }

    /// <summary>
    /// Has one job done in <paramref name="time"/> at the most. Unless it is answered, the process is of no use any more. When
    /// <paramref name="cancellation"/> comes, the job is left alone.
    /// </summary>
    public async Task<ChildOutcome> AskAsync(ReadOnlyMemory<byte> job, TimeSpan time, CancellationToken cancellation)
    {
        long start = _time.GetTimestamp();
        TimeSpan processor = Measure().Processor;
        Task<(byte[]? Answer, ChildFault Fault)> exchange = ExchangeAsync(job);
        using PeriodicTimer watch = new(WatchInterval, _time);
        while (!exchange.IsCompleted)
        {
            Task tick = watch.WaitForNextTickAsync(cancellation).AsTask();
            if (await Task.WhenAny(exchange, tick) == exchange)
                break;
            await tick;
            if (Exceeded(_time.GetElapsedTime(start), time, processor) is { } fault)
                return new ChildOutcome.Failed(fault, _time.GetElapsedTime(start));
        }

        (byte[]? answer, ChildFault failure) = await exchange;
        TimeSpan spent = _time.GetElapsedTime(start);
        return answer is null ? new ChildOutcome.Failed(failure, spent) : new ChildOutcome.Answered(answer, spent);
    }

    /// <summary>Ends it at once; it has nothing to lose.</summary>
    public void Kill()
    {
        try
        {
            _process.Kill();
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It has ended.
        }
    }

    public void Dispose() => _process.Dispose();

    private async Task KillOnOverflowAsync()
    {
        if (await Task.WhenAny(_words.StackOverflow, Exited) != Exited)
            Kill();
    }

    private async Task<(byte[]? Answer, ChildFault Fault)> ExchangeAsync(ReadOnlyMemory<byte> job)
    {
        try
        {
            await Frames.WriteAsync(_process.StandardInput.BaseStream, job, CancellationToken.None);
            uint? length = await Frames.ReadLengthAsync(_process.StandardOutput.BaseStream, CancellationToken.None);
            if (length > _limits.OutputBytes)
                return (null, ChildFault.OutputLimit);
            if (length is not null && await Frames.ReadBytesAsync(_process.StandardOutput.BaseStream, length.Value, CancellationToken.None) is { } answer)
                return (answer, default);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // A broken pipe is the end of the process, as is the end of its output.
        }

        return (null, await CauseOfDeathAsync());
    }

    private async Task<ChildFault> CauseOfDeathAsync()
    {
        try
        {
            await _listening.WaitAsync(LastMoment, _time);
        }
        catch (TimeoutException)
        {
            // Then without its words.
        }

        // What the runtime says when the heap is at its limit.
        bool isMemory = Words.Contains("OutOfMemoryException", StringComparison.Ordinal) || Words.StartsWith("Out of memory", StringComparison.Ordinal);
        return isMemory ? ChildFault.MemoryLimit : ChildFault.Died;
    }

    private ChildFault? Exceeded(TimeSpan elapsed, TimeSpan time, TimeSpan processorBefore)
    {
        (long memory, TimeSpan processor) = Measure();
        return elapsed >= time || processor - processorBefore > _limits.Processor ? ChildFault.TimeLimit
            : memory > _limits.MemoryBytes ? ChildFault.MemoryLimit
            : null;
    }

    private (long Memory, TimeSpan Processor) Measure()
    {
        try
        {
            _process.Refresh();
            return (_process.WorkingSet64, _process.TotalProcessorTime);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or NotSupportedException)
        {
            return (0, TimeSpan.Zero);
        }
    }
}
