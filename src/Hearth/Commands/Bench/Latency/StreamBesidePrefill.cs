using Hearth.Commands.Bench.Servers;

namespace Hearth.Commands.Bench.Latency;

/// <summary>The gaps between the tokens of one stream, alone and while another client's long prompts prefill.</summary>
internal static class StreamBesidePrefill
{
    /// <summary>A model that ends its answers at once would go on for ever.</summary>
    private const int MostStreams = 64;

    public static async Task<IReadOnlyList<Figure>> MeasureAsync(LatencyProbe probe)
    {
        var alone = await GapsAsync(probe, "alone");
        List<double> beside;
        await using (new BackgroundAsk(hangUp => PrefillAsync(probe, hangUp), probe.Cancellation))
            beside = await GapsAsync(probe, "beside");
        await probe.AskTinyAsync("rest after streams");
        return [
            new("stream alone: gap p50, ms", Quantiles.At(alone, 0.5)),
            new("stream alone: gap p99, ms", Quantiles.At(alone, 0.99)),
            new("stream beside a prefill: gap p50, ms", Quantiles.At(beside, 0.5)),
            new("stream beside a prefill: gap p99, ms", Quantiles.At(beside, 0.99)),
        ];
    }

    private static async Task<List<double>> GapsAsync(LatencyProbe probe, string label)
    {
        List<double> gaps = [];
        for (var stream = 0; stream < MostStreams && gaps.Count < probe.Plan.Gaps; stream++)
        {
            var conversation = Conversation.Begin(null, $"stream {label} {stream}")
                .Say($"Write a long story about {probe.Texts.Words($"{label} {stream}", 2)}");
            gaps.AddRange((await probe.Server.AskAsync(conversation, probe.Plan.Gaps + 1, probe.Cancellation)).GapsMs);
        }

        return gaps;
    }

    /// <summary>One new long prompt after the other.</summary>
    private static async Task PrefillAsync(LatencyProbe probe, CancellationToken hangUp)
    {
        for (var i = 0; !hangUp.IsCancellationRequested; i++)
        {
            var prompt = Conversation.Begin(null, "other").Say(probe.Texts.Tokens($"other {i}", probe.Plan.History));
            await probe.Server.AskAsync(prompt, 1, hangUp);
        }
    }
}
