using Hearth.Engine;
using Hearth.Engine.Decoding;

namespace Hearth.Tests.Engine.Decoding;

/// <summary>
/// One stream whose answer is given beforehand, so that two runs of it are compared by the logits that they saw, token by token.
/// Streams are told apart by the first token of their prompt.
/// </summary>
/// <param name="Prompt">The prompt.</param>
/// <param name="Answer">The tokens that are taken for sampled, whatever the logits say.</param>
internal sealed record ForcedStream(int[] Prompt, int[] Answer)
{
    /// <summary>The logits after the prompt and after each forced token but the last.</summary>
    public float[][] NewRecord() => new float[Answer.Length][];

    /// <summary>Runs it alone over a decoder: the smallest possible loop.</summary>
    /// <param name="decoder">What computes.</param>
    /// <param name="layout">How it is cut and who else is there.</param>
    public float[][] RunAlone(IDecoder decoder, LoneLayout layout)
    {
        var record = NewRecord();
        var limits = decoder.Limits;
        var plan = new StepPlan(limits.BatchTokens, limits.Sequences);
        var own = layout.Mates;
        for (var mate = 0; mate < layout.Mates; mate++)
        {
            plan.Clear();
            plan.Add(mate, 0, MatePrompt(mate, layout.MateTokens), wantsOutput: false);
            Run(decoder, plan);
        }

        var matePosition = layout.MateTokens;
        int[] tokens = [.. Prompt, .. Answer[..^1]];
        var position = 0;
        while (position < tokens.Length)
        {
            var count = position < Prompt.Length ? Math.Min(layout.Chunk, Prompt.Length - position) : 1;
            plan.Clear();
            for (var mate = 0; layout.MateChunk > 0 && mate < layout.Mates; mate++)
                plan.Add(mate, matePosition, MatePrompt(mate + 7, layout.MateChunk), wantsOutput: true);
            matePosition += layout.MateChunk;
            var wantsOutput = position + count >= Prompt.Length;
            plan.Add(own, position, tokens.AsSpan(position, count), wantsOutput);
            Run(decoder, plan);
            position += count;
            if (wantsOutput) record[position - Prompt.Length] = decoder.Logits(plan.Tokens.Length - 1).ToArray();
        }

        plan.Clear();
        for (var id = 0; id <= own; id++) plan.Add(KvOperation.Drop(id));
        Run(decoder, plan);
        return record;
    }

    /// <summary>The largest difference between two runs.</summary>
    public static float Difference(float[][] one, float[][] other) =>
        one.Zip(other, (a, b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max()).Max();

    private static int[] MatePrompt(int mate, int length) =>
        [.. Enumerable.Range(0, length).Select(i => 40 + (mate * 31) + (i % 50 * 5))];

    private static void Run(IDecoder decoder, StepPlan plan) =>
        Xunit.Assert.Null(decoder.Decode(plan).Fault);
}

/// <summary>How a lone run is laid out.</summary>
/// <param name="Chunk">Most prompt tokens in a step.</param>
/// <param name="Mates">Other sequences that hold cells before it starts.</param>
/// <param name="MateTokens">Cells that each of them holds.</param>
/// <param name="MateChunk">Tokens that each of them computes in each of its steps.</param>
internal sealed record LoneLayout(int Chunk, int Mates = 0, int MateTokens = 0, int MateChunk = 0);

/// <summary>Records the logits of known streams and puts their forced tokens in place of what the model would say.</summary>
internal sealed class TeacherForcedDecoder(IDecoder inner, IReadOnlyList<ForcedStream> streams) : IDecoder
{
    private readonly Dictionary<int, int> _streamOf = [];
    private readonly Dictionary<int, (int Stream, int Output)> _outputs = [];

    /// <summary>Per stream: the logits of each output.</summary>
    public IReadOnlyList<float[][]> Records { get; } = [.. streams.Select(s => s.NewRecord())];

    public DecoderLimits Limits => inner.Limits;

    public DecodeOutcome Decode(StepPlan plan)
    {
        _outputs.Clear();
        foreach (var entry in plan.Entries)
        {
            if (entry.Position == 0)
                _streamOf[entry.SequenceId] = streams.ToList().FindIndex(s => s.Prompt[0] == plan.TokensOf(entry)[0]);
            var stream = _streamOf[entry.SequenceId];
            if (entry.WantsOutput)
                _outputs[entry.LastToken] = (stream, entry.Position + entry.Count - streams[stream].Prompt.Length);
        }

        return inner.Decode(plan);
    }

    public bool HoldsWindow(int sequenceId, int position) => inner.HoldsWindow(sequenceId, position);

    public Span<float> Logits(int tokenIndex)
    {
        var logits = inner.Logits(tokenIndex);
        var (stream, output) = _outputs[tokenIndex];
        Records[stream][output] = logits.ToArray();
        logits.Fill(float.NegativeInfinity);
        logits[streams[stream].Answer[output]] = 0;
        return logits;
    }

    public void Dispose() => inner.Dispose();
}
