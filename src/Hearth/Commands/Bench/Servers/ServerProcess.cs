using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Hearth.Commands.Bench.Servers;

/// <summary>A Hearth in a process of its own, with what it wrote. Disposing ends it, by force if it still runs.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    /// <summary>Longest that a start may take: large models are read from slow disks.</summary>
    private static readonly TimeSpan LongestStart = TimeSpan.FromMinutes(5);

    /// <summary>Longest that the end of a killed process may take.</summary>
    private static readonly TimeSpan LongestKill = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(20);

    /// <summary>Most characters that are kept of what it writes.</summary>
    private const int MostLogChars = 1 << 20;

    private readonly Process _process;
    private readonly TimeProvider _time;
    private readonly StringBuilder _log = new();
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(2) };

    private ServerProcess(Process process, Uri address, TimeProvider time)
    {
        (_process, Address, _time) = (process, address, time);
        foreach (var reader in (Action<DataReceivedEventHandler>[])[h => process.OutputDataReceived += h, h => process.ErrorDataReceived += h])
            reader((_, line) => Keep(line.Data));
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.StandardInput.Close();
    }

    public Uri Address { get; }

    public int Id => _process.Id;

    public bool HasEnded => _process.HasExited;

    /// <summary>The exit code, 128 and the signal's number after a signal; null while it runs.</summary>
    public int? ExitCode => _process.HasExited ? _process.ExitCode : null;

    /// <summary>What it has written to standard output and error.</summary>
    public string Log
    {
        get
        {
            lock (_log)
                return _log.ToString();
        }
    }

    /// <summary>Starts one and waits until it answers; otherwise the sentence says why there is none.</summary>
    public static async Task<(ServerProcess? Server, string? Error)> StartAsync(ServerLaunch launch, TimeProvider time, CancellationToken cancellation)
    {
        var server = Begin(launch, time);
        try
        {
            if (await server.WaitUntilHealthyAsync(LongestStart, cancellation) is not { } error)
                return (server, null);
            await server.DisposeAsync();
            return (null, error);
        }
        catch (OperationCanceledException)
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts one and does not wait.</summary>
    public static ServerProcess Begin(ServerLaunch launch, TimeProvider time)
    {
        var port = FreePort();
        return new ServerProcess(Process.Start(launch.OnPort(port))!, new Uri($"http://127.0.0.1:{port}"), time);
    }

    /// <summary>Null once it answers, or the sentence that says why it does not.</summary>
    public async Task<string?> WaitUntilHealthyAsync(TimeSpan longest, CancellationToken cancellation)
    {
        var start = _time.GetTimestamp();
        while (!await IsHealthyAsync(cancellation))
        {
            if (HasEnded)
                return $"The server ended with exit code {ExitCode}: {LastLine}";
            if (_time.GetElapsedTime(start) > longest)
                return $"The server did not answer within {longest.TotalSeconds:0} s: {LastLine}";
            await Task.Delay(BetweenLooks, _time, cancellation);
        }

        return null;
    }

    /// <summary>Whether /health says that requests are accepted.</summary>
    public async Task<bool> IsHealthyAsync(CancellationToken cancellation)
    {
        try
        {
            using var response = await _http.GetAsync(new Uri(Address, "/health"), cancellation);
            return response.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Sends a signal, such as TERM.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start(new ProcessStartInfo("kill", ["-s", name, $"{Id}"]) { UseShellExecute = false });
        kill!.WaitForExit();
    }

    /// <summary>The seconds until it has ended; null where it runs on after <paramref name="longest"/>.</summary>
    public async Task<double?> WaitForEndAsync(TimeSpan longest, CancellationToken cancellation)
    {
        var start = _time.GetTimestamp();
        while (!HasEnded && _time.GetElapsedTime(start) < longest)
            await Task.Delay(BetweenLooks, _time, cancellation);
        return HasEnded ? _time.GetElapsedTime(start).TotalSeconds : null;
    }

    public async ValueTask DisposeAsync()
    {
        if (!HasEnded)
        {
            _process.Kill();
            await WaitForEndAsync(LongestKill, CancellationToken.None);
        }

        _http.Dispose();
        _process.Dispose();
    }

    /// <summary>The last line that it has written, or that there is none.</summary>
    public string LastLine => Log.Split('\n', StringSplitOptions.RemoveEmptyEntries) is [.., var last] ? last : "it said nothing";

    private void Keep(string? line)
    {
        lock (_log)
        {
            if (line is not null && _log.Length < MostLogChars)
                _log.Append(line).Append('\n');
        }
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
