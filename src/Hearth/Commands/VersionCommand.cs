using System.CommandLine;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Hearth.Commands;

/// <summary><c>hearth version</c>: what is running, for bug reports.</summary>
internal static class VersionCommand
{
    /// <summary>The version without the commit it was built from.</summary>
    public static string Number { get; } =
        typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    public static string Text => $"Hearth {Number} ({RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier})";

    public static Command Create(Terminal terminal)
    {
        var command = new Command("version", "Print the version of Hearth, of .NET and the platform");
        command.SetAction(_ =>
        {
            terminal.Out.WriteLine(Text);
            return ExitCodes.Success;
        });
        return command;
    }
}
