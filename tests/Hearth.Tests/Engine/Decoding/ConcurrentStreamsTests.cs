using Hearth.Engine;
using Hearth.Engine.Decoding;
using Hearth.Llama;
using Hearth.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using LocalEngine = Hearth.Engine.Engine;

namespace Hearth.Tests.Engine.Decoding;

/// <summary>
/// Who shares the batch and where cells lie changes kernels and the order of floating-point sums (and, near a tie, which experts a
/// token goes to), so logits of the same history differ from layout to layout. These tests measure that noise on lone runs and hold
/// eight concurrent streams to it.
/// </summary>
public sealed class ConcurrentStreamsTests(ITestOutputHelper output)
{
    private const int Streams = 8;

    // Both sides are the largest of a few hundred samples of one distribution, so neither bounds the other exactly. A stream that saw
    // one wrong token is off by whole logits.
    private const float SamplingSlack = 1.25f;

    // The first is the plain one. The others have what the scheduler's batches have: small chunks, cells that others lie before, and
    // others in every step.
    private static readonly LoneLayout[] Layouts =
    [
        new(Chunk: 512),
        new(Chunk: 64),
        new(Chunk: 512, Mates: 7, MateTokens: 90),
        new(Chunk: 64, Mates: 7, MateTokens: 30, MateChunk: 1),
        new(Chunk: 57, Mates: 2, MateTokens: 40, MateChunk: 40),
        new(Chunk: 64, Mates: 7, MateTokens: 20, MateChunk: 10),
    ];

    public static TheoryData<string> TinyModels =>
    [
        "tiny-qwen3-full.gguf", "tiny-gemma3-swa.gguf", "tiny-gpt-oss-swa-moe.gguf", "tiny-lfm2-hybrid.gguf", "tiny-qwen35-hybrid.gguf",
    ];

    [Fact]
    public Task Eight_streams_of_the_bundled_model_differ_from_lone_runs_by_no_more_than_the_layout_noise() =>
        EightStreamsStayWithinTheNoise(RepositoryPaths.BundledModel, Layouts, longest: 150, shortestAnswer: 3);

    // Large enough to take its time: short streams, and only the layouts that stand for the largest noise of the others.
    [Fact]
    public Task Eight_streams_of_SmolLM2_differ_from_lone_runs_by_no_more_than_the_layout_noise() => EightStreamsStayWithinTheNoise(
        RepositoryPaths.RequireShared("models", "SmolLM2-135M-Instruct.Q4_1.gguf"),
        [Layouts[0], new(Chunk: 16, Mates: 1, MateTokens: 20, MateChunk: 66)],
        longest: 16,
        shortestAnswer: 1);

    [Theory]
    [MemberData(nameof(TinyModels))]
    public Task Eight_streams_of_a_tiny_model_differ_from_lone_runs_by_no_more_than_the_layout_noise(string name) =>
        EightStreamsStayWithinTheNoise(RepositoryPaths.RequireShared("models", name), Layouts, longest: 150, shortestAnswer: 3);

    private async Task EightStreamsStayWithinTheNoise(string path, LoneLayout[] layouts, int longest, int shortestAnswer)
    {
        var settings = new EngineSettings([path], Window: 256, CellPool: 2048, MaxSequences: Streams) { Threads = 1, BatchThreads = 1 };
        using var model = NativeLibraryFixture.LoadModel(path);
        var streams = NewStreams(model.Vocab, longest, shortestAnswer);
        var noise = 0f;
        var reference = new List<float[][]>();
        using (var decoder = new LlamaDecoder(model, settings))
        {
            foreach (var stream in streams)
            {
                var runs = layouts.Select(layout => stream.RunAlone(decoder, layout)).ToList();
                reference.Add(runs[0]);
                noise = Math.Max(noise, runs.Max(one => runs.Max(other => ForcedStream.Difference(one, other))));
            }
        }

        var records = await RunTogether(settings, model, streams);
        var difference = Enumerable.Range(0, Streams).Max(i => ForcedStream.Difference(reference[i], records[i]));
        var scale = reference.Max(r => r.Max(logits => logits.Max(Math.Abs)));
        output.WriteLine($"{Path.GetFileName(path)}: difference {difference:g3}, noise {noise:g3}, logits up to {scale:g3}");
        Assert.InRange(difference, 0, noise * SamplingSlack);
    }

    private static async Task<IReadOnlyList<float[][]>> RunTogether(
        EngineSettings settings, LlamaModel model, List<ForcedStream> streams)
    {
        using var gate = new StepGate();
        TeacherForcedDecoder? forced = null;
        await using var engine = new LocalEngine(
            settings,
            VocabularyFacts.Of(model.Vocab),
            () => new HookedDecoder(forced = new TeacherForcedDecoder(new LlamaDecoder(model, settings), streams), gate.Pass),
            TimeProvider.System,
            NullLogger.Instance);
        var generations = new List<Generation>();
        foreach (var stream in streams)
        {
            var request = new GenerationRequest(stream.Prompt, stream.Answer.Length, SamplingSettings.Greedy);
            generations.Add(Assert.IsType<Submission.Accepted>(engine.Submit(request)).Generation);

            // The first is in its first step when the others come: they prefill while it decodes.
            if (generations.Count == 1) await gate.Arrival();
        }

        gate.Open();
        for (var i = 0; i < streams.Count; i++)
            Assert.Equal(streams[i].Answer, await EngineUnderTest.TokensOf(generations[i]));
        return forced!.Records;
    }

    // Lengths on both sides of the chunk sizes; tokens are any the model may sample.
    private static List<ForcedStream> NewStreams(LlamaVocab vocab, int longest, int shortestAnswer)
    {
        var random = new Random(20260704);
        var usable = Enumerable.Range(0, vocab.TokenCount).Except(vocab.SuppressedTokens).Where(t => !vocab.IsEndOfGeneration(t)).ToArray();
        return [.. Enumerable.Range(0, Streams).Select(i => new ForcedStream(
            [usable[i], .. random.GetItems(usable, 2 + (i * (longest - 3) / (Streams - 1)))],
            random.GetItems(usable, shortestAnswer + (i % 3))))];
    }
}
