using System.Diagnostics;
using System.Text;
using Hearth.Engine;
using Hearth.Llama;
using Hearth.Tests.Support;

namespace Hearth.Tests.Engine.Text;

/// <summary>Long texts are tokenised in sections, so that a client that has left is noticed, and become the same tokens.</summary>
public sealed class LongTextTests
{
    private static readonly string[] Pieces =
    [
        "if (a) {\n", "    return b;\n", "}\n", "\n", "\n\n", "x\n", "The end.\n", "don't\n", "'s\n", " \n", "\t\n", "1,234\n", "  deep", "é\n", "日本\n", "Zoë ", "a", "B ",
        "-- \n", "\r\n", "word ", "12", ";\n", "…\n", "_x\n",
    ];

    [Theory]
    [InlineData("spark")]
    [InlineData("models/SmolLM2-135M-Instruct.Q4_1.gguf")]
    [InlineData("models/tiny-gemma3-swa.gguf")]
    [InlineData("models/tiny-gpt-oss-swa-moe.gguf")]
    [InlineData("models/tiny-lfm2-hybrid.gguf")]
    [InlineData("vocab/ggml-vocab-qwen2.gguf")]
    public void Sections_give_the_tokens_of_the_whole(string file)
    {
        using LlamaModel model = file == "spark"
            ? NativeLibraryFixture.LoadSpark()
            : NativeLibraryFixture.LoadModel(RepositoryPaths.RequireShared(file.Split('/')), vocabularyOnly: true);
        Tokenizer tokenizer = new(model.Vocab);
        for (int seed = 0; seed < 2; seed++)
        {
            byte[] text = Text(seed, 5 * Tokenizer.MostSectionBytes / 2);
            int[] whole = new int[text.Length + 2];
            int count = model.Vocab.Tokenize(text, whole, addSpecial: false, parseSpecial: false);

            List<int> sections = [];
            tokenizer.AppendPlain(sections, text, CancellationToken.None);

            Assert.Equal(whole[..count], sections);
        }
    }

    [Fact]
    public void A_long_text_is_given_up_between_two_sections()
    {
        using LlamaModel model = NativeLibraryFixture.LoadSpark();
        Tokenizer tokenizer = new(model.Vocab);
        byte[] text = Text(1, 16 * Tokenizer.MostSectionBytes);
        using CancellationTokenSource leave = new();
        List<int> tokens = [];
        Stopwatch whole = Stopwatch.StartNew();
        tokenizer.AppendPlain(tokens, text, CancellationToken.None);
        var all = tokens.Count;
        tokens.Clear();

        leave.CancelAfter(whole.Elapsed / 8);

        Assert.ThrowsAny<OperationCanceledException>(() => tokenizer.AppendPlain(tokens, text, leave.Token));
        Assert.InRange(tokens.Count, 0, all - 1);
    }

    [Fact]
    public void A_prompt_of_nobody_is_not_tokenised()
    {
        using LlamaModel model = NativeLibraryFixture.LoadSpark();
        SampledRuns runs = new(new Tokenizer(model.Vocab));

        Assert.ThrowsAny<OperationCanceledException>(() => runs.Encode([new TextRun("hello", true)], new CancellationToken(canceled: true)));
    }

    private static byte[] Text(int seed, int bytes)
    {
        Random random = new(seed);
        StringBuilder text = new();
        while (text.Length < bytes)
            text.Append(Pieces[random.Next(Pieces.Length)]);
        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
