using Hearth.Engine;
using Hearth.Engine.Sampling;
using Hearth.Llama;

namespace Hearth.Commands.Bench;

/// <summary>What one run took, and what it said.</summary>
internal sealed record RunResult(TimeSpan Prompt, TimeSpan Decode, IReadOnlyList<int> Tokens);

/// <summary>The smallest loop over the library that answers a prompt greedily: what everything above it is measured against.</summary>
internal sealed class RawLoop : IDisposable
{
    private readonly LlamaContext _context;
    private readonly LlamaBatch _batch;
    private readonly TimeProvider _time;

    public RawLoop(LlamaModel model, EngineSettings settings, TimeProvider time)
    {
        _time = time;
        _context = model.CreateContext(new LlamaContextOptions(settings.CellPool)
        {
            BatchTokens = settings.BatchTokens,
            MicroBatchTokens = settings.MicroBatchTokens,
            Threads = settings.Threads,
            BatchThreads = settings.BatchThreads,
        });
        _batch = new LlamaBatch(settings.BatchTokens);
    }

    public RunResult Run(IReadOnlyList<int> prompt, int answerTokens)
    {
        _context.ClearMemory();
        var start = _time.GetTimestamp();
        var token = Decode(prompt, position: 0);
        var prompted = _time.GetTimestamp();
        List<int> tokens = [token];
        while (tokens.Count < answerTokens)
        {
            token = Decode([token], prompt.Count + tokens.Count - 1);
            tokens.Add(token);
        }

        return new RunResult(_time.GetElapsedTime(start, prompted), _time.GetElapsedTime(prompted), tokens);
    }

    public void Dispose()
    {
        _batch.Dispose();
        _context.Dispose();
    }

    private int Decode(IReadOnlyList<int> tokens, int position)
    {
        var last = 0;
        for (var done = 0; done < tokens.Count; done += _batch.Count)
        {
            _batch.Clear();
            for (var i = done; i < tokens.Count && _batch.Count < _batch.Capacity; i++)
                _batch.Add(tokens[i], position + i, sequence: 0, output: i == tokens.Count - 1);
            if (_context.Decode(_batch) is not DecodeStatus.Ok and var status)
                throw new InvalidOperationException($"llama_decode: {status}.");
            last = _batch.Count - 1;
        }

        return ArgMax.Of(_context.Logits(last));
    }
}
