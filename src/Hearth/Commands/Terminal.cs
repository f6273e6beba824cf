using Hearth.Config;
using Hearth.Telemetry;

namespace Hearth.Commands;

/// <summary>What a command sees of the process around it.</summary>
/// <param name="In">Standard input.</param>
/// <param name="Out">Standard output: what a command is asked for. Writers wait for its reader.</param>
/// <param name="Error">Standard error: progress, errors, logs.</param>
/// <param name="Environment">Reads an environment variable; null or empty means not set.</param>
/// <param name="Home">The folder that holds Hearth's state.</param>
/// <param name="UserFolder">What <c>~</c> means.</param>
internal sealed record Terminal(
    TextReader In, TextWriter Out, TextWriter Error, Func<string, string?> Environment, string Home, string UserFolder)
{
    /// <summary>Standard output for what may be lost without harm: the banner of a server.</summary>
    public TextWriter Notices { get; init; } = Out;

    /// <summary>Cancelled when nobody reads standard output any more.</summary>
    public CancellationToken ReaderGone { get; init; }

    /// <summary>Whether standard input is a file or pipe rather than a keyboard.</summary>
    public bool InputRedirected { get; init; }

    /// <summary>Whether standard output shows colours and frames.</summary>
    public bool RichOut { get; init; }

    /// <summary>Whether standard error shows colours and animation.</summary>
    public bool RichError { get; init; }

    /// <summary>Whether the person's shell is most likely PowerShell.</summary>
    public bool PowerShell { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public static Terminal OfProcess(ProcessOutput output)
    {
        Func<string, string?> environment = System.Environment.GetEnvironmentVariable;
        var plain = environment("NO_COLOR") is { Length: > 0 } || environment("TERM") == "dumb";
        return new Terminal(
            Console.In,
            output.Out,
            output.Error,
            environment,
            HearthHome.PathOfProcess(environment),
            System.Environment.GetFolderPath(System.Environment.SpecialFolder.UserProfile))
        {
            Notices = output.Notices,
            ReaderGone = output.Out.ReaderGone,
            InputRedirected = Console.IsInputRedirected,
            RichOut = !plain && !Console.IsOutputRedirected,
            RichError = !plain && !Console.IsErrorRedirected,
            PowerShell = OperatingSystem.IsWindows(),
        };
    }

    /// <summary>The same terminal as the settings want it.</summary>
    public Terminal With(LaunchSettings settings) => settings.NoColor ? this with { RichOut = false, RichError = false } : this;

    /// <summary>Says in one line why the command ends, and gives its exit code.</summary>
    public int Fail(string sentence)
    {
        Out.Flush();
        Error.WriteLine(sentence);
        return ExitCodes.Failure;
    }
}

/// <summary>What the process returns.</summary>
internal static class ExitCodes
{
    public const int Success = 0;

    public const int Failure = 1;

    /// <summary>Ended by Ctrl+C before the work was done: 128 + SIGINT, as shells expect.</summary>
    public const int Interrupted = 130;
}
