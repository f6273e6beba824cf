using System.Text;
using Hearth.Engine;
using Hearth.Llama;
using Hearth.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using LocalEngine = Hearth.Engine.Engine;

namespace Hearth.Tests.Engine.Decoding;

public sealed class LlamaDecoderTests
{
    private const int MostTokens = 40;

    [Fact]
    public async Task A_greedy_answer_through_the_engine_is_that_of_the_smallest_loop_over_the_library()
    {
        NativeLibraryFixture.Require();
        await using var engine = LocalEngine.Load(Settings, NullLogger.Instance, TimeProvider.System);
        int[] prompt = Tokens(engine.Model!.Vocab, "<|im_start|>user\nWho are you?<|im_end|>\n<|im_start|>assistant\n");

        // Twice: what the first left behind must not show in the second.
        for (var round = 0; round < 2; round++)
        {
            var submission = engine.Submit(new GenerationRequest(prompt, MostTokens, SamplingSettings.Greedy));
            Assert.Equal(
                LoneAnswer(engine.Model, prompt),
                await EngineUnderTest.TokensOf(Assert.IsType<Submission.Accepted>(submission).Generation));
        }
    }

    [Fact]
    public async Task A_hang_up_frees_the_cells_of_the_real_cache()
    {
        using var model = NativeLibraryFixture.LoadSpark();
        using var gate = new StepGate();
        await using var engine = new LocalEngine(
            Settings,
            VocabularyFacts.Of(model.Vocab),
            () => new HookedDecoder(new Hearth.Engine.Decoding.LlamaDecoder(model, Settings), gate.Pass),
            TimeProvider.System,
            NullLogger.Instance);
        int[] prompt = Tokens(model.Vocab, "<|im_start|>user\nWho are you?<|im_end|>\n<|im_start|>assistant\n");
        var gone = Submit([.. Enumerable.Repeat(prompt, 20).SelectMany(p => p)], 200);
        await gate.Arrival();
        await gate.NextStep();
        gone.Dispose();
        var next = Submit(prompt, MostTokens);
        await gate.NextStep();

        Assert.InRange(engine.Counters.LeasedCells, 0, prompt.Length);
        gate.Open();
        Assert.Equal(GenerationStop.Cancelled, await EngineUnderTest.StopOf(gone));
        Assert.Equal(LoneAnswer(model, prompt), await EngineUnderTest.TokensOf(next));

        Generation Submit(int[] tokens, int maxTokens) => Assert.IsType<Submission.Accepted>(
            engine.Submit(new GenerationRequest(tokens, maxTokens, SamplingSettings.Greedy))).Generation;
    }

    private static EngineSettings Settings =>
        new([RepositoryPaths.BundledModel], Window: 512, CellPool: 512, MaxSequences: 4) { Threads = 1, BatchThreads = 1, MicroBatchTokens = 128 };

    private static int[] Tokens(LlamaVocab vocab, string text)
    {
        var tokens = new int[64];
        return tokens[..vocab.Tokenize(Encoding.UTF8.GetBytes(text), tokens, addSpecial: true, parseSpecial: true)];
    }

    private static List<int> LoneAnswer(LlamaModel model, int[] prompt)
    {
        using var context = model.CreateContext(new LlamaContextOptions(512) { Threads = 1, BatchThreads = 1 });
        using var batch = new LlamaBatch(prompt.Length);
        for (var i = 0; i < prompt.Length; i++) batch.Add(prompt[i], i, 0, i == prompt.Length - 1);
        var answer = new List<int>();
        while (answer.Count < MostTokens)
        {
            Assert.Equal(DecodeStatus.Ok, context.Decode(batch));
            var logits = context.Logits(batch.Count - 1);
            foreach (var token in model.Vocab.SuppressedTokens) logits[token] = float.NegativeInfinity;
            var next = logits.IndexOf(logits.ToArray().Max());
            if (model.Vocab.IsEndOfGeneration(next)) break;
            answer.Add(next);
            batch.Clear();
            batch.Add(next, prompt.Length + answer.Count - 1, 0, output: true);
        }

        return answer;
    }
}
