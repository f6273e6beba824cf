using Hearth.Commands.Bench.Servers;

namespace Hearth.Commands.Bench.Faults;

/// <summary>What the process stands on: memory, descriptors, standard output and error.</summary>
internal static class ProcessFaults
{
    private const long MemoryBytes = 300L << 20;

    /// <summary>More than an idle server has descriptors left for under the lowest limit that it starts with; each takes one.</summary>
    private const int IdleConnections = 400;

    /// <summary>Enough lines to fill any pipe.</summary>
    private const int LoggedRequests = 1000;

    public static IReadOnlyList<Fault> All { get; } =
    [
        new("a memory limit of 300 MB", "starts within it or refuses in one sentence; nothing is killed", LimitMemoryAsync),
        new("more connections than descriptors", "accepting stops, the server lives and answers afterwards", LimitDescriptorsAsync),
        new("standard output is full", "starts, answers, exit 0", s => OutputAsync(s, "exec >/dev/full")),
        new("standard output is closed", "starts, answers, exit 0", s => OutputAsync(s, "exec >&-")),
        new("standard error is full", "starts, answers, exit 0", s => OutputAsync(s, "exec 2>/dev/full")),
        new("standard error is closed", "starts, answers, exit 0", s => OutputAsync(s, "exec 2>&-")),
        new("nobody reads standard error", "answers, exit 0", s => OutputAsync(s, $"mkfifo '{s.Folder}/pipe'; exec 2<>'{s.Folder}/pipe'")),
        new("the log's disk fills up", "answers, exit 0", FillLogAsync),
    ];

    private static async Task<FaultOutcome> LimitMemoryAsync(FaultScene scene)
    {
        var (group, why) = FaultMachine.MemoryGroup(scene, MemoryBytes);
        if (group is null)
            return FaultOutcome.Skip(why!);
        var server = await scene.StartAsync(FaultMachine.Enter(group));
        var compared = await scene.CompareAsync(server);
        var many = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => scene.AskAsync(server, $"many {i}", words: 200)));
        var kills = FaultMachine.OutOfMemoryKills(group);
        var (isClean, end) = await scene.EndAsync(server);
        return FaultOutcome.Judge(
            compared.IsWhole && many.All(a => a.Text is not null) && kills == 0 && isClean,
            $"{compared}, {many.Count(a => a.Text is not null)} of {many.Length} at once, {kills} kills, {end}");
    }

    private static async Task<FaultOutcome> LimitDescriptorsAsync(FaultScene scene)
    {
        // The limit stands from the start, as a shell or a service manager sets it.
        var server = await scene.StartAsync($"ulimit -n {OpenFiles.Least}");
        List<RawConnection> idle = [];
        try
        {
            for (var i = 0; i < IdleConnections && !server.HasEnded; i++)
            {
                var connection = await RawConnection.OpenAsync(server.Address, scene.Cancellation);
                idle.Add(connection);
                await connection.SendAsync("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), scene.Cancellation);
            }
        }
        catch (System.Net.Sockets.SocketException)
        {
            // Refused connections are what is to be expected; whether the server lives is what counts.
        }

        await Task.Delay(TimeSpan.FromSeconds(1), scene.Time, scene.Cancellation);
        idle.ForEach(c => c.Dispose());
        if (server.HasEnded)
            return FaultOutcome.Judge(false, $"{idle.Count} connections, exit {server.ExitCode}: {server.LastLine}");
        var compared = await scene.CompareAsync(server);
        var (isClean, end) = await scene.EndAsync(server);
        return FaultOutcome.Judge(compared.IsWhole && isClean, $"{idle.Count} connections, then {compared}, {end}");
    }

    private static async Task<FaultOutcome> OutputAsync(FaultScene scene, string redirection)
    {
        var server = await scene.StartAsync(redirection);
        var compared = await scene.CompareAsync(server);
        using HttpClient client = new() { BaseAddress = server.Address, Timeout = TimeSpan.FromSeconds(10) };
        var logged = 0;
        for (; logged < LoggedRequests && !server.HasEnded; logged++)
            (await client.GetAsync(new Uri("/v1/models", UriKind.Relative), scene.Cancellation)).Dispose();
        var (isClean, end) = await scene.EndAsync(server);
        return FaultOutcome.Judge(compared.IsWhole && isClean, $"{compared}, {logged} lines, {end}");
    }

    private static Task<FaultOutcome> FillLogAsync(FaultScene scene)
    {
        var mount = Path.Combine(scene.Folder, "logs");
        return FaultMachine.Mount(scene, mount, "64k") is { } why
            ? Task.FromResult(FaultOutcome.Skip(why))
            : OutputAsync(scene, $"exec 2>'{mount}/log'");
    }
}
