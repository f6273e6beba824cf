using Hearth.Engine;
using LocalEngine = Hearth.Engine.Engine;

namespace Hearth.Commands.Bench;

/// <summary>One greedy answer of the engine, timed where its caller stands.</summary>
internal sealed class EngineRun(LocalEngine engine, TimeProvider time)
{
    public async Task<RunResult> RunAsync(int[] prompt, int answerTokens)
    {
        var start = time.GetTimestamp();
        var submission = engine.Submit(new GenerationRequest(prompt, answerTokens, SamplingSettings.Greedy));
        using var generation = ((Submission.Accepted)submission).Generation;
        List<int> tokens = [];
        var (first, last) = (start, start);
        await foreach (var item in generation.Events.ReadAllAsync())
        {
            if (item is not TokenGenerated token)
                continue;
            tokens.Add(token.Token);
            last = time.GetTimestamp();
            if (tokens.Count == 1)
                first = last;
        }

        return new RunResult(time.GetElapsedTime(start, first), time.GetElapsedTime(first, last), tokens);
    }
}
