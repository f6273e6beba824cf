using System.Net.Sockets;
using Hearth.Commands.Bench.Servers;

namespace Hearth.Commands.Bench.Fuzz;

/// <summary>What became of one request.</summary>
/// <param name="Status">The answer's; null without a whole answer.</param>
/// <param name="Fault">The promise that it breaks in one sentence, or null.</param>
/// <param name="Took">From the first byte sent to the last one received.</param>
internal sealed record FuzzOutcome(int? Status, string? Fault, TimeSpan Took)
{
    public byte[] Answer { get; init; } = [];
}

/// <summary>Sends hostile requests and judges their answers.</summary>
internal sealed class FuzzProbe(Uri address, TimeSpan limit, TimeProvider time)
{
    /// <summary>How much longer than the limit is waited for, to tell slow from never.</summary>
    private const int Patience = 4;

    public async Task<FuzzOutcome> SendAsync(FuzzCase item, CancellationToken cancellation)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        enough.CancelAfter(limit * Patience);
        var start = time.GetTimestamp();
        try
        {
            using var connection = await RawConnection.OpenAsync(address, enough.Token);
            await SendAsync(connection, item.Bytes, enough.Token);
            await connection.ReceiveAllAsync(enough.Token);
            var took = time.GetElapsedTime(start);
            if (connection.Answer is not { } answer)
                return new FuzzOutcome(null, $"no whole answer: {connection.Received} bytes", took);
            var fault = answer.Fault() ?? (took > limit ? $"slower than {limit.TotalSeconds:0} s" : null);
            return new FuzzOutcome(answer.Status, fault, took) { Answer = answer.Body };
        }
        catch (SocketException e)
        {
            return new FuzzOutcome(null, $"no connection: {e.SocketErrorCode}", time.GetElapsedTime(start));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new FuzzOutcome(null, $"no answer within {(limit * Patience).TotalSeconds:0} s", time.GetElapsedTime(start));
        }
    }

    /// <summary>A server may answer and close before it has read everything; what it said is still there.</summary>
    private static async Task SendAsync(RawConnection connection, byte[] bytes, CancellationToken cancellation)
    {
        try
        {
            await connection.SendAsync(bytes, cancellation);
        }
        catch (SocketException)
        {
            // The answer tells.
        }
    }
}
