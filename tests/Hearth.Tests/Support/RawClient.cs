using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Hearth.Tests.Support;

/// <summary>A client that is nothing but a socket: it may leave at any byte, or read nothing.</summary>
internal sealed class RawClient : IAsyncDisposable
{
    private readonly Socket _socket;

    private RawClient(Socket socket) => _socket = socket;

    public static async Task<RawClient> ConnectAsync(Uri server)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096, NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, server.Port, TestContext.Current.CancellationToken);
        return new RawClient(socket);
    }

    /// <summary>Sends a whole request.</summary>
    public async Task SendAsync(string path, string json)
    {
        var body = Encoding.UTF8.GetBytes(json);
        var head = $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n";
        await _socket.SendAsync(Encoding.ASCII.GetBytes(head).Concat(body).ToArray(), TestContext.Current.CancellationToken);
    }

    /// <summary>Says that nothing more will be sent.</summary>
    public void CloseSending() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Reads up to <paramref name="most"/> bytes; 0 when the server has closed the connection.</summary>
    public async Task<int> ReadAsync(int most)
    {
        try
        {
            return await _socket.ReceiveAsync(new byte[most], TestContext.Current.CancellationToken);
        }
        catch (SocketException)
        {
            return 0;
        }
    }

    /// <summary>Leaves; with <paramref name="resets"/> as a process does that was killed.</summary>
    public void Leave(bool resets)
    {
        if (resets)
            _socket.LingerState = new LingerOption(true, 0);
        _socket.Close();
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
