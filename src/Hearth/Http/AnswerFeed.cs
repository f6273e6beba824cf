using System.Threading.Channels;
using Hearth.Chat;
using Hearth.Providers;

namespace Hearth.Http;

/// <summary>
/// Reads an answer's events a few ahead of its client, and tells silence. Each event is read to its end whoever has left meanwhile, so
/// nothing disposes of an answer that is just moving. Ends in exactly one last event, whatever the provider does. The events are taken by
/// one thread.
/// </summary>
internal sealed class AnswerFeed : IAsyncDisposable
{
    /// <summary>Events that wait for a client that reads slowly; beyond them the provider waits. A second of fast text.</summary>
    public const int MostAhead = 64;

    /// <summary>Silence after which a ping is due: clients give up after minutes, some proxies after half of one.</summary>
    public static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(10);

    /// <summary>How long the record of a request whose client has left waits for its numbers: the longest step of an engine.</summary>
    public static readonly TimeSpan LongestFarewell = TimeSpan.FromSeconds(30);

    // Null is silence.
    private readonly Channel<ChatEvent?> _events = Channel.CreateBounded<ChatEvent?>(new BoundedChannelOptions(MostAhead) { SingleReader = true });
    private readonly List<ChatEvent> _taken = new(MostAhead);
    private readonly RequestInfo _info;
    private readonly ServerShutdown _shutdown;
    private readonly ILogger _log;
    private readonly ITimer _silence;
    private readonly CancellationTokenRegistration _onStopped;
    private readonly CancellationTokenRegistration _onEnding;

    /// <summary>Begins to read.</summary>
    public AnswerFeed(IAsyncEnumerable<ChatEvent> answer, RequestInfo info, ServerShutdown shutdown, TimeProvider time, ILogger log)
    {
        (_info, _shutdown, _log) = (info, shutdown, log);
        _silence = time.CreateTimer(_ => OnSilence(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _onStopped = info.Stopped.Register(Watch);
        _onEnding = shutdown.Ending.Register(Watch);
        shutdown.Enter();
        _ = ReadAsync(answer);
    }

    /// <summary>How long the answer may be silent now.</summary>
    private TimeSpan Patience =>
        _shutdown.Ending.IsCancellationRequested ? ServerShutdown.LastWord
        : _info.Stopped.IsCancellationRequested ? LongestFarewell
        : PingInterval;

    /// <summary>The events that are there, at least one; none after a while of silence. Valid until the next call.</summary>
    public async ValueTask<IReadOnlyList<ChatEvent>> TakeAsync()
    {
        _taken.Clear();
        if (!_events.Reader.TryPeek(out _))
            Watch();
        await _events.Reader.WaitToReadAsync();
        while (_taken.Count < MostAhead && !IsLast(_taken) && _events.Reader.TryRead(out ChatEvent? item))
        {
            if (item is not null)
                _taken.Add(item);
        }

        return _taken;
    }

    /// <summary>Nothing comes after these.</summary>
    public static bool IsLast(IReadOnlyList<ChatEvent> events) => events is [.., AnswerFinished or AnswerFailed];

    /// <summary>Nobody takes events any more. The reading stops at the next one.</summary>
    public async ValueTask DisposeAsync()
    {
        await _onStopped.DisposeAsync();
        await _onEnding.DisposeAsync();
        await _silence.DisposeAsync();
        _events.Writer.TryComplete();
    }

    /// <summary>Another thread may make it shorter in the same moment, which must not be lost.</summary>
    private void Watch()
    {
        TimeSpan patience;
        do
        {
            patience = Patience;
            _silence.Change(patience, Timeout.InfiniteTimeSpan);
        }
        while (patience != Patience);
    }

    /// <summary>Without room there is something to send, and so no silence.</summary>
    private void OnSilence() => _events.Writer.TryWrite(_info.Stopped.IsCancellationRequested ? new AnswerFailed(ModelTroubles.CutOff) : null);

    private async Task ReadAsync(IAsyncEnumerable<ChatEvent> answer)
    {
        try
        {
            await _events.Writer.WriteAsync(await ReadToEndAsync(answer));
        }
        catch (ChannelClosedException)
        {
            // Nobody takes them any more.
        }
        finally
        {
            _shutdown.Leave();
        }
    }

    /// <summary>Passes all events on but the last, which it returns. This is the outermost loop of an answer.</summary>
    private async Task<ChatEvent> ReadToEndAsync(IAsyncEnumerable<ChatEvent> answer)
    {
        try
        {
            await foreach (ChatEvent item in answer)
            {
                if (item is AnswerFinished or AnswerFailed)
                    return item;
                await _events.Writer.WriteAsync(item);
            }

            return new AnswerFailed(new ChatError(ChatErrorKind.Internal, "The answer ended without a result."));
        }
        catch (OperationCanceledException) when (_info.Stopped.IsCancellationRequested)
        {
            return new AnswerFailed(ModelTroubles.CutOff);
        }
#pragma warning disable CA1031
        catch (Exception e) when (e is not ChannelClosedException)
#pragma warning restore CA1031
        {
            _log.LogError(e, "{RequestId} broke off", _info.Id);
            return new AnswerFailed(new ChatError(ChatErrorKind.Internal, "Internal server error."));
        }
    }
}
