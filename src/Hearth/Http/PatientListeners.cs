using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Hearth.Http;

/// <summary>
/// Listeners that accept a connection only while there is room for one. A process without descriptors cannot even load a library, and
/// ends; clients that find no room wait in the system's queue until a connection closes.
/// </summary>
/// <param name="inner">Makes the listeners.</param>
/// <param name="connections">Most connections that are open at once, over all listeners.</param>
/// <param name="log">Hears once when there is no room.</param>
internal sealed class PatientListeners(IConnectionListenerFactory inner, int connections, ILogger log) : IConnectionListenerFactory, IDisposable
{
    private readonly SemaphoreSlim _room = new(connections);
    private int _hasBeenFull;

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new Listener(await inner.BindAsync(endpoint, cancellationToken), this);

    public void Dispose() => _room.Dispose();

    private async Task TakeRoomAsync(CancellationToken cancellation)
    {
        if (_room.Wait(0, CancellationToken.None))
            return;
        if (Interlocked.Exchange(ref _hasBeenFull, 1) == 0)
            log.LogWarning("All {Connections} connections that the limit of open files allows are in use; more clients wait until one closes", connections);
        await _room.WaitAsync(cancellation);
    }

    private sealed class Listener(IConnectionListener inner, PatientListeners room) : IConnectionListener
    {
        private readonly CancellationTokenSource _unbound = new();

        public EndPoint EndPoint => inner.EndPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            try
            {
                await room.TakeRoomAsync(_unbound.Token);
            }
            catch (OperationCanceledException)
            {
                return null;
            }

            ConnectionContext? accepted = null;
            try
            {
                accepted = await inner.AcceptAsync(cancellationToken);
                return accepted is null ? null : new Connection(accepted, room._room);
            }
            finally
            {
                if (accepted is null)
                    room._room.Release();
            }
        }

        public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            await _unbound.CancelAsync();
            await inner.UnbindAsync(cancellationToken);
        }

        public async ValueTask DisposeAsync()
        {
            await _unbound.CancelAsync();
            await inner.DisposeAsync();
            _unbound.Dispose();
        }
    }

    /// <summary>A connection that gives its room back when it is disposed, which the server does for each.</summary>
    private sealed class Connection(ConnectionContext inner, SemaphoreSlim room) : ConnectionContext
    {
        private int _isDisposed;

        public override string ConnectionId { get => inner.ConnectionId; set => inner.ConnectionId = value; }

        public override IFeatureCollection Features => inner.Features;

        public override IDictionary<object, object?> Items { get => inner.Items; set => inner.Items = value; }

        public override IDuplexPipe Transport { get => inner.Transport; set => inner.Transport = value; }

        public override CancellationToken ConnectionClosed { get => inner.ConnectionClosed; set => inner.ConnectionClosed = value; }

        public override EndPoint? LocalEndPoint { get => inner.LocalEndPoint; set => inner.LocalEndPoint = value; }

        public override EndPoint? RemoteEndPoint { get => inner.RemoteEndPoint; set => inner.RemoteEndPoint = value; }

        public override void Abort() => inner.Abort();

        public override void Abort(ConnectionAbortedException abortReason) => inner.Abort(abortReason);

        public override async ValueTask DisposeAsync()
        {
            var isFirst = Interlocked.Exchange(ref _isDisposed, 1) == 0;
            try
            {
                await inner.DisposeAsync();
                await base.DisposeAsync();
            }
            finally
            {
                if (isFirst)
                    room.Release();
            }
        }
    }
}
