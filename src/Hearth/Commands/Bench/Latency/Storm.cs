using System.Net.Sockets;
using Hearth.Commands.Bench.Servers;

namespace Hearth.Commands.Bench.Latency;

/// <summary>What a client of the storm does.</summary>
internal enum StormKind
{
    Connect,
    HalfRequest,
    HangUpLater,
    HangUpAtFirstToken,
    Finish,
}

/// <summary>One client of the storm.</summary>
internal sealed record StormMove(StormKind Kind, int PromptTokens, int AnswerTokens, TimeSpan Patience)
{
    private const int MostPromptTokens = 200;
    private const int MostAnswerTokens = 8;
    private const int MostPatienceMs = 300;

    /// <summary>The same moves for the same seed.</summary>
    public static IReadOnlyList<StormMove> Plan(int seed, int count)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => new StormMove(
            (StormKind)random.Next((int)StormKind.Finish + 1), random.Next(1, MostPromptTokens + 1), random.Next(1, MostAnswerTokens + 1),
            TimeSpan.FromMilliseconds(random.Next(MostPatienceMs))))];
    }
}

/// <summary>
/// Clients that connect, cancel and leave at random moments, several at once; then whether the server is as fast as before and holds
/// nothing for any of them.
/// </summary>
internal static class Storm
{
    private const int AtOnce = 24;
    private const int SpeedRuns = 5;
    private const int SpeedPromptTokens = 200;
    private const int SpeedAnswerTokens = 32;

    /// <returns>The figures, and the books afterwards: null where the server keeps none for others to read.</returns>
    public static async Task<(IReadOnlyList<Figure> Figures, EngineBooks? Books)> MeasureAsync(LatencyProbe probe)
    {
        var before = await SpeedAsync(probe);
        var moves = StormMove.Plan(probe.Plan.Seed, probe.Plan.Storm);
        var refused = 0;
        ParallelOptions options = new() { MaxDegreeOfParallelism = AtOnce, CancellationToken = probe.Cancellation };
        await Parallel.ForEachAsync(Enumerable.Range(0, moves.Count), options, async (i, _) =>
        {
            if (!await PlayAsync(probe, moves[i], i))
                Interlocked.Increment(ref refused);
        });
        var (books, idle) = await probe.WaitForIdleAsync();
        var after = await SpeedAsync(probe);
        return ([
            new("storm: clients", moves.Count, "0"),
            new("storm: refused", refused, "0"),
            new("storm: to an idle engine, ms", idle),
            new("storm: a request before p50, ms", before),
            new("storm: the same after p50, ms", after),
            new("storm: after / before", ServerTable.Ratio(before, after), "0.00"),
        ], books);
    }

    /// <summary>Milliseconds of the same request, warm.</summary>
    private static async Task<double?> SpeedAsync(LatencyProbe probe)
    {
        List<double> times = [];
        var conversation = Conversation.Begin(null, "speed").Say(probe.Texts.Tokens("speed", SpeedPromptTokens));
        for (var run = 0; run <= SpeedRuns; run++)
        {
            var reply = await probe.Server.AskAsync(conversation, SpeedAnswerTokens, probe.Cancellation);
            if (run > 0)
                times.Add(reply.Total.TotalMilliseconds);
        }

        return Quantiles.At(times, 0.5);
    }

    /// <summary>False when the server refused.</summary>
    private static async Task<bool> PlayAsync(LatencyProbe probe, StormMove move, int index)
    {
        if (move.Kind is StormKind.Connect or StormKind.HalfRequest)
        {
            await ConnectAsync(probe, move);
            return true;
        }

        using var hangUp = CancellationTokenSource.CreateLinkedTokenSource(probe.Cancellation);
        if (move.Kind == StormKind.HangUpLater)
            hangUp.CancelAfter(move.Patience);
        var conversation = Conversation.Begin(null, $"storm {index}").Say(probe.Texts.Tokens($"storm {index}", move.PromptTokens));
        try
        {
            await probe.Server.AskAsync(
                conversation, move.AnswerTokens, hangUp.Token, move.Kind == StormKind.HangUpAtFirstToken ? hangUp.Cancel : null);
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException && !probe.Cancellation.IsCancellationRequested)
        {
            return true;
        }
    }

    private static async Task ConnectAsync(LatencyProbe probe, StormMove move)
    {
        using TcpClient client = new();
        await client.ConnectAsync(probe.Server.Address.Host, probe.Server.Address.Port, probe.Cancellation);
        if (move.Kind == StormKind.HalfRequest)
        {
            var half = "POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"max_tok"u8;
            await client.GetStream().WriteAsync(half.ToArray(), probe.Cancellation);
        }

        await probe.WaitAsync(move.Patience);
    }
}
