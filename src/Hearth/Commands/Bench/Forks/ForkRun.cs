using Hearth.Engine;
using LocalEngine = Hearth.Engine.Engine;

namespace Hearth.Commands.Bench.Forks;

/// <summary>One answer on a branch of a conversation.</summary>
/// <param name="Prefilled">Prompt tokens that were computed for it.</param>
/// <param name="Arrivals">When each token arrived, on the clock that all branches share.</param>
/// <param name="Tokens">The answer.</param>
internal sealed record ForkRun(int Prefilled, IReadOnlyList<TimeSpan> Arrivals, IReadOnlyList<int> Tokens)
{
    /// <summary>Asks the engine greedily; cancelling frees what the request holds.</summary>
    public static async Task<ForkRun> RunAsync(
        LocalEngine engine, int[] prompt, int answerTokens, string session, TimeProvider time, long origin, CancellationToken cancellation)
    {
        GenerationRequest request = new(prompt, answerTokens, SamplingSettings.Greedy) { Session = session };
        if (engine.Submit(request) is not Submission.Accepted { Generation: var generation })
            throw new IOException("The engine refused a branch.");
        using (generation)
        {
            List<TimeSpan> arrivals = [];
            List<int> tokens = [];
            await foreach (var item in generation.Events.ReadAllAsync(cancellation))
            {
                switch (item)
                {
                    case TokenGenerated token:
                        tokens.Add(token.Token);
                        arrivals.Add(time.GetElapsedTime(origin));
                        break;
                    case GenerationFinished { Stats: var stats }:
                        return new ForkRun(stats.PromptTokens - stats.Prefix.ReusedTokens, arrivals, tokens);
                    case GenerationFailed failed:
                        throw new IOException(failed.Message);
                }
            }
        }

        throw new IOException("The engine's answer broke off.");
    }
}

/// <summary>How fast some branches decode together.</summary>
internal static class ForkSpeed
{
    /// <summary>
    /// Tokens per second of all branches while every one of them decodes: from the moment the last of them has its first token until
    /// the first of them has its last. Null where they never all decode at once.
    /// </summary>
    public static double? Together(IReadOnlyList<ForkRun> runs)
    {
        if (runs.Any(r => r.Arrivals.Count < 2))
            return null;
        var (from, to) = (runs.Max(r => r.Arrivals[0]), runs.Min(r => r.Arrivals[^1]));
        var tokens = runs.Sum(r => r.Arrivals.Count(a => a > from && a <= to));
        return to > from && tokens > 0 ? tokens / (to - from).TotalSeconds : null;
    }

    /// <summary>Tokens per second of all branches from their submission to the last token.</summary>
    public static double? Whole(IReadOnlyList<ForkRun> runs)
    {
        var tokens = runs.Sum(r => r.Arrivals.Count);
        return tokens == 0 ? null : tokens / runs.SelectMany(r => r.Arrivals).Max().TotalSeconds;
    }
}
