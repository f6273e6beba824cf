using System.Collections;
using System.Diagnostics;
using System.Globalization;
using static System.FormattableString;

namespace Hearth.Children;

/// <summary>How a child process is started: with pipes, with limits, and with nothing of its parent's that it does not need.</summary>
internal static class ChildStart
{
    /// <summary>Every Unix has it; a container without a shell starts children without what only a shell can set.</summary>
    private const string Shell = "/bin/sh";

    /// <summary>
    /// How much a child steps back from answers that are being computed: it gets a quarter of a core that they use too. With more, an
    /// ordinary file would take ten times as long whenever somebody is being answered.
    /// </summary>
    private const int Niceness = 5;

    /// <summary>What the runtime maps beside its heap and never uses: stacks, tables, compiled code.</summary>
    private const long UnusedBytes = 512L * 1024 * 1024;

    /// <summary>
    /// Variables a program needs to start at all. Everything else stays here, secrets included, also those of other programs.
    /// </summary>
    private static readonly string[] Needed =
        ["PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR", "TMP", "TEMP", "SYSTEMROOT", "WINDIR", "SYSTEMDRIVE", "HOME", "USERPROFILE"];

    /// <summary>What starts a child for <paramref name="work"/>.</summary>
    public static ProcessStartInfo For(ChildProgram program, string work, ChildLimits limits)
    {
        ProcessStartInfo start = new()
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
            WorkingDirectory = AppContext.BaseDirectory,
        };
        string[] command = [program.File, .. program.Arguments, ChildCommand.Name, work];
        if (!OperatingSystem.IsWindows() && File.Exists(Shell))
        {
            start.FileName = Shell;
            command = ["-c", Limited(limits), .. command];
        }
        else
        {
            start.FileName = command[0];
            command = command[1..];
        }

        foreach (string argument in command)
            start.ArgumentList.Add(argument);
        SetEnvironment(start.Environment, limits);
        return start;
    }

    /// <summary>
    /// No core files of hostile input, where the system counts it no more memory than this, and less priority; then the program itself,
    /// under the same id.
    /// </summary>
    private static string Limited(ChildLimits limits)
    {
        string kilobytes = ((limits.MemoryBytes + UnusedBytes) / 1024).ToString(CultureInfo.InvariantCulture);
        string memory = OperatingSystem.IsLinux() ? $"ulimit -d {kilobytes} 2>/dev/null; " : "";
        string nice = Invariant($"command -v nice >/dev/null && exec nice -n {Niceness} \"$0\" \"$@\"; ");
        return $"ulimit -c 0 2>/dev/null; {memory}{nice}exec \"$0\" \"$@\"";
    }

    private static void SetEnvironment(IDictionary<string, string?> environment, ChildLimits limits)
    {
        environment.Clear();
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            string name = (string)variable.Key;
            if (Needed.Contains(name, StringComparer.OrdinalIgnoreCase) || name.StartsWith("DOTNET_ROOT", StringComparison.OrdinalIgnoreCase))
                environment[name] = (string?)variable.Value;
        }

        environment["DOTNET_GCHeapHardLimit"] = limits.HeapBytes.ToString("X", CultureInfo.InvariantCulture);
        // No thread beside the work collects, and nobody debugs.
        environment["DOTNET_gcConcurrent"] = "0";
        environment["DOTNET_EnableDiagnostics"] = "0";
    }
}
