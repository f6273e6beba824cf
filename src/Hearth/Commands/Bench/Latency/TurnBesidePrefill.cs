using Hearth.Commands.Bench.Servers;

namespace Hearth.Commands.Bench.Latency;

/// <summary>
/// The main conversation's next turn, its history known to the server, alone and while a sub-agent prefills a prompt as long. Every
/// run branches off the same history.
/// </summary>
internal static class TurnBesidePrefill
{
    /// <summary>When the turn comes, as a share of the time that the prefill takes.</summary>
    private const double PrefillShare = 0.1;

    /// <returns>The figures, and how long a prefill of the history takes.</returns>
    public static async Task<(IReadOnlyList<Figure> Figures, TimeSpan Prefill)> MeasureAsync(LatencyProbe probe)
    {
        var stepsBefore = (await probe.Server.BooksAsync(probe.Cancellation))?.Steps;
        var said = Conversation.Begin(null, "main").Say(probe.Texts.Tokens("history", probe.Plan.History));
        var first = await probe.Server.AskAsync(said, 1, probe.Cancellation);
        var steps = (await probe.Server.BooksAsync(probe.Cancellation))?.Steps - stepsBefore;
        var main = said.Hear(first.Text);

        List<(double Alone, double Beside)> pairs = [];
        var overlapped = 0;
        for (var pair = 0; pair < probe.Plan.Pairs; pair++)
        {
            var early = pair % 2 == 0 ? await TurnAsync(probe, main, $"alone {pair}") : 0;
            await using (var agent = probe.StartPrefill($"sub-agent {pair}"))
            {
                await probe.WaitAsync(first.FirstToken * PrefillShare);
                var beside = await TurnAsync(probe, main, $"beside {pair}");
                overlapped += agent.IsRunning ? 1 : 0;
                pairs.Add((early, beside));
            }

            await probe.AskTinyAsync($"rest {pair}");
            if (pair % 2 != 0)
                pairs[^1] = pairs[^1] with { Alone = await TurnAsync(probe, main, $"alone {pair}") };
        }

        return ([
            new("prefill of the history, ms", first.FirstToken.TotalMilliseconds, "0"),
            new("step of that prefill, ms", steps is > 0 ? first.FirstToken.TotalMilliseconds / steps : null),
            new("turn alone: first token p50, ms", Quantiles.At(pairs.Select(p => p.Alone), 0.5)),
            new("turn beside a prefill: first token p50, ms", Quantiles.At(pairs.Select(p => p.Beside), 0.5)),
            new("turn beside / alone, median of pairs", Quantiles.At(pairs.Select(p => p.Beside / p.Alone), 0.5), "0.00"),
            new("pairs whose prefill lasted longer than the turn", overlapped, "0"),
        ], first.FirstToken);
    }

    private static async Task<double> TurnAsync(LatencyProbe probe, Conversation main, string label)
    {
        var reply = await probe.Server.AskAsync(main.Say(probe.Texts.Tokens(label, probe.Plan.Text)), 1, probe.Cancellation);
        return reply.FirstToken.TotalMilliseconds;
    }
}
