using System.Net;
using System.Net.NetworkInformation;

namespace Hearth.Http;

/// <summary>
/// Which names a server without a key answers to. A web page can give its own name the address of this machine and so reach a server
/// that the page's author cannot; the page's name in the Host header tells. An address in the Host header was reached without any name.
/// </summary>
internal static class HostNames
{
    /// <summary>Ends of names that nobody can register: mDNS, private networks, and what containers call their host.</summary>
    private static readonly string[] PrivateEnds = [".local", ".internal", ".home.arpa"];

    private static readonly string MachineName = NameOfThisMachine();

    /// <summary>
    /// True for a name that a foreign web page cannot have. Without a Host header there is no browser. On loopback that is loopback's
    /// own names; on a network also addresses, this machine's name, and names that no public name server can give away: those without
    /// a dot and those of private networks.
    /// </summary>
    public static bool AreOwn(HostString host, bool isLoopback)
    {
        string name = host.Host;
        if (name.Length == 0)
            return true;
        if (IPAddress.TryParse(name.Trim('[', ']'), out IPAddress? address))
            return !isLoopback || IPAddress.IsLoopback(address) || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
        if (name[^1] == '.' && !char.IsAsciiDigit(name[0]))
            name = name[..^1];
        return Is(name, "localhost") || Ends(name, ".localhost") || (!isLoopback && IsPrivate(name));
    }

    private static bool IsPrivate(string name) =>
        IsWord(name) || Is(name, MachineName) || PrivateEnds.Any(end => Ends(name, end));

    /// <summary>Letters, digits and dashes only: what cannot be a name at all is nobody's own.</summary>
    private static bool IsWord(string name) => name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    private static bool Is(string name, string other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);

    private static bool Ends(string name, string end) => name.EndsWith(end, StringComparison.OrdinalIgnoreCase);

    /// <summary>With its domain, as the system has it; no name server is asked.</summary>
    private static string NameOfThisMachine()
    {
        IPGlobalProperties machine = IPGlobalProperties.GetIPGlobalProperties();
        return machine.DomainName is { Length: > 0 } domain ? $"{machine.HostName}.{domain}" : machine.HostName;
    }
}
