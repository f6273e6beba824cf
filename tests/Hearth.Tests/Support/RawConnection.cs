using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Hearth.Tests.Support;

/// <summary>A connection that sends what the test writes, HTTP or not, and what came back.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly TcpClient _client = new();

    private RawConnection()
    {
    }

    public static async Task<RawConnection> OpenAsync(ServerUnderTest server)
    {
        RawConnection connection = new();
        await connection._client.ConnectAsync(IPAddress.Loopback, server.Port, TestContext.Current.CancellationToken);
        return connection;
    }

    /// <summary>Sends bytes as they are.</summary>
    public async Task SendAsync(string text) => await SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes) => await _client.GetStream().WriteAsync(bytes, TestContext.Current.CancellationToken);

    /// <summary>Everything until the server closes the connection.</summary>
    public async Task<RawAnswer> ReadToEndAsync()
    {
        using MemoryStream all = new();
        await _client.GetStream().CopyToAsync(all, TestContext.Current.CancellationToken);
        return RawAnswer.Of(Encoding.UTF8.GetString(all.ToArray()));
    }

    /// <summary>The head of the first answer; what follows is not read.</summary>
    public async Task<RawAnswer> ReadHeadAsync()
    {
        StringBuilder text = new();
        byte[] one = new byte[1];
        while (!text.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await _client.GetStream().ReadAsync(one, TestContext.Current.CancellationToken) == 1)
            text.Append((char)one[0]);
        return RawAnswer.Of(text.ToString());
    }

    /// <summary>One request and all that is answered to it.</summary>
    public static async Task<RawAnswer> AskAsync(ServerUnderTest server, string text)
    {
        using RawConnection connection = await OpenAsync(server);
        await connection.SendAsync(text);
        return await connection.ReadToEndAsync();
    }

    public void Dispose() => _client.Dispose();
}

/// <summary>An answer as it came.</summary>
internal sealed record RawAnswer(int Status, string Head, string Body)
{
    public static RawAnswer Of(string text)
    {
        int end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        Assert.True(end > 0, $"no answer: '{text}'");
        return new RawAnswer(int.Parse(text.AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture), text[..end], text[(end + 4)..]);
    }

    /// <summary>The type in the error body, which has to be one, of the length that the head says.</summary>
    public string ErrorType()
    {
        string json = Body;
        if (Head.Contains("Transfer-Encoding: chunked", StringComparison.OrdinalIgnoreCase))
            json = Body[(Body.IndexOf("\r\n", StringComparison.Ordinal) + 2)..Body.LastIndexOf("\r\n0\r\n", StringComparison.Ordinal)];
        else
            Assert.Contains($"Content-Length: {Encoding.UTF8.GetByteCount(Body)}", Head, StringComparison.OrdinalIgnoreCase);
        JsonElement error = JsonElement.Parse(json);
        Assert.Equal("error", error.GetProperty("type").GetString());
        Assert.Contains($"request-id: {error.GetProperty("request_id").GetString()}", Head, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Content-Type: application/json", Head, StringComparison.OrdinalIgnoreCase);
        Assert.NotEmpty(error.GetProperty("error").GetProperty("message").GetString()!);
        return error.GetProperty("error").GetProperty("type").GetString()!;
    }
}
