using System.Net;
using Hearth.Config;

namespace Hearth;

/// <summary>Where the server listens.</summary>
internal sealed record ListenAddress(IPAddress Ip, int Port)
{
    /// <summary>The address the settings name, or null when the host is not an address.</summary>
    public static ListenAddress? Of(LaunchSettings settings) => settings.Host switch
    {
        "localhost" => new ListenAddress(IPAddress.Loopback, settings.Port),
        "*" => new ListenAddress(IPAddress.Any, settings.Port),
        var host when IPAddress.TryParse(host, out var ip) => new ListenAddress(ip, settings.Port),
        _ => null,
    };
}
