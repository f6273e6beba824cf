using System.Net;
using System.Net.Sockets;

namespace Hearth;

/// <summary>Says in one sentence why an address cannot be listened on.</summary>
internal static class PortCheck
{
    /// <summary>A server on this machine answers its health at once; one that does not is described without its name.</summary>
    private static readonly TimeSpan HealthWait = TimeSpan.FromMilliseconds(500);

    /// <summary>Tries the address and lets it go again; null when it is free.</summary>
    public static async Task<string?> WhyNotAsync(ListenAddress listen)
    {
        try
        {
            using var listener = new Socket(listen.Ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(listen.Ip, listen.Port));
            listener.Listen();
            return null;
        }
        catch (SocketException e)
        {
            return await DescribeAsync(listen, e);
        }
    }

    /// <summary>The sentence for an error that binding gave.</summary>
    public static async Task<string> DescribeAsync(ListenAddress listen, SocketException error) => error.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse =>
            $"Port {listen.Port} is already in use{(await IsHearthAsync(listen) ? " by another Hearth" : "")}: stop that program, or choose another port with --port N.",
        SocketError.AccessDenied =>
            $"Port {listen.Port} needs more rights than this account has: choose a port above 1023 with --port N.",
        SocketError.AddressNotAvailable => $"This machine has no network address {listen.Ip}: choose another one with --host ADDRESS.",
        _ => $"Hearth cannot listen on {listen.Ip}, port {listen.Port}: {error.Message}.",
    };

    private static async Task<bool> IsHearthAsync(ListenAddress listen)
    {
        var ip = listen.Ip.Equals(IPAddress.Any) ? IPAddress.Loopback : listen.Ip.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : listen.Ip;
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = HealthWait };
        try
        {
            var uri = new UriBuilder("http", ip.ToString(), listen.Port, "/health").Uri;
            return (await client.GetStringAsync(uri)).Contains("hearth", StringComparison.OrdinalIgnoreCase);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }
}
