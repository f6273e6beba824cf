using System.Runtime.InteropServices;
using Hearth.Engine;
using Hearth.Engine.Cache;
using Hearth.Engine.Decoding;
using Hearth.Llama;

namespace Hearth.Tests.Engine.Decoding;

/// <summary>
/// A decoder without a model: it keeps the KV cache as cells that sequence ids share, refuses whatever a real cache could not do, and
/// answers with logits that are a function of the history it sees. A token therefore is right only if its history was.
/// </summary>
internal sealed class ScriptedDecoder(DecoderLimits limits, NativeBlocks? blocks = null) : IDecoder
{
    /// <summary>How far back a token reads with sliding-window memory, itself included.</summary>
    public const int WindowTokens = 16;

    /// <summary>The script's only end-of-generation token.</summary>
    public const int EndOfGeneration = 0;

    private readonly Dictionary<int, Timeline> _timelines = [];
    private readonly Dictionary<int, float[]> _logits = [];
    private readonly NativeBlocks _blocks = blocks ?? new NativeBlocks();

    public static VocabularyFacts Vocabulary(int size) => new(size, [EndOfGeneration], []);

    public DecoderLimits Limits { get; } = limits;

    public bool IsDisposed { get; private set; }

    /// <summary>Cells that hold something.</summary>
    public int UsedCells => _timelines.Values.SelectMany(t => t.Cells).Distinct().Count();

    /// <summary>Prompt and answer tokens that were computed, over all steps.</summary>
    public int ComputedTokens { get; private set; }

    /// <summary>Operations that were run, over all steps.</summary>
    public List<KvOperationKind> Operations { get; } = [];

    /// <summary>
    /// Answers <see cref="HoldsWindow"/> instead of the model of a sliding window; only for saying no where it would say yes.
    /// </summary>
    public Func<int, int, bool>? Window { get; set; }

    /// <summary>How many of an interrupted step's tokens had been computed; none unless this says so.</summary>
    public Func<int, int>? InterruptAfter { get; set; }

    /// <summary>What follows a history, often enough the end.</summary>
    public static int Next(IEnumerable<int> history, int vocabularySize)
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
            Assert.InRange(operation.SequenceId, 0, Limits.Sequences - 1);
            Operations.Add(operation.Kind);
            Run(operation);
            Assert.InRange(UsedCells, 0, Limits.Cells);
        }

        Assert.InRange(plan.Tokens.Length, 0, Limits.BatchTokens);
        if (!plan.Entries.IsEmpty && plan.IsUnwanted())
        {
            Interrupt(plan);
            return new DecodeOutcome(null, WasInterrupted: true);
        }

        var seen = new HashSet<int>();
        foreach (var entry in plan.Entries)
        {
            Assert.InRange(entry.SequenceId, 0, Limits.Sequences - 1);
            Assert.True(seen.Add(entry.SequenceId), "a sequence has two entries");
            Assert.True(entry.Count > 0, "an entry is empty");
            Compute(TimelineOf(entry.SequenceId), entry, plan.TokensOf(entry));
        }

        ComputedTokens += plan.Tokens.Length;
        Assert.InRange(UsedCells, 0, Limits.Cells);
        return DecodeOutcome.Completed;
    }

    public bool HoldsWindow(int sequenceId, int position) =>
        Window?.Invoke(sequenceId, position) ?? TimelineOf(sequenceId).HoldsWindow(position);

    public Span<float> Logits(int tokenIndex) => _logits[tokenIndex];

    public void Dispose() => IsDisposed = true;

    private Timeline TimelineOf(int sequenceId) =>
        CollectionsMarshal.GetValueRefOrAddDefault(_timelines, sequenceId, out _) ??= new Timeline([], []);

    private void Compute(Timeline timeline, StepEntry entry, ReadOnlySpan<int> tokens)
    {
        Assert.Equal(timeline.Cells.Count, entry.Position);
        if (Limits.Memory == MemoryKind.SlidingWindow) Assert.True(timeline.HoldsWindow(entry.Position), "a window has holes");
        foreach (var token in tokens) timeline.Cells.Add(new Cell(token));
        if (Limits.Memory == MemoryKind.SlidingWindow) timeline.LoseBehindWindow();
        if (Limits.Memory == MemoryKind.Recurrent)
        {
            timeline.State.AddRange(tokens);
            Assert.Equal(timeline.Tokens, timeline.State);
        }

        if (entry.WantsOutput) _logits[entry.LastToken] = OneHot(Next(timeline.Tokens, Limits.VocabularySize));
    }

    // As the library at its worst. Micro batches before the last one stay; of the last one everything is removed that can be, and what
    // cannot go back is of no use: with several sequences not even the states of those who did not compute.
    private void Interrupt(StepPlan plan)
    {
        var computed = InterruptAfter?.Invoke(plan.Tokens.Length) ?? 0;
        foreach (var entry in plan.Entries)
        {
            var timeline = TimelineOf(entry.SequenceId);
            foreach (var token in plan.TokensOf(entry)[..Math.Clamp(computed - entry.FirstToken, 0, entry.Count)]) timeline.Cells.Add(new Cell(token));
            if (Limits.Memory == MemoryKind.SlidingWindow && plan.Tokens.Length > Limits.MicroBatchTokens) timeline.LoseBehindWindow();
        }

        if (Limits.Memory != MemoryKind.Recurrent) return;
        if (plan.Entries.Length == 1) TimelineOf(plan.Entries[0].SequenceId).State.Add(-1);
        else foreach (var timeline in _timelines.Values) timeline.State.Add(-1);
    }

    private void Run(KvOperation operation)
    {
        var timeline = TimelineOf(operation.SequenceId);
        switch (operation.Kind)
        {
            case KvOperationKind.Drop:
                Assert.InRange(operation.From, 0, timeline.Cells.Count);
                Assert.True(operation.From == 0 || Limits.Memory.CanTrim(), "this memory drops whole sequences only");
                foreach (var cell in timeline.Cells[operation.From..]) cell.Holders--;
                timeline.Cells.RemoveRange(operation.From, timeline.Cells.Count - operation.From);
                if (operation.From == 0) timeline.State.Clear();
                break;
            case KvOperationKind.Fork:
                Assert.True(Limits.Memory.CanFork());
                Assert.Empty(timeline.Cells);
                Assert.DoesNotContain(-1, TimelineOf(operation.Source).State);
                timeline.Cells.AddRange(TimelineOf(operation.Source).Cells[..operation.To]);
                timeline.Cells.ForEach(cell => cell.Holders++);
                timeline.State.AddRange(TimelineOf(operation.Source).State);
                break;
            case KvOperationKind.Save:
                operation.State!.Data = ToBytes([.. timeline.Tokens.Take(operation.To)]);
                break;
            case KvOperationKind.Restore:
                int[] saved = ToTokens(operation.Data!);
                Assert.Equal(timeline.Cells.Count, operation.From);
                Assert.Equal(saved[..operation.From], timeline.Tokens);
                timeline.Cells.AddRange(saved[operation.From..operation.To].Select(t => new Cell(t) { IsLost = Limits.Memory == MemoryKind.SlidingWindow }));
                timeline.State.Clear();
                break;
            case KvOperationKind.SaveCheckpoint:
                if (Limits.Memory == MemoryKind.Recurrent) Assert.Equal(timeline.Tokens, timeline.State);
                Assert.Equal(operation.To, timeline.Cells.Count);
                if (Limits.Memory == MemoryKind.SlidingWindow) Assert.True(timeline.HoldsWindow(operation.To));
                operation.State!.Data = ToBytes([.. timeline.Tokens]);
                break;
            case KvOperationKind.RestoreCheckpoint:
                int[] state = ToTokens(operation.Data!);
                Assert.Equal(state, timeline.Tokens);
                timeline.State.Clear();
                timeline.State.AddRange(state);
                foreach (var cell in timeline.Cells.TakeLast(WindowTokens)) cell.IsLost = false;
                break;
            default:
                Assert.Fail($"Unknown operation {operation}.");
                break;
        }
    }

    private NativeBytes ToBytes(int[] tokens) => _blocks.Copy(MemoryMarshal.AsBytes<int>(tokens));

    private int[] ToTokens(NativeBytes bytes)
    {
        _blocks.Watch(bytes);
        return MemoryMarshal.Cast<byte, int>(NativeBlocks.Read(bytes)).ToArray();
    }

    private float[] OneHot(int token)
    {
        var logits = new float[Limits.VocabularySize];
        logits[token] = 1;
        return logits;
    }

    /// <summary>One KV cell: its identity is where it lies.</summary>
    private sealed class Cell(int token)
    {
        public int Token { get; } = token;

        public int Holders { get; set; } = 1;

        /// <summary>Sliding-window layers have put something else there.</summary>
        public bool IsLost { get; set; }
    }

    /// <summary>The cells that a sequence id holds, and the tokens that its recurrent state has seen.</summary>
    private sealed record Timeline(List<Cell> Cells, List<int> State)
    {
        public IEnumerable<int> Tokens => Cells.Select(c => c.Token);

        public bool HoldsWindow(int position) =>
            Cells.Count >= position && !Cells.Take(position).Skip(position - WindowTokens + 1).Any(c => c.IsLost);

        /// <summary>As the library at its worst: every cell behind the window that only this sequence holds is used for something else.</summary>
        public void LoseBehindWindow()
        {
            foreach (var cell in Cells.SkipLast(WindowTokens).Where(c => c.Holders == 1)) cell.IsLost = true;
        }
    }
}
