using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Hearth.Tests.Support;

/// <summary>The built executable in a process of its own, started by a shell so that its streams can be anything.</summary>
internal static class HearthProcess
{
    /// <summary>Far longer than any command of these tests takes on a busy machine.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Starts <c>sh</c> with <paramref name="script"/>, in which <c>$HEARTH</c> stands for the executable. Standard output and error are pipes.
    /// </summary>
    public static Process Shell(string script, string home)
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("Streams are redirected with a POSIX shell.");
        ProcessStartInfo start = new("/bin/sh") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(script.Replace("$HEARTH", $"dotnet '{Path.Combine(AppContext.BaseDirectory, "hearth.dll")}'"));
        start.Environment["HEARTH_HOME"] = home;
        start.Environment["NO_COLOR"] = "1";
        return Process.Start(start)!;
    }

    /// <summary>Runs a script to its end.</summary>
    public static async Task<(int ExitCode, string Out, string Error)> RunAsync(string script, string home)
    {
        using var process = Shell(script, home);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await EndOfAsync(process);
        return (process.ExitCode, await output, await error);
    }

    /// <summary>Waits for the end; a process that does not end is killed, and the test fails.</summary>
    public static async Task EndOfAsync(Process process)
    {
        try
        {
            await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    /// <summary>A port that was free a moment ago.</summary>
    public static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
