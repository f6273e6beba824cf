namespace Hearth.Http;

/// <summary>What the endpoints need to know besides the providers.</summary>
/// <param name="ApiKey">What clients must send, or null when any key and none will do.</param>
/// <param name="IsLoopback">The server listens on this machine only, so only its names may stand in the Host header.</param>
internal sealed record HttpOptions(string? ApiKey, bool IsLoopback)
{
    /// <summary>Prints the options without the secret among them.</summary>
    public override string ToString() => $"{nameof(HttpOptions)} {{ IsLoopback = {IsLoopback} }}";
}
