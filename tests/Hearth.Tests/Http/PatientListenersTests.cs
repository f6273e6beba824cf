using System.Net;
using System.Threading.Channels;
using Hearth.Http;
using Hearth.Tests.Support;
using Microsoft.AspNetCore.Connections;

namespace Hearth.Tests.Http;

/// <summary>No more connections are accepted than there is room for, and the rest waits.</summary>
public sealed class PatientListenersTests : IDisposable
{
    private readonly Doorway _doorway = new();
    private readonly CollectedLines _lines = new();
    private readonly PatientListeners _listeners;

    public PatientListenersTests() => _listeners = new PatientListeners(_doorway, connections: 2, _lines.CreateLogger("http"));

    public void Dispose()
    {
        _listeners.Dispose();
        _lines.Dispose();
    }

    [Fact]
    public async Task A_connection_without_room_is_accepted_when_another_one_closes()
    {
        var listener = await BindAsync();
        await _doorway.ArriveAsync(4);
        var first = await listener.AcceptAsync(Cancellation);
        Assert.NotNull(await listener.AcceptAsync(Cancellation));
        var third = listener.AcceptAsync(Cancellation).AsTask();

        Assert.False(third.IsCompleted);
        Assert.Equal(2, _doorway.Accepted);
        Assert.Single(_lines.Lines, l => l.Contains("All 2 connections", StringComparison.Ordinal));
        await first!.DisposeAsync();
        await first.DisposeAsync();
        Assert.NotNull(await third);

        // Closed twice is one place.
        Assert.False(listener.AcceptAsync(Cancellation).AsTask().IsCompleted);
        Assert.Equal(3, _doorway.Accepted);
    }

    [Fact]
    public async Task A_listener_that_waits_for_room_ends_when_it_is_unbound()
    {
        var listener = await BindAsync();
        await _doorway.ArriveAsync(2);
        await listener.AcceptAsync(Cancellation);
        await listener.AcceptAsync(Cancellation);
        var waiting = listener.AcceptAsync(Cancellation);
        await listener.UnbindAsync(Cancellation);

        Assert.Null(await waiting);
        await listener.DisposeAsync();
    }

    [Fact]
    public async Task A_listener_that_ends_gives_the_room_back_it_had_taken()
    {
        var listener = await BindAsync();
        _doorway.Close();
        for (var i = 0; i < 5; i++)
            Assert.Null(await listener.AcceptAsync(Cancellation));
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private async Task<IConnectionListener> BindAsync() => await _listeners.BindAsync(new IPEndPoint(IPAddress.Loopback, 0), Cancellation);

    /// <summary>A transport whose connections the test makes.</summary>
    private sealed class Doorway : IConnectionListenerFactory, IConnectionListener
    {
        private readonly Channel<ConnectionContext> _arrivals = Channel.CreateUnbounded<ConnectionContext>();

        public int Accepted { get; private set; }

        public EndPoint EndPoint { get; } = new IPEndPoint(IPAddress.Loopback, 1);

        public async Task ArriveAsync(int count)
        {
            for (var i = 0; i < count; i++)
                await _arrivals.Writer.WriteAsync(new DefaultConnectionContext($"{i}"));
        }

        public void Close() => _arrivals.Writer.Complete();

        public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => new(this);

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            if (!await _arrivals.Reader.WaitToReadAsync(cancellationToken) || !_arrivals.Reader.TryRead(out var connection))
                return null;
            Accepted++;
            return connection;
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            _arrivals.Writer.TryComplete();
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
