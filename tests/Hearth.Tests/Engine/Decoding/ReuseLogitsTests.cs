using Hearth.Engine;
using Hearth.Engine.Cache.Disk;
using Hearth.Engine.Decoding;
using Hearth.Llama;
using Hearth.Tests.Support;

namespace Hearth.Tests.Engine.Decoding;

/// <summary>
/// Whatever is forked, continued, dropped, saved and restored: the logits that follow differ from a cold run's by no more than layouts
/// make cold runs differ among themselves. A single wrong or missing cell is off by whole logits.
/// </summary>
public sealed class ReuseLogitsTests(ITestOutputHelper output)
{
    // Both sides are the largest of a few hundred samples of one distribution, so neither bounds the other exactly.
    private const float SamplingSlack = 1.5f;

    private static readonly LoneLayout[] Layouts =
    [
        new(Chunk: 512),
        new(Chunk: 64, Mates: 3, MateTokens: 40, MateChunk: 1),
        new(Chunk: 57, Mates: 2, MateTokens: 40, MateChunk: 20),
        new(Chunk: 9),
        new(Chunk: 33, Mates: 3, MateTokens: 60, MateChunk: 5),
        new(Chunk: 1),
    ];

    public static TheoryData<string> TinyModels =>
    [
        "tiny-qwen3-full.gguf", "tiny-gemma3-swa.gguf", "tiny-gpt-oss-swa-moe.gguf", "tiny-lfm2-hybrid.gguf", "tiny-qwen35-hybrid.gguf",
    ];

    [Fact]
    public void The_bundled_model_reuses_within_the_layout_noise() => ReusesWithinTheNoise(RepositoryPaths.BundledModel, Layouts, scale: 2);

    // Large enough to take its time: short prompts, and only the layouts that differ most.
    [Fact]
    public void SmolLM2_reuses_within_the_layout_noise() =>
        ReusesWithinTheNoise(RepositoryPaths.RequireShared("models", "SmolLM2-135M-Instruct.Q4_1.gguf"), [Layouts[0], Layouts[3]], scale: 1);

    [Theory]
    [MemberData(nameof(TinyModels))]
    public void Every_kind_of_memory_reuses_within_the_layout_noise(string name) =>
        ReusesWithinTheNoise(RepositoryPaths.RequireShared("models", name), Layouts, scale: 3);

    /// <summary>After so many of its operations every second of the first steps is given up, where that can be, and computed again.</summary>
    [Theory]
    [InlineData("tiny-qwen3-full.gguf")]
    [InlineData("tiny-gemma3-swa.gguf")]
    [InlineData("tiny-gpt-oss-swa-moe.gguf")]
    [InlineData("tiny-lfm2-hybrid.gguf")]
    [InlineData("tiny-qwen35-hybrid.gguf")]
    public void Steps_that_are_interrupted_anywhere_leave_every_kind_of_memory_within_the_layout_noise(string name) => ReusesWithinTheNoise(
        RepositoryPaths.RequireShared("models", name), Layouts, scale: 3, interruptAt: step => step < 60 && step % 2 == 0 ? step * 7 % 90 : null);

    [Fact]
    public void The_bundled_model_comes_back_after_a_restart_within_the_layout_noise() => RestoresWithinTheNoise(RepositoryPaths.BundledModel, Layouts);

    [Fact]
    public void SmolLM2_comes_back_after_a_restart_within_the_layout_noise() =>
        RestoresWithinTheNoise(RepositoryPaths.RequireShared("models", "SmolLM2-135M-Instruct.Q4_1.gguf"), [Layouts[0], Layouts[3]]);

    [Theory]
    [MemberData(nameof(TinyModels))]
    public void Every_kind_of_memory_comes_back_after_a_restart_within_the_layout_noise(string name) =>
        RestoresWithinTheNoise(RepositoryPaths.RequireShared("models", name), Layouts);

    private void ReusesWithinTheNoise(string path, LoneLayout[] layouts, int scale, Func<int, int?>? interruptAt = null)
    {
        using var model = NativeLibraryFixture.LoadModel(path);
        var script = new Script(model.Vocab, scale);

        // Room for little more than the longest prompt, so that the script also evicts, saves and restores. Cells come in blocks of 256.
        var cells = (script.Longest + 255) / 256 * 256;
        var settings = new EngineSettings([path], Window: cells, CellPool: cells, MaxSequences: 4)
        {
            SequenceIds = 8,
            SavedBytes = 64 << 20,
            Threads = 1,
            BatchThreads = 1,
        };
        List<(ForcedStream Stream, float[][] Record)> records = [];
        HashSet<KvOperationKind> operations;
        using (var drive = new ReuseDrive(model, settings) { InterruptAt = interruptAt ?? (_ => null) })
        {
            foreach (var together in script.Rounds)
            {
                foreach (var stream in together) drive.Submit(stream);
                records.AddRange(drive.RunUntilIdle());
            }

            operations = drive.Operations;
            var everything = script.Rounds.Sum(round => round.Sum(s => s.Prompt.Length + s.Answer.Length - 1));
            output.WriteLine($"computed {drive.ComputedTokens} of {everything} tokens; {string.Join(' ', operations.Order())}");
            if (interruptAt is null) Assert.InRange(drive.ComputedTokens, 1, everything * 3 / 4);
            else Assert.InRange(drive.Interrupted, 10, int.MaxValue);
        }

        Compare(path, model, settings, layouts, records);
        Assert.Contains(KvOperationKind.Fork, operations);
        if (scale > 1 && model is { IsHybrid: false, SlidingWindow: 0 }) Assert.Contains(KvOperationKind.Restore, operations);
        if (model.IsHybrid) Assert.Contains(KvOperationKind.RestoreCheckpoint, operations);
    }

    private void Compare(
        string path, LlamaModel model, EngineSettings settings, LoneLayout[] layouts, List<(ForcedStream Stream, float[][] Record)> records)
    {
        var (noise, difference) = (0f, 0f);
        using var decoder = new LlamaDecoder(model, settings with { CellPool = settings.CellPool * 4 });
        foreach (var (stream, record) in records)
        {
            var cold = layouts.Select(layout => stream.RunAlone(decoder, layout)).ToList();
            noise = Math.Max(noise, cold.Max(one => cold.Max(other => ForcedStream.Difference(one, other))));
            difference = Math.Max(difference, ForcedStream.Difference(cold[0], record));
        }

        output.WriteLine($"{Path.GetFileName(path)}: difference {difference:g3}, noise {noise:g3}");
        Assert.InRange(difference, 0, noise * SamplingSlack);
    }

    /// <summary>The restart's own script: what it costs after each start, and that it is right.</summary>
    private void RestoresWithinTheNoise(string path, LoneLayout[] layouts)
    {
        using var model = NativeLibraryFixture.LoadModel(path);
        using var home = new TemporaryFolder();
        var script = new Script(model.Vocab, scale: 6);
        var cells = (script.Longest + 255) / 256 * 256;
        var settings = new EngineSettings([path], Window: cells, CellPool: cells * 2, MaxSequences: 4) { SequenceIds = 16, Threads = 1, BatchThreads = 1 };
        List<(ForcedStream Stream, float[][] Record)> records = [];
        foreach (var stream in script.Session)
        {
            using var drive = new ReuseDrive(model, settings, new SegmentFolder(home.Path, 1, "model", TimeProvider.System));
            drive.Submit(stream);
            records.AddRange(drive.RunUntilIdle());
            output.WriteLine($"computed {drive.ComputedTokens} of {stream.Prompt.Length + stream.Answer.Length - 1} tokens; {string.Join(' ', drive.Operations.Order())}");
            if (stream == script.Session[0]) continue;
            Assert.InRange(drive.ComputedTokens, 1, 200);
            Assert.Contains(KvOperationKind.Restore, drive.Operations);
            if (model.IsHybrid || model.SlidingWindow > 0) Assert.Contains(KvOperationKind.RestoreCheckpoint, drive.Operations);
        }

        Compare(path, model, settings, layouts, records);
    }

    /// <summary>What an agent does to a cache, on tokens that the model may sample, with messages that end.</summary>
    private sealed class Script
    {
        private readonly Random _random = new(20260704);
        private readonly int[] _usable;
        private readonly int _end;

        public Script(LlamaVocab vocab, int scale)
        {
            _usable = [.. Enumerable.Range(0, vocab.TokenCount).Except(vocab.SuppressedTokens).Where(t => !vocab.IsEndOfGeneration(t))];
            _end = Enumerable.Range(0, vocab.TokenCount).First(vocab.IsEndOfGeneration);
            int[] system = Message(60 * scale);
            int[] first = [.. system, .. Message(30)];
            var turn = Request(first);
            var next = Request([.. first, .. turn.Answer, .. Message(25)]);
            Rounds =
            [
                [turn],
                [next],
                [Request([.. first, .. turn.Answer[..3], .. Message(12)])],
                [Request([.. system, .. Message(15)]), Request([.. system, .. Message(11)]), Request([.. system, .. Message(7)])],
                [Request([.. next.Prompt, .. next.Answer, .. Message(9)])],
                [Request(Message(90 * scale))],
                [Request(Message(95 * scale))],
                [Request([.. next.Prompt, .. next.Answer, .. Message(14)])],
                [Request([.. next.Prompt, .. next.Answer, .. Message(5)]), Request(first)],
            ];
            Session = [turn, next, Request([.. system, .. Message(20)]), Request([.. next.Prompt, .. next.Answer, .. Message(9)])];
        }

        /// <summary>One session's requests, one after the other: the first, the next turn, another question, back to the first one.</summary>
        public ForcedStream[] Session { get; }

        public ForcedStream[][] Rounds { get; }

        public int Longest => Rounds.Max(round => round.Max(s => s.Prompt.Length + s.Answer.Length));

        private int[] Message(int length) => [.. _random.GetItems(_usable, length - 1), _end];

        private ForcedStream Request(int[] prompt) => new([.. prompt, _usable[5]], _random.GetItems(_usable, 6));
    }
}
