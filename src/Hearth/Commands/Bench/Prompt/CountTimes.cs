using Hearth.Commands.Bench.Latency;
using Hearth.Commands.Bench.Servers;

namespace Hearth.Commands.Bench.Prompt;

/// <summary><c>count_tokens</c> over HTTP: alone, and many at once beside a stream.</summary>
internal sealed class CountTimes(MessagesClient server, PromptPlan plan, TimeProvider time, CancellationToken cancellation)
{
    /// <summary>The last count of <paramref name="bodies"/> and the times of all but the first, which is cold.</summary>
    public async Task<IReadOnlyList<Figure>> MeasureAsync(IReadOnlyList<byte[]> bodies)
    {
        List<double> times = [];
        var tokens = 0;
        foreach (var body in bodies)
        {
            var start = time.GetTimestamp();
            tokens = await server.CountAsync(body, cancellation);
            times.Add(time.GetElapsedTime(start).TotalMilliseconds);
        }

        return [
            new("count_tokens: tokens", tokens, "0"),
            new("count_tokens cold, ms", times[0]),
            new("count_tokens warm p50, ms", Quantiles.At(times.Skip(1), 0.5)),
            new("count_tokens warm p95, ms", Quantiles.At(times.Skip(1), 0.95)),
        ];
    }

    /// <summary>Pairs of streams, one alone and one beside a burst of counts.</summary>
    public async Task<IReadOnlyList<Figure>> MeasureBesideStreamAsync(byte[] body)
    {
        List<double> alone = [];
        List<double> beside = [];
        List<double> slower = [];
        List<double> bursts = [];
        for (var pair = -1; pair < plan.Pairs; pair++)
        {
            var first = await StreamAsync($"alone {pair}", null);
            var second = await StreamAsync($"beside {pair}", () => BurstAsync(body, bursts));

            // The first pair warms up.
            if (pair < 0)
                continue;
            alone.AddRange(first.GapsMs);
            beside.AddRange(second.GapsMs);
            slower.Add(second.GapsMs.Average() / first.GapsMs.Average());
        }

        return [
            new($"{plan.Counts} counts at once, all answered after, ms", Quantiles.At(bursts.Skip(1), 0.5)),
            new("stream alone: gap p50, ms", Quantiles.At(alone, 0.5)),
            new("stream alone: gap p99, ms", Quantiles.At(alone, 0.99)),
            new("stream beside the counts: gap p50, ms", Quantiles.At(beside, 0.5)),
            new("stream beside the counts: gap p99, ms", Quantiles.At(beside, 0.99)),
            new("whole stream beside the counts / alone, median of pairs", Quantiles.At(slower, 0.5), "0.000"),
        ];
    }

    /// <summary>A stream; the burst begins with its first token and has ended when this returns.</summary>
    private async Task<Reply> StreamAsync(string label, Func<Task>? burst)
    {
        var running = Task.CompletedTask;
        var conversation = Conversation.Begin(null, $"stream {label}").Say($"Write a long story about {label}");
        var reply = await server.AskAsync(conversation, plan.Gaps + 1, cancellation, () =>
        {
            if (burst is not null)
                running = Task.Run(burst, cancellation);
            burst = null;
        });
        await running;
        return reply.Arrivals.Count > 1 ? reply : throw new IOException($"{server.Name}: an answer of less than two tokens has no gaps.");
    }

    private async Task BurstAsync(byte[] body, List<double> bursts)
    {
        var start = time.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, plan.Counts).Select(_ => server.CountAsync(body, cancellation)));
        bursts.Add(time.GetElapsedTime(start).TotalMilliseconds);
    }
}
