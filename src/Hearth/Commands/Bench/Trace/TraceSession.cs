using Hearth.Engine;
using Hearth.Engine.Simulation;

namespace Hearth.Commands.Bench.Trace;

/// <summary>
/// Plays one recorded session against a simulated engine, a request after the other, and counts what was computed twice and why. Tokens are
/// made up so that equal blocks are equal and everything else is different.
/// </summary>
internal sealed class TraceSession(TraceFile trace, int number, EngineSimulation engine)
{
    private readonly HashSet<int> _seen = [];
    private int _next;
    private int _fresh;
    private (TracedRequest Request, SimulatedRequest Run, int NewTokens, int KnownPrefix)? _running;

    /// <summary>What the session cost so far.</summary>
    public TraceCount Count { get; private set; } = new(trace.Name, 0, 0, 0, 0, 0, 0, 0);

    /// <summary>When the next request is due, in seconds; null when there is none or one is running.</summary>
    public double? NextDue => _running is null && _next < trace.Requests.Count ? trace.Requests[_next].Time : null;

    /// <summary>Takes note of a finished request and sends the next one when it is due.</summary>
    public void Advance()
    {
        if (_running is { Run.IsDone: true } running)
        {
            Count = Count.With(running.Request.InputTokens, running.NewTokens, running.KnownPrefix, running.Run);
            _running = null;
        }

        if (NextDue <= engine.Now)
            Send(trace.Requests[_next++]);
    }

    private void Send(TracedRequest request)
    {
        var unseen = request.Blocks.Where(b => !_seen.Contains(b)).Distinct().Count();
        var known = request.Blocks.TakeWhile(_seen.Contains).Count() * trace.BlockTokens;
        var rest = request.InputTokens - (request.Blocks.Count * trace.BlockTokens);
        List<int> prompt = new(request.InputTokens);
        foreach (var block in request.Blocks)
            prompt.AddRange(Enumerable.Range(0, trace.BlockTokens).Select(i => BlockToken(block, i)));
        prompt.AddRange(FreshTokens(rest));
        _seen.UnionWith(request.Blocks);
        var priority = request.Agent is null ? RequestPriority.Main : RequestPriority.SubAgent;
        var run = engine.Submit([.. prompt], FreshTokens(Math.Max(1, request.OutputTokens)), $"{trace.Name}/{request.Agent}", priority);
        _running = (request, run, (unseen * trace.BlockTokens) + rest, known);
    }

    // Sessions, blocks and fresh tokens have ranges of their own.
    private int BlockToken(int block, int index) => (number << 24) | (((block * trace.BlockTokens) + index) & 0x7FFFFF);

    private int[] FreshTokens(int count) => [.. Enumerable.Range(0, count).Select(_ => (number << 24) | 0x800000 | (_fresh++ & 0x7FFFFF))];
}

/// <summary>What a session cost, in prompt tokens.</summary>
/// <param name="Name">The session.</param>
/// <param name="Requests">Requests played.</param>
/// <param name="Prompt">Tokens of all prompts.</param>
/// <param name="Prefilled">Tokens that were computed.</param>
/// <param name="New">Tokens that had to be: of blocks never seen before, and of each prompt's rest.</param>
/// <param name="LastTokens">Computed again for the logits of a prompt that was there to its last token.</param>
/// <param name="BehindNew">Seen before, but behind other tokens than now.</param>
/// <param name="NotHeld">Seen before, but no longer held, or in another order.</param>
internal sealed record TraceCount(string Name, int Requests, long Prompt, long Prefilled, long New, long LastTokens, long BehindNew, long NotHeld)
{
    /// <summary>Prefilled tokens for each that had to be.</summary>
    public double Amplification => (double)Prefilled / New;

    /// <summary>Adds a finished request.</summary>
    public TraceCount With(int prompt, int newTokens, int knownPrefix, SimulatedRequest run)
    {
        var notHeld = Math.Max(0, Math.Min(knownPrefix, prompt - 1) - (prompt - run.PrefilledTokens));
        var last = knownPrefix == prompt ? 1 : 0;
        return this with
        {
            Requests = Requests + 1,
            Prompt = Prompt + prompt,
            Prefilled = Prefilled + run.PrefilledTokens,
            New = New + newTokens,
            LastTokens = LastTokens + last,
            NotHeld = NotHeld + notHeld,
            BehindNew = BehindNew + run.PrefilledTokens - newTokens - notHeld - last,
        };
    }
}
