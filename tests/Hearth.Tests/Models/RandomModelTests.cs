using Hearth.Llama;
using Hearth.Models;
using Hearth.Tests.Support;

namespace Hearth.Tests.Models;

public sealed class RandomModelTests
{
    private static readonly RandomModel Tiny = new(Layers: 2, Width: 64, Heads: 4, KvHeads: 2, FeedForward: 96, Vocabulary: 300, Context: 256);

    [Fact]
    public void The_reader_accepts_it_and_the_library_computes_with_it()
    {
        using TemporaryFolder folder = new();
        var path = Provide(folder, seed: 7);

        var (file, error) = GgufFile.Open(path);
        Assert.Null(error);
        Assert.Equal((2, 64, 300, 256), (file!.Layers, file.EmbeddingLength, file.VocabularySize, file.TrainedContext));
        using var model = NativeLibraryFixture.LoadModel(path);
        using var context = model.CreateContext(new LlamaContextOptions(256));
        using LlamaBatch batch = new(8);
        for (var i = 0; i < 8; i++)
            batch.Add(i * 30, i, 0, output: i == 7);
        Assert.Equal(DecodeStatus.Ok, context.Decode(batch));
        var logits = context.Logits(7);
        Assert.All(logits.ToArray(), l => Assert.True(float.IsFinite(l)));
        Assert.True(logits.ToArray().Distinct().Count() > 100, "The logits are not those of random weights.");
    }

    [Fact]
    public void A_seed_always_gives_the_same_bytes_and_another_seed_others()
    {
        using TemporaryFolder folder = new();
        using TemporaryFolder other = new();

        Assert.Equal(File.ReadAllBytes(Provide(folder, 7)), File.ReadAllBytes(Provide(other, 7)));
        Assert.NotEqual(File.ReadAllBytes(Provide(folder, 7)), File.ReadAllBytes(Provide(folder, 8)));
    }

    [Fact]
    public void Cancelling_leaves_no_file_behind()
    {
        using TemporaryFolder folder = new();
        using CancellationTokenSource cancelled = new();
        cancelled.Cancel();

        Assert.Throws<OperationCanceledException>(() => Tiny.Provide(folder.Path, 7, null, cancelled.Token));

        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    private static string Provide(TemporaryFolder folder, ulong seed) => Tiny.Provide(folder.Path, seed, null, TestContext.Current.CancellationToken);
}
