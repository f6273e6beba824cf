namespace Hearth.Commands.Bench.Latency;

/// <summary>How soon a server is free again when a client hangs up in the middle of a long prefill.</summary>
internal static class CancelToIdle
{
    /// <summary>When the client hangs up, as a share of the time that the prefill takes.</summary>
    private const double PrefillShare = 0.5;

    public static async Task<IReadOnlyList<Figure>> MeasureAsync(LatencyProbe probe, TimeSpan prefill)
    {
        List<double> alone = [];
        List<double> after = [];
        List<double> idle = [];
        for (var run = 0; run < probe.Plan.Pairs; run++)
        {
            alone.Add((await probe.AskTinyAsync($"tiny alone {run}")).FirstToken.TotalMilliseconds);
            await HangUpAsync(probe, prefill, $"cancelled for a request {run}");
            after.Add((await probe.AskTinyAsync($"tiny after {run}")).FirstToken.TotalMilliseconds);
            await HangUpAsync(probe, prefill, $"cancelled for rest {run}");
            if ((await probe.WaitForIdleAsync()).Milliseconds is { } milliseconds)
                idle.Add(milliseconds);
        }

        return [
            new("tiny request alone: first token p50, ms", Quantiles.At(alone, 0.5)),
            new("tiny request after a hang-up: first token p50, ms", Quantiles.At(after, 0.5)),
            new("hang-up to an idle engine p50, ms", Quantiles.At(idle, 0.5)),
        ];
    }

    private static async Task HangUpAsync(LatencyProbe probe, TimeSpan prefill, string label)
    {
        await using (probe.StartPrefill(label))
            await probe.WaitAsync(prefill * PrefillShare);
    }
}
