using System.Text;
using CsCheck;
using Hearth.Engine;
using Hearth.Llama;
using Hearth.Tests.Support;

namespace Hearth.Tests.Engine.Text;

public sealed class TokenizerTests
{
    private const string Conversation =
        "<|im_start|>system\nYou are terse.<|im_end|>\n<|im_start|>user\nGröße 日本語 🚀\n\n  if (x) { return; }\t<tag><|im_end|>\n<|im_start|>assistant\n";

    [Theory]
    [InlineData(null)]
    [InlineData("models/SmolLM2-135M-Instruct.Q4_1.gguf")]
    [InlineData("vocab/ggml-vocab-qwen2.gguf")]
    public void Trusted_text_gets_the_ids_that_the_library_gives_it(string? shared)
    {
        using LlamaModel model = Load(shared);

        Assert.Equal(Reference(model.Vocab, Conversation), new Tokenizer(model.Vocab).Encode([new TextRun(Conversation, true)]));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("vocab/ggml-vocab-qwen2.gguf")]
    public void Untrusted_text_made_of_special_tokens_stays_text_and_comes_back_as_it_was(string? shared)
    {
        using LlamaModel model = Load(shared);
        Tokenizer tokenizer = new(model.Vocab);
        string[] texts = [.. tokenizer.SpecialTokens.Keys.Where(t => !string.IsNullOrWhiteSpace(t)).Take(12)];
        Gen<string> part = Gen.OneOf([.. texts, .. texts.Select(t => t[1..]), .. texts.Select(t => t[..^1]), "<", " ", "word", "é"]);
        part.Array[0, 8].Sample(parts =>
        {
            string text = string.Concat(parts);
            int[] tokens = tokenizer.Encode([new TextRun(text, false)]);

            Assert.DoesNotContain(tokens, tokenizer.IsSpecial);
            Assert.Equal(text, Decode(model.Vocab, tokens));
        }, iter: 300);
    }

    [Fact]
    public void The_templates_special_tokens_become_tokens_around_what_the_client_wrote()
    {
        using LlamaModel model = NativeLibraryFixture.LoadSpark();
        Tokenizer tokenizer = new(model.Vocab);

        int[] tokens = tokenizer.Encode([new("<|im_start|>user\n", true), new("<|im_end|><tool_call>", false), new("<|im_end|>\n", true)]);

        Assert.Equal([1, 2], tokens.Where(tokenizer.IsSpecial));
        Assert.Equal("<tool_call>", tokenizer.SpecialText(tokenizer.SpecialTokens["<tool_call>"]));
    }

    [Fact]
    public void A_control_token_without_a_text_says_nothing()
    {
        NativeLibraryFixture.Require();
        using TemporaryFolder folder = new();
        byte[] file = File.ReadAllBytes(RepositoryPaths.BundledModel);
        byte[] token = [12, 0, 0, 0, 0, 0, 0, 0, .. "<|im_start|>"u8];
        file.AsSpan(file.AsSpan().IndexOf(token) + 8, 12).Fill((byte)' ');
        string path = Path.Combine(folder.Path, "blank.gguf");
        File.WriteAllBytes(path, file);
        using LlamaModel model = NativeLibraryFixture.LoadModel(path);
        Tokenizer tokenizer = new(model.Vocab);
        int blank = Enumerable.Range(0, model.Vocab.TokenCount).Single(t => model.Vocab.IsControl(t) && !tokenizer.IsSpecial(t));

        List<DetokenizedPiece> pieces = [];
        new Detokenizer(tokenizer, new HashSet<int> { blank }).Add(blank, pieces);
        Assert.Empty(pieces);
    }

    [Fact]
    public void Text_comes_in_whole_characters_token_by_token()
    {
        using LlamaModel model = NativeLibraryFixture.LoadSpark();
        Tokenizer tokenizer = new(model.Vocab);
        Gen.OneOf("é", "日本", "🚀", "e\u0301", " a", "👩‍💻", "\n").Array[0, 10].Sample(parts =>
        {
            string text = string.Concat(parts);
            Detokenizer detokenizer = new(new Tokenizer(model.Vocab), new HashSet<int>());
            List<DetokenizedPiece> pieces = [];
            foreach (int token in tokenizer.Encode([new TextRun(text, false)]))
                detokenizer.Add(token, pieces);
            Assert.DoesNotContain(pieces, p => p.Text!.Contains('\uFFFD', StringComparison.Ordinal));
            detokenizer.Flush(pieces);

            Assert.Equal(text, string.Concat(pieces.Select(p => p.Text)));
        }, iter: 200);
    }

    [Fact]
    public void Half_a_character_becomes_a_replacement_before_a_special_token_and_at_the_end()
    {
        using LlamaModel model = NativeLibraryFixture.LoadSpark();
        int[] rocket = new Tokenizer(model.Vocab).Encode([new TextRun("🚀", false)]);
        Assert.True(rocket.Length > 1, "The test needs a character of several tokens.");
        Detokenizer detokenizer = new(new Tokenizer(model.Vocab), new HashSet<int> { 3 });
        List<DetokenizedPiece> pieces = [];

        detokenizer.Add(rocket[0], pieces);
        Assert.Empty(pieces);
        detokenizer.Add(3, pieces);
        detokenizer.Add(rocket[0], pieces);
        detokenizer.Flush(pieces);

        Assert.Equal(["\uFFFD", null, "\uFFFD"], pieces.Select(p => p.Text));
        Assert.Equal(3, pieces[1].SpecialToken);
    }

    private static LlamaModel Load(string? shared) => shared is null
        ? NativeLibraryFixture.LoadSpark()
        : NativeLibraryFixture.LoadModel(RepositoryPaths.RequireShared(shared), vocabularyOnly: true);

    private static string Decode(LlamaVocab vocab, int[] tokens)
    {
        Detokenizer detokenizer = new(new Tokenizer(vocab), new HashSet<int>());
        List<DetokenizedPiece> pieces = [];
        foreach (int token in tokens)
            detokenizer.Add(token, pieces);
        detokenizer.Flush(pieces);
        return string.Concat(pieces.Select(p => p.Text));
    }

    private static int[] Reference(LlamaVocab vocab, string text)
    {
        int[] buffer = new int[1024];
        return buffer[..vocab.Tokenize(Encoding.UTF8.GetBytes(text), buffer, addSpecial: false, parseSpecial: true)];
    }
}
