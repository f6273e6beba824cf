using System.Diagnostics;

namespace Hearth.Commands.Bench.Servers;

/// <summary>How to start a Hearth in a process of its own.</summary>
/// <param name="Home">Its HEARTH_HOME.</param>
/// <param name="Settings">The arguments of <c>hearth serve</c>, without host and port.</param>
internal sealed record ServerLaunch(string Home, IReadOnlyList<string> Settings)
{
    /// <summary>
    /// Shell commands that come first in the server's own process, such as limits and redirections; null starts it without a shell.
    /// </summary>
    public string? Before { get; init; }

    /// <summary>What starts it on a port of this machine.</summary>
    public ProcessStartInfo OnPort(int port) =>
        Run(Before, Home, ["serve", "--host", "127.0.0.1", "--port", $"{port}", "--no-color", .. Settings]);

    /// <summary>What starts any command of this executable.</summary>
    public static ProcessStartInfo Run(string? before, string home, IEnumerable<string> arguments)
    {
        IReadOnlyList<string> words = [.. OwnExecutable.Words, .. arguments];
        if (before is not null)
            words = ["sh", "-c", $"{before}; exec \"$0\" \"$@\"", .. words];
        ProcessStartInfo start = new(words[0], words.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["HEARTH_HOME"] = home;
        return start;
    }
}
