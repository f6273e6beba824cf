using System.CommandLine;
using System.Globalization;
using Hearth.Commands.Bench.Servers;
using Hearth.Providers;

namespace Hearth.Commands.Bench.Soak;

/// <summary><c>hearth bench soak</c>: random sessions for minutes, and whether the process grows.</summary>
internal static class SoakBenchmark
{
    private const double MostMinutes = 60 * 24 * 7;
    private const double BytesPerMegabyte = 1024 * 1024;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>Less than this of the time left is none: timers may fire a moment early.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(100);

    public static Command Create(Terminal terminal, StopRequests stop, ModelLoader loadModel)
    {
        var minutes = new Option<double>("--minutes") { HelpName = "M", Description = "How long", DefaultValueFactory = _ => 10 };
        var clients = BenchOption.Number("--clients", "Clients at once", 4);
        var seed = BenchOption.Number("--seed", "Chooses the sessions", 1);
        var command = new Command("soak", "Run random sessions for some minutes and say whether the process grows") { minutes, clients, seed };
        var servers = ServerOptions.AddTo(command, takesUrls: false);
        command.SetAction(async (parsed, _) =>
        {
            var (length, count) = (parsed.GetValue(minutes), parsed.GetValue(clients));
            if (length is not (> 0 and <= MostMinutes) || count < 1)
                return terminal.Fail($"--minutes must be above 0 and at most {MostMinutes:0}, --clients at least 1.");
            return await BenchRun.WithServersAsync(servers, parsed, terminal, stop, loadModel, all =>
                RunAsync(all, TimeSpan.FromMinutes(length), count, parsed.GetValue(seed), terminal, stop.Finish));
        });
        return command;
    }

    private static async Task<int> RunAsync(
        BenchServers servers, TimeSpan length, int clients, int seed, Terminal terminal, CancellationToken cancellation)
    {
        var server = servers.All[0];
        RandomSessions sessions = new(server, await Calibration.TextsAsync(server, seed, cancellation), servers.OwnWindow ?? int.MaxValue, clients);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var work = sessions.RunAsync(end.Token);
        var samples = await WatchAsync(terminal, sessions, work, length, cancellation);
        if (work.IsCompleted)
            await work;
        await end.CancelAsync();
        try
        {
            await work;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException && !cancellation.IsCancellationRequested)
        {
            // The time is up; what still ran was hung up on.
        }

        cancellation.ThrowIfCancellationRequested();
        terminal.Out.WriteLine(MemorySlope.OfSecondHalf(samples) is { } slope
            ? string.Create(CultureInfo.InvariantCulture, $"resident memory over the second half: {slope:+0.000;-0.000} MB/min")
            : "Too short for a slope.");
        return ExitCodes.Success;
    }

    /// <summary>Samples until the time is up or the work failed. The process holds the server and its clients.</summary>
    private static async Task<IReadOnlyList<MemorySample>> WatchAsync(
        Terminal terminal, RandomSessions sessions, Task work, TimeSpan length, CancellationToken cancellation)
    {
        List<MemorySample> samples = [];
        var start = terminal.Time.GetTimestamp();
        while (!work.IsCompleted && length - terminal.Time.GetElapsedTime(start) is var left && left > Rest)
        {
            await Task.WhenAny(work, Task.Delay(left < Interval ? left : Interval, terminal.Time, cancellation));
            cancellation.ThrowIfCancellationRequested();
            MemorySample sample = new(terminal.Time.GetElapsedTime(start), Environment.WorkingSet / BytesPerMegabyte);
            samples.Add(sample);
            terminal.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{sample.At.TotalSeconds,7:0} s  resident {sample.ResidentMegabytes,8:0.0} MB  managed {GC.GetTotalMemory(forceFullCollection: false) / BytesPerMegabyte,7:0.0} MB  {sessions.Done} done  {sessions.HungUp} hung up"));
        }

        return samples;
    }
}
