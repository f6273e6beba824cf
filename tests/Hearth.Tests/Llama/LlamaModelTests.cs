using System.Text;
using Hearth.Llama;
using Hearth.Tests.Support;

namespace Hearth.Tests.Llama;

public sealed class LlamaModelTests
{
    [Fact]
    public void The_bundled_model_tells_what_its_card_says()
    {
        using LlamaModel model = NativeLibraryFixture.LoadSpark();

        Assert.Equal((8192, 256, 5, 4), (model.TrainedContext, model.EmbeddingLength, model.LayerCount, model.HeadCount));
        Assert.Equal("Hearth Spark", model.Metadata("general.name"));
        Assert.Null(model.Metadata("no.such.key"));
        Assert.Contains("<|im_start|>", model.ChatTemplate(), StringComparison.Ordinal);
        Assert.True(model.HasDecoder);
        Assert.False(model.IsRecurrent || model.IsHybrid || model.HasEncoder);
    }

    [Fact]
    public void The_vocabulary_knows_its_special_tokens()
    {
        using LlamaModel model = NativeLibraryFixture.LoadSpark();
        LlamaVocab vocab = model.Vocab;

        Assert.Equal(4096, vocab.TokenCount);
        Assert.Equal(VocabKind.BytePair, vocab.Kind);
        Assert.Equal(2, vocab.Eos);
        Assert.False(vocab.AddBos);
        Assert.True(vocab.IsEndOfGeneration(2) && vocab.IsControl(1));
        Assert.Equal(TokenAttributes.UserDefined, vocab.Attributes(3) & TokenAttributes.UserDefined);
        Assert.Equal("<tool_call>", vocab.Text(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => vocab.Text(4096));
    }

    [Fact]
    public void A_text_survives_its_tokens()
    {
        using LlamaModel model = NativeLibraryFixture.LoadSpark();
        const string text = "Größe 日本語 🚀 <tag>\n\ttab";
        int[] tokens = new int[64];

        int needed = model.Vocab.Tokenize(Encoding.UTF8.GetBytes(text), [], addSpecial: false, parseSpecial: false);
        int count = model.Vocab.Tokenize(Encoding.UTF8.GetBytes(text), tokens, addSpecial: false, parseSpecial: false);

        Assert.Equal(-needed, count);
        List<byte> bytes = [];
        Span<byte> piece = stackalloc byte[32];
        foreach (int token in tokens[..count])
            bytes.AddRange(piece[..model.Vocab.TokenToPiece(token, piece, special: false)]);
        Assert.Equal(text, Encoding.UTF8.GetString([.. bytes]));
    }

    [Fact]
    public void Loading_reports_progress_and_can_be_cancelled()
    {
        NativeLibraryFixture.Require();
        LlamaModelOptions options = new([RepositoryPaths.BundledModel]);
        List<float> fractions = [];

        using (LlamaModel.Load(options, fraction =>
        {
            fractions.Add(fraction);
            return true;
        }))
        {
            Assert.Equal(1f, fractions[^1]);
        }

        Assert.Throws<OperationCanceledException>(() => LlamaModel.Load(options, _ => false));
    }

    [Fact]
    public void A_missing_file_is_a_clear_error()
    {
        NativeLibraryFixture.Require();

        LlamaException error = Assert.Throws<LlamaException>(() => LlamaModel.Load(new LlamaModelOptions(["/no/such/model.gguf"])));

        Assert.Contains("/no/such/model.gguf", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_library_lists_the_processor()
    {
        LlamaLibrary library = NativeLibraryFixture.Require();

        Assert.Contains(library.Devices, d => d.Kind == LlamaDeviceKind.Cpu && d.TotalBytes > 0);
        Assert.NotEmpty(library.SystemInfo);
    }
}
