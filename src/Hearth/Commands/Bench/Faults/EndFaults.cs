using System.Net.Sockets;
using Hearth.Commands.Bench.Servers;

namespace Hearth.Commands.Bench.Faults;

/// <summary>Ends of the process: sudden, and asked for.</summary>
internal static class EndFaults
{
    private const int Kills = 4;
    private const int MostMsBeforeKill = 500;
    private const int Streams = 40;
    private const int Wholes = 8;
    private const int LongAnswer = 4000;

    /// <summary>Tokens of a pool that takes so long to make that a signal comes before it is ready; half of it where the memory has no room for it.</summary>
    private const int LargePool = 400_000;
    private const int LeastPool = 50_000;

    /// <summary>Seconds in which a signal is obeyed that comes while a model loads.</summary>
    private const double LongestInterruption = 1;

    public static IReadOnlyList<Fault> All { get; } =
    [
        new("kill -9 while files are written", "answers as without the disk, everything whole; of what was being written a temporary file at most, which goes after ten minutes", KillAsync),
        new("SIGTERM in mid-answer", "exit 0 after the grace; one terminal event or a refusal each; 503 to new requests", s => StopAsync(s, again: false)),
        new("two SIGTERMs in mid-answer", "exit 0 at once; one terminal event or a refusal each", s => StopAsync(s, again: true)),
        new("SIGTERM while the model loads", "exit 0 within 1 s", StopLoadingAsync),
    ];

    private static async Task<FaultOutcome> KillAsync(FaultScene scene)
    {
        for (var round = 0; round < Kills; round++)
        {
            var server = await scene.StartAsync();
            await scene.CompareAsync(server);
            var busy = Task.WhenAll(Enumerable.Range(0, 4).Select(i => scene.AskAsync(server, $"round {round} {i}")));
            await Task.Delay(TimeSpan.FromMilliseconds(scene.Random.Next(MostMsBeforeKill)), scene.Time, scene.Cancellation);
            server.Signal("KILL");
            await busy;
            await server.WaitForEndAsync(FaultScene.LongestEnd, scene.Cancellation);
        }

        var last = await scene.StartAsync();
        var compared = await scene.CompareAsync(last);
        var (isClean, end) = await scene.EndAsync(last);
        var temporary = scene.Files("*.tmp").Count;
        var verified = await scene.RunAsync("cache", "verify");
        return FaultOutcome.Judge(
            compared.IsWhole && isClean && temporary <= Kills && verified.Contains("intact, 0 not", StringComparison.Ordinal),
            $"{Kills} kills, {compared}, {temporary} temporary files, {verified.Split(", in ")[0]}, {end}");
    }

    private static async Task<FaultOutcome> StopAsync(FaultScene scene, bool again)
    {
        var server = await scene.StartAsync();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(scene.Cancellation);
        enough.CancelAfter(FaultScene.LongestEnd * 2);
        var asks = Enumerable.Range(0, Streams + Wholes).Select(i => ReadAsync(scene, server, $"last {i}", isStreamed: i < Streams, enough.Token)).ToList();
        await Task.WhenAny(asks[0], Task.Delay(TimeSpan.FromSeconds(1), scene.Time, scene.Cancellation));
        var unfinished = asks.Count(a => !a.IsCompleted);
        var start = scene.Time.GetTimestamp();
        server.Signal("TERM");
        var late = again ? null : await scene.AskAsync(server, "too late", words: 4, answerTokens: 1);
        if (again)
            server.Signal("TERM");
        if (await server.WaitForEndAsync(FaultScene.LongestEnd, scene.Cancellation) is null)
            return FaultOutcome.Judge(false, $"still there {scene.Time.GetElapsedTime(start).TotalSeconds:0} s after SIGTERM");
        var seconds = scene.Time.GetElapsedTime(start).TotalSeconds;
        var answers = await Task.WhenAll(asks);
        var cut = answers.Count(a => a is null);
        var wrong = answers.Select(a => a?.Fault()).FirstOrDefault(f => f is not null);
        var isSoon = !again || seconds < 3;
        var isRefused = again || late!.Fault == "status 503";
        return FaultOutcome.Judge(
            cut == 0 && wrong is null && server.ExitCode == 0 && isSoon && isRefused && unfinished > 0,
            $"{unfinished} of {answers.Length} unfinished at the signal, {cut} cut{(wrong is null ? "" : $" ({wrong})")}, exit {server.ExitCode} after "
            + $"{TextTable.Cell(seconds, "0.0")} s{(late is null ? "" : $", a new request: {late.Fault ?? "answered"}")}");
    }

    private static async Task<HttpAnswer?> ReadAsync(FaultScene scene, ServerProcess server, string label, bool isStreamed, CancellationToken enough)
    {
        try
        {
            using var connection = await RawConnection.OpenAsync(server.Address, enough);
            await connection.SendAsync(scene.Request(label, 200, LongAnswer, isStreamed), enough);
            await connection.ReceiveAllAsync(enough);
            return connection.Answer;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private static async Task<FaultOutcome> StopLoadingAsync(FaultScene scene)
    {
        for (var pool = LargePool; pool >= LeastPool; pool /= 2)
        {
            var server = scene.Begin("--context", "1024", "--pool", $"{pool}");
            for (var waited = 0; !server.Log.Contains("making the context", StringComparison.Ordinal) && waited < 1000 && !server.HasEnded; waited++)
                await Task.Delay(TimeSpan.FromMilliseconds(10), scene.Time, scene.Cancellation);
            if (server.HasEnded)
                continue;
            if (server.Log.Contains("is ready", StringComparison.Ordinal))
                return FaultOutcome.Skip("the model was there before a signal could be sent");
            server.Signal("TERM");
            var seconds = await server.WaitForEndAsync(FaultScene.LongestEnd * 4, scene.Cancellation);
            return FaultOutcome.Judge(
                seconds <= LongestInterruption && server.ExitCode == 0, $"pool of {pool} tokens, exit {server.ExitCode} after {TextTable.Cell(seconds, "0.0")} s");
        }

        return FaultOutcome.Skip("the memory has no room for a pool that takes long to make");
    }
}
