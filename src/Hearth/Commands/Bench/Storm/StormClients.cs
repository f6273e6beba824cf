using System.Net.Sockets;
using Hearth.Commands.Bench.Servers;

namespace Hearth.Commands.Bench.Storm;

/// <summary>Clients that leave in the middle, and bursts of those that stay.</summary>
internal sealed class StormClients(Uri address, StormPlan plan, TimeProvider time, CancellationToken cancellation)
{
    private const string Path = "/v1/messages";
    private const double Temperature = 1;
    private const int BurstWords = 20;
    private const int BurstAnswerTokens = 8;

    /// <summary>Longest that a client of a hang-up waits for its moment; then it leaves too.</summary>
    private static readonly TimeSpan LongestStay = TimeSpan.FromSeconds(2);

    /// <summary>Longest that a burst may take: a queue's worth of requests on a slow machine.</summary>
    private static readonly TimeSpan LongestBurst = TimeSpan.FromMinutes(5);

    private readonly PromptBodies _bodies = new(plan.Seed);

    /// <summary>Plays some hang-ups, several at once.</summary>
    public async Task<StormTally> HangUpAsync(IReadOnlyList<HangUp> moves, int first)
    {
        StormTally tally = new();
        ParallelOptions options = new() { MaxDegreeOfParallelism = plan.AtOnce, CancellationToken = cancellation };
        await Parallel.ForEachAsync(moves.Index(), options, async (move, _) => await PlayAsync(move.Item, $"guest {first + move.Index}", tally));
        return tally;
    }

    /// <summary>So many whole requests at once, streamed and not.</summary>
    public async Task<StormTally> BurstAsync(int size)
    {
        StormTally tally = new();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        enough.CancelAfter(LongestBurst);
        await Task.WhenAll(Enumerable.Range(0, size).Select(i => AskAsync(
            _bodies.Of($"burst {size} {i}", BurstWords, BurstAnswerTokens, i % 2 == 0, Temperature), tally, enough.Token)));
        return tally;
    }

    private async Task AskAsync(byte[] body, StormTally tally, CancellationToken enough)
    {
        try
        {
            using var connection = await RawConnection.OpenAsync(address, enough);
            await connection.SendAsync(RawConnection.Post(Path, body), enough);
            await connection.ReceiveAllAsync(enough);
            tally.AddAnswer(connection.Answer);
        }
        catch (SocketException)
        {
            tally.AddAnswer(null);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            tally.AddUnanswered();
        }
    }

    private async Task PlayAsync(HangUp move, string label, StormTally tally)
    {
        var request = RawConnection.Post(Path, _bodies.Of(label, move.Words, plan.AnswerTokens, move.IsStreamed, Temperature));
        try
        {
            using var connection = await RawConnection.OpenAsync(address, cancellation);
            var hasAnswer = await StayAsync(connection, move, request);
            if (move.BreaksOff)
                connection.BreakOff();
            if (hasAnswer)
                tally.AddAnswer(connection.Answer);
            else
                tally.AddLeft();
        }
        catch (SocketException)
        {
            tally.AddAnswer(null);
        }
    }

    /// <summary>True when the server ended the connection before the client left.</summary>
    private async Task<bool> StayAsync(RawConnection connection, HangUp move, byte[] request)
    {
        var sent = move.Moment switch
        {
            HangUpMoment.HalfHead => request.AsMemory(0, 60),
            HangUpMoment.HalfBody => request.AsMemory(0, request.Length - 20),
            _ => request,
        };
        await connection.SendAsync(sent, cancellation);
        if (move.Moment is HangUpMoment.HalfHead or HangUpMoment.HalfBody or HangUpMoment.BeforeHeaders)
        {
            await Task.Delay(move.Patience, time, cancellation);
            return false;
        }

        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        leaving.CancelAfter(LongestStay);
        try
        {
            if (!await connection.ReceiveAsync(leaving.Token))
                return true;
            leaving.CancelAfter(move.Patience);
            if (move.Moment == HangUpMoment.MidStream)
            {
                await connection.ReceiveAllAsync(leaving.Token);
                return true;
            }

            await Task.Delay(Timeout.InfiniteTimeSpan, time, leaving.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // The moment has come.
        }

        return false;
    }
}
