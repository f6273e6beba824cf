using System.Text;
using Hearth.Llama;
using Hearth.Tests.Support;

namespace Hearth.Tests.Llama;

public sealed class LlamaContextTests
{
    private const string Prompt = "<|im_start|>system\n<|im_end|>\n<|im_start|>user\nWho are you?<|im_end|>\n<|im_start|>assistant\n";

    [Fact]
    public void A_greedy_answer_is_words_and_ends_by_itself()
    {
        using LlamaModel model = NativeLibraryFixture.LoadSpark();
        using LlamaContext context = model.CreateContext(new LlamaContextOptions(512) { Threads = 1, BatchThreads = 1 });

        string answer = Generate(model, context, 64);

        Assert.Contains("Spark", answer, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_fork_continues_exactly_like_its_parent()
    {
        using LlamaModel model = NativeLibraryFixture.LoadSpark();
        using LlamaContext context = model.CreateContext(new LlamaContextOptions(512) { MaxSequences = 2, Threads = 1, BatchThreads = 1 });
        int[] tokens = Tokenize(model, Prompt);
        using LlamaBatch batch = new(tokens.Length);
        Feed(context, batch, tokens.AsSpan(0, tokens.Length - 1), sequence: 0, position: 0);
        context.SequenceCopy(0, 1);

        float[] parent = Step(context, batch, tokens[^1], sequence: 0, tokens.Length - 1);
        Assert.True(context.SequenceRemove(0));
        float[] fork = Step(context, batch, tokens[^1], sequence: 1, tokens.Length - 1);

        Assert.Equal(parent, fork);
    }

    [Fact]
    public void A_saved_range_restored_through_a_scratch_sequence_gives_the_same_logits()
    {
        using LlamaModel model = NativeLibraryFixture.LoadSpark();
        using LlamaContext context = model.CreateContext(new LlamaContextOptions(512) { MaxSequences = 3, Threads = 1, BatchThreads = 1 });
        int[] tokens = Tokenize(model, Prompt);
        using LlamaBatch batch = new(tokens.Length);
        int last = tokens.Length - 1;
        Feed(context, batch, tokens.AsSpan(0, last), sequence: 0, position: 0);
        byte[][] ranges = [SaveRange(context, 0, 0, 8), SaveRange(context, 0, 8, last)];
        float[] expected = Step(context, batch, tokens[^1], sequence: 0, last);
        context.ClearMemory();

        int from = 0;
        foreach ((byte[] range, int to) in ranges.Zip([8, last]))
        {
            Assert.Equal(range.Length, context.SequenceStateSet(range, 2));
            context.SequenceCopy(2, 1, from, to);
            Assert.True(context.SequenceRemove(2));
            from = to;
        }

        Assert.Equal(expected, Step(context, batch, tokens[^1], sequence: 1, last));
    }

    [Theory]
    [InlineData(-1, 0, 0, "vocabulary")]
    [InlineData(1_000_000, 0, 0, "vocabulary")]
    [InlineData(5, 0, 9, "Sequence 9")]
    [InlineData(5, 0, -1, "Sequence -1")]
    [InlineData(5, 3, 0, "continues at 0, not at 3")]
    public void An_invalid_batch_is_an_outcome_and_the_context_goes_on(int token, int position, int sequence, string reason)
    {
        using LlamaModel model = NativeLibraryFixture.LoadSpark();
        using LlamaContext context = model.CreateContext(new LlamaContextOptions(256) { MaxSequences = 2 });
        using LlamaBatch batch = new(4);
        batch.Add(token, position, sequence, output: true);

        Assert.Equal(DecodeStatus.InvalidBatch, context.Decode(batch));
        Assert.Contains(reason, context.InvalidReason, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => context.Logits(0).Length);

        batch.Clear();
        Assert.Equal(DecodeStatus.InvalidBatch, context.Decode(batch));
        batch.Add(5, 0, 0, output: true);
        Assert.Equal(DecodeStatus.Ok, context.Decode(batch));
        Assert.Equal(model.Vocab.TokenCount, context.Logits(0).Length);
    }

    [Fact]
    public void Too_many_outputs_too_many_tokens_and_gaps_are_refused()
    {
        using LlamaModel model = NativeLibraryFixture.LoadSpark();
        using LlamaContext context = model.CreateContext(new LlamaContextOptions(256) { MaxSequences = 1, BatchTokens = 32, MicroBatchTokens = 32 });
        using LlamaBatch batch = new(64);
        for (int i = 0; i < 2; i++)
            batch.Add(5, i, 0, output: true);
        Assert.Equal(DecodeStatus.InvalidBatch, context.Decode(batch));

        batch.Clear();
        for (int i = 0; i <= context.BatchTokens; i++)
            batch.Add(5, i, 0, output: false);
        Assert.Equal(DecodeStatus.InvalidBatch, context.Decode(batch));

        batch.Clear();
        batch.Add(5, 0, 0, output: false);
        batch.Add(5, 2, 0, output: false);
        Assert.Equal(DecodeStatus.InvalidBatch, context.Decode(batch));
        Assert.Equal(-1, context.SequencePositionMax(0));
    }

    [Fact]
    public void A_full_cache_is_an_outcome()
    {
        using LlamaModel model = NativeLibraryFixture.LoadSpark();
        using LlamaContext context = model.CreateContext(new LlamaContextOptions(256) { MaxSequences = 2 });
        using LlamaBatch batch = new(context.Cells);
        Feed(context, batch, Enumerable.Repeat(5, context.Cells).ToArray(), sequence: 0, position: 0);

        batch.Clear();
        batch.Add(5, 0, 1, output: true);

        Assert.Equal(DecodeStatus.NoSlot, context.Decode(batch));
    }

    private static string Generate(LlamaModel model, LlamaContext context, int limit)
    {
        int[] prompt = Tokenize(model, Prompt);
        using LlamaBatch batch = new(prompt.Length);
        float[] logits = Feed(context, batch, prompt, sequence: 0, position: 0);
        List<byte> answer = [];
        Span<byte> piece = stackalloc byte[64];
        for (int position = prompt.Length; position < prompt.Length + limit; position++)
        {
            int token = Array.IndexOf(logits, logits.Max());
            if (model.Vocab.IsEndOfGeneration(token))
                return Encoding.UTF8.GetString([.. answer]);
            answer.AddRange(piece[..model.Vocab.TokenToPiece(token, piece, special: false)]);
            logits = Step(context, batch, token, sequence: 0, position);
        }

        return "(no end) " + Encoding.UTF8.GetString([.. answer]);
    }

    private static byte[] SaveRange(LlamaContext context, int sequence, int from, int to)
    {
        context.SequenceCopy(sequence, 2, from, to);
        byte[] data = new byte[context.SequenceStateSize(2)];
        Assert.Equal(data.Length, context.SequenceStateGet(data, 2));
        Assert.True(context.SequenceRemove(2));
        return data;
    }

    private static float[] Feed(LlamaContext context, LlamaBatch batch, ReadOnlySpan<int> tokens, int sequence, int position)
    {
        batch.Clear();
        for (int i = 0; i < tokens.Length; i++)
            batch.Add(tokens[i], position + i, sequence, output: i == tokens.Length - 1);
        Assert.Equal(DecodeStatus.Ok, context.Decode(batch));
        return context.Logits(tokens.Length - 1).ToArray();
    }

    private static float[] Step(LlamaContext context, LlamaBatch batch, int token, int sequence, int position) =>
        Feed(context, batch, [token], sequence, position);

    private static int[] Tokenize(LlamaModel model, string text)
    {
        int[] buffer = new int[text.Length + 8];
        int count = model.Vocab.Tokenize(Encoding.UTF8.GetBytes(text), buffer, addSpecial: false, parseSpecial: true);
        return buffer[..count];
    }
}
