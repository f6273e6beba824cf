using System.CommandLine;
using System.CommandLine.Parsing;
using Hearth.Config;

namespace Hearth.Commands.Bench.Servers;

/// <summary>Which servers to ask: those at <paramref name="Addresses"/>, and an own one where <paramref name="Own"/> says how to run it.</summary>
internal sealed record ServerChoice(IReadOnlyList<ServerAddress> Addresses, LaunchSettings? Own)
{
    /// <summary>The own server's settings as arguments of <c>hearth serve</c>, for one in a process of its own.</summary>
    public IReadOnlyList<string> OwnArguments { get; init; } = [];
}

/// <summary>A running server.</summary>
internal sealed record ServerAddress(string Name, Uri Address)
{
    /// <summary>Reads <c>NAME=http://host:port</c>, or an address alone, which then is its own name; null when it is neither.</summary>
    public static ServerAddress? Parse(string text)
    {
        var equals = text.IndexOf('=');
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        var hasName = equals > 0 && (scheme < 0 || equals < scheme);
        var url = hasName ? text[(equals + 1)..] : text;
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            return null;
        return new ServerAddress(hasName ? text[..equals] : address.Authority, address);
    }
}

/// <summary>The options of a benchmark that asks servers: <c>--url</c>, and the settings of a server of its own.</summary>
internal sealed class ServerOptions
{
    private const string ModelFlag = "--model";
    private const string DiskFlag = "--cache-disk";

    private readonly Option<string[]> _urls = new("--url")
    {
        HelpName = "NAME=URL",
        Description = "Ask this running server; may be repeated. Without it, or with --model, an own Hearth is started too",
    };

    private readonly SettingOptions _settings;

    private ServerOptions(SettingOptions settings) => _settings = settings;

    public static ServerOptions AddTo(Command command, bool takesUrls = true)
    {
        ServerOptions options = new(SettingOptions.AddTo(command, isServer: false));
        if (takesUrls)
            command.Options.Add(options._urls);
        return options;
    }

    /// <summary>The settings of the own server that the command line gives, as arguments of <c>hearth serve</c>.</summary>
    public IReadOnlyList<string> Words(ParseResult parsed) => _settings.Words(parsed);

    /// <summary>The choice, or the sentence that says what is wrong with it.</summary>
    public (ServerChoice? Choice, string? Error) Read(ParseResult parsed, Terminal terminal)
    {
        List<ServerAddress> addresses = [];
        foreach (var text in parsed.GetResult(_urls) is null ? [] : parsed.GetValue(_urls) ?? [])
        {
            if (ServerAddress.Parse(text) is not { } address)
                return (null, $"--url expects NAME=http://host:port, not '{text}'.");
            addresses.Add(address);
        }

        if (addresses.GroupBy(a => a.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
            return (null, $"Two servers are named '{twice.Key}': write --url NAME=http://host:port.");
        if (addresses.Count > 0 && parsed.GetResult(ModelFlag) is not OptionResult { Implicit: false })
            return (new ServerChoice(addresses, null), null);
        var resolved = _settings.Resolve(parsed, terminal);
        if (resolved.Settings is not { } settings)
            return (null, resolved.Error);

        // What an earlier run left on disk would make the numbers warm, so it is there only for who asks for it here.
        var hasDisk = parsed.GetResult(DiskFlag) is OptionResult { Implicit: false };
        string[] cold = hasDisk || settings.NoDiskCache ? [] : ["--no-disk-cache"];
        settings = settings with { Host = "127.0.0.1", Port = 0, ApiKey = null, NoDiskCache = settings.NoDiskCache || !hasDisk };
        return (new ServerChoice(addresses, settings) { OwnArguments = [.. Words(parsed), .. cold] }, null);
    }
}
