using Hearth.Engine;
using Hearth.Engine.Decoding;

namespace Hearth.Tests.Engine.Decoding;

/// <summary>
/// A decoder without a model: it keeps the KV cache as the token history of every sequence id, refuses whatever a real cache could not
/// do, and answers with logits that are a function of the history it sees. A token therefore is right only if its history was.
/// </summary>
internal sealed class ScriptedDecoder(DecoderLimits limits) : IDecoder
{
    /// <summary>The script's only end-of-generation token.</summary>
    public const int EndOfGeneration = 0;

    private readonly Dictionary<int, List<int>> _histories = [];
    private readonly Dictionary<int, float[]> _logits = [];

    public static VocabularyFacts Vocabulary(int size) => new(size, [EndOfGeneration], []);

    public DecoderLimits Limits { get; } = limits;

    public bool IsDisposed { get; private set; }

    /// <summary>Cells that hold something.</summary>
    public int UsedCells => _histories.Values.Sum(history => history.Count);

    /// <summary>What follows a history, often enough the end.</summary>
    public static int Next(IReadOnlyList<int> history, int vocabularySize)
    {
        var hash = 2166136261u;
        foreach (var token in history) hash = (hash ^ (uint)token) * 16777619u;
        return (int)((hash ^ (hash >> 15)) % (uint)vocabularySize);
    }

    /// <summary>The whole greedy answer to a prompt, at most <paramref name="maxTokens"/>, and whether the script ended it.</summary>
    public static (List<int> Tokens, bool Ended) Answer(IEnumerable<int> prompt, int maxTokens, int vocabularySize)
    {
        List<int> history = [.. prompt];
        var answer = new List<int>();
        while (answer.Count < maxTokens)
        {
            var next = Next(history, vocabularySize);
            if (next == EndOfGeneration) return (answer, true);
            answer.Add(next);
            history.Add(next);
        }

        return (answer, false);
    }

    public DecodeOutcome Decode(StepPlan plan)
    {
        Assert.False(IsDisposed);
        _logits.Clear();
        foreach (var operation in plan.Operations)
        {
            Assert.Equal(KvOperationKind.Drop, operation.Kind);
            _histories.Remove(operation.SequenceId);
        }

        Assert.InRange(plan.Tokens.Length, 0, Limits.BatchTokens);
        var seen = new HashSet<int>();
        foreach (var entry in plan.Entries)
        {
            Assert.InRange(entry.SequenceId, 0, Limits.Sequences - 1);
            Assert.True(seen.Add(entry.SequenceId), "a sequence has two entries");
            Assert.True(entry.Count > 0, "an entry is empty");
            if (!_histories.TryGetValue(entry.SequenceId, out var history)) _histories[entry.SequenceId] = history = [];
            Assert.Equal(history.Count, entry.Position);
            history.AddRange(plan.TokensOf(entry));
            if (entry.WantsOutput) _logits[entry.LastToken] = OneHot(Next(history, Limits.VocabularySize));
        }

        Assert.InRange(UsedCells, 0, Limits.Cells);
        return DecodeOutcome.Completed;
    }

    public Span<float> Logits(int tokenIndex) => _logits[tokenIndex];

    public void Dispose() => IsDisposed = true;

    private float[] OneHot(int token)
    {
        var logits = new float[Limits.VocabularySize];
        logits[token] = 1;
        return logits;
    }
}
