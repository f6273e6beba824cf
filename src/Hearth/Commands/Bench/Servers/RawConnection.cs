using System.Net.Sockets;
using System.Text;

namespace Hearth.Commands.Bench.Servers;

/// <summary>One connection as bytes: what a client's HTTP library would never send, and leaving at any moment.</summary>
internal sealed class RawConnection : IDisposable
{
    /// <summary>Most bytes of an answer that are kept: far above what any window holds.</summary>
    private const int MostAnswerBytes = 64 << 20;

    private readonly Socket _socket;
    private readonly MemoryStream _received = new();
    private readonly byte[] _buffer = new byte[16 * 1024];

    private RawConnection(Socket socket) => _socket = socket;

    /// <summary>Bytes received so far.</summary>
    public int Received => (int)_received.Length;

    /// <summary>The answer, or null while it is not whole.</summary>
    public HttpAnswer? Answer => HttpAnswer.Read(_received.GetBuffer().AsSpan(0, Received));

    public static async Task<RawConnection> OpenAsync(Uri address, CancellationToken cancellation)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address.Host, address.Port, cancellation);
            return new RawConnection(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The bytes of a POST that ends its connection, with a body of a stated length.</summary>
    public static byte[] Post(string path, ReadOnlySpan<byte> body) =>
        [.. Head(path, $"Content-Length: {body.Length}"), .. body];

    /// <summary>The head of a POST that ends its connection.</summary>
    public static byte[] Head(string path, string framing) => Encoding.Latin1.GetBytes(
        $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n{framing}\r\n\r\n");

    public async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        for (var sent = 0; sent < bytes.Length;)
            sent += await _socket.SendAsync(bytes[sent..], cancellation);
    }

    /// <summary>Receives some bytes; false at the connection's end.</summary>
    public async Task<bool> ReceiveAsync(CancellationToken cancellation)
    {
        var count = await _socket.ReceiveAsync(_buffer.AsMemory(), cancellation);
        if (Received < MostAnswerBytes)
            _received.Write(_buffer, 0, count);
        return count > 0;
    }

    /// <summary>Receives to the connection's end, also where the other side breaks it off.</summary>
    public async Task ReceiveAllAsync(CancellationToken cancellation)
    {
        try
        {
            while (await ReceiveAsync(cancellation))
            {
            }
        }
        catch (SocketException)
        {
            // What has arrived by then says whether the answer is whole.
        }
    }

    /// <summary>From now on, disposing breaks the connection off (RST) instead of ending it (FIN).</summary>
    public void BreakOff() => _socket.LingerState = new LingerOption(enable: true, seconds: 0);

    public void Dispose()
    {
        _socket.Dispose();
        _received.Dispose();
    }
}
