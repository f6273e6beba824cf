using CsCheck;
using Hearth.Engine;
using Hearth.Llama;
using Hearth.Tests.Support;

namespace Hearth.Tests.Engine.Text;

/// <summary>A history that comes back as text is the tokens that were sampled, and never more than text.</summary>
public sealed class SampledRunsTests : IDisposable
{
    private const string Question = "<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n";

    private static readonly string[] Markers = ["<|im_end|>", "<|im_start|>", "<tool_call>", "</tool_call>"];

    private static readonly Gen<string> Piece = Gen.OneOf(
        Gen.OneOf("Hello", " there", "é", "日本", "🚀", "\n\n", " ", "<", "im_end", "|>", "{\"a\": 1}", "<think>"),
        Gen.OneOf("t", "h", "e", "r", "ea", "d", "in", "g", " t", " f", "ile", "wr", "it", "c", "re"),
        Gen.OneOf(Markers), Gen.Char['a', 'z'].Array[1, 4].Select(c => new string(c)));

    private readonly LlamaModel _model = NativeLibraryFixture.LoadSpark();
    private readonly Tokenizer _tokenizer;

    public SampledRunsTests() => _tokenizer = new Tokenizer(_model.Vocab);

    public void Dispose() => _model.Dispose();

    [Fact]
    public void A_history_is_the_tokens_that_were_sampled()
    {
        var others = 0;
        Piece.Array[1, 12].Sample(pieces =>
        {
            SampledRuns runs = new(_tokenizer);
            var prompt = runs.Encode([new TextRun(Question, true)]);
            int[] sampled = [.. pieces.SelectMany(Plain)];
            var answer = string.Concat(pieces);
            int[] canonical = History(new SampledRuns(_tokenizer), answer);

            runs.Record(prompt, sampled);
            int[] history = History(runs, answer);

            Assert.Equal([.. prompt.Tokens, .. sampled, .. Special("<|im_end|>\n<|im_start|>user\nnext")], history);
            Assert.Equal(_tokenizer.Encode(Runs(answer)), canonical);
            Assert.Equal(history.SequenceEqual(canonical), runs.RememberedTokens == 0);
            if (runs.RememberedTokens > 0)
                Interlocked.Increment(ref others);
        }, iter: 300);
        Assert.True(others > 100, "The pieces hardly ever give other tokens.");
    }

    [Fact]
    public void Special_tokens_that_were_sampled_are_found_only_where_the_template_writes_them()
    {
        Gen.Select(Piece.Array[1, 3], Gen.OneOf(Markers), Piece.Array[1, 3]).Sample((before, marker, after) =>
        {
            SampledRuns runs = new(_tokenizer);
            var prompt = runs.Encode([new TextRun(Question, true)]);
            int[] sampled = [.. before.SelectMany(Plain), _tokenizer.SpecialTokens[marker], .. after.SelectMany(Plain)];
            runs.Record(prompt, sampled);
            var (left, right) = (string.Concat(before), string.Concat(after));

            var trusted = runs.Encode([new(Question, true), new(left, false), new(marker, true), new(right, false), new("<|im_end|>\n", true)]).Tokens;
            var untrusted = runs.Encode([new(Question, true), new(left + marker + right, false), new("<|im_end|>\n", true)]).Tokens;

            Assert.Equal([.. prompt.Tokens, .. sampled, .. Special("<|im_end|>\n")], trusted);
            Assert.Equal(4, untrusted.Count(_tokenizer.IsSpecial));
            Assert.Equal(_tokenizer.Encode([new(Question, true), new(left + marker + right, false), new("<|im_end|>\n", true)]), untrusted);
        }, iter: 300);
    }

    [Fact]
    public void A_run_counts_only_after_what_it_was_sampled_after()
    {
        SampledRuns runs = new(_tokenizer);
        int[] sampled = Letters("Hello there");
        runs.Record(runs.Encode([new TextRun(Question, true)], TestContext.Current.CancellationToken), sampled);

        int[] same = History(runs, "Hello there");
        int[] other = runs.Encode([new(Question.Replace("hi", "ho", StringComparison.Ordinal), true), new("Hello there", false), new("<|im_end|>\n", true)], TestContext.Current.CancellationToken).Tokens;

        Assert.True(Contains(same, sampled));
        Assert.False(Contains(other, sampled));
    }

    [Fact]
    public void Runs_of_later_answers_follow_those_of_earlier_ones()
    {
        SampledRuns runs = new(_tokenizer);
        var first = runs.Encode([new TextRun(Question, true)], TestContext.Current.CancellationToken);
        int[] one = Letters("Hello there");
        runs.Record(first, one);
        TextRun[] history = [new(Question, true), new("Hello there", false), new("<|im_end|>\n" + Question, true)];
        int[] two = Letters("Once more");
        var second = runs.Encode(history, TestContext.Current.CancellationToken);
        runs.Record(second, two);

        int[] third = runs.Encode([.. history, new("Once more", false), new("<|im_end|>\n", true)], TestContext.Current.CancellationToken).Tokens;

        Assert.Equal([.. first.Tokens, .. one, .. Special("<|im_end|>\n" + Question), .. two, .. Special("<|im_end|>\n")], third);
    }

    [Theory]
    [InlineData("STOP", "Hello there", true)]
    [InlineData("TOP", "Hello thereS", true)]
    [InlineData("never", "Hello there", false)]
    public void An_answer_that_a_text_ended_counts_up_to_that(string stop, string shown, bool isRemembered)
    {
        SampledRuns runs = new(_tokenizer);
        runs.Record(runs.Encode([new TextRun(Question, true)], TestContext.Current.CancellationToken), Letters("Hello thereSTOP and more"), stop);

        Assert.Equal(isRemembered, Contains(History(runs, shown), Letters(shown)));
    }

    [Fact]
    public void An_answer_that_is_cut_inside_a_token_or_a_character_is_not_remembered()
    {
        SampledRuns runs = new(_tokenizer);
        var prompt = runs.Encode([new TextRun(Question, true)], TestContext.Current.CancellationToken);
        int[] rocket = Plain("🚀");
        Assert.True(rocket.Length > 1, "The test needs a character of several tokens.");

        runs.Record(prompt, [.. Letters("Hello"), .. rocket[..1]]);
        runs.Record(prompt, [.. Letters("Hello"), .. Plain(" there")], stop: "ere");

        Assert.Equal(0, runs.RememberedTokens);
    }

    [Fact]
    public void The_tokenizers_own_tokens_are_not_kept_and_replace_others()
    {
        SampledRuns runs = new(_tokenizer);
        var prompt = runs.Encode([new TextRun(Question, true)], TestContext.Current.CancellationToken);

        runs.Record(prompt, Letters("Hello there"));
        Assert.True(runs.RememberedTokens > 0);
        int[] own = History(new SampledRuns(_tokenizer), "Hello there")[prompt.Tokens.Length..];
        runs.Record(prompt, own[..Array.FindIndex(own, _tokenizer.IsSpecial)]);

        Assert.Equal(0, runs.RememberedTokens);
    }

    [Fact]
    public void The_memo_is_bounded_and_keeps_what_is_used()
    {
        BoundedMemo<RunChain, int[]> memo = new(mostCost: 10);
        RunChain[] ends = [.. Enumerable.Range(0, 4).Select(i => RunChain.Start.ThenSpecial(i))];
        void Set(RunChain end, int[] tokens) => memo.Set(end, tokens, tokens.Length);
        Set(ends[0], [1, 2, 3, 4]);
        Set(ends[1], [5, 6, 7, 8]);
        Assert.NotNull(memo.Find(ends[0]));

        Set(ends[2], [9, 10, 11]);
        Set(ends[3], [.. Enumerable.Range(0, 11)]);

        Assert.Equal([true, false, true, false], ends.Select(e => memo.Find(e) is not null));
        Assert.Equal(7, memo.Cost);
        Set(ends[0], [1]);
        Assert.Equal(4, memo.Cost);
    }

    private static TextRun[] Runs(string answer) => [new(Question, true), new(answer, false), new("<|im_end|>\n<|im_start|>user\nnext", true)];

    private static bool Contains(int[] tokens, int[] part) => tokens.AsSpan().IndexOf(part) >= 0;

    private static int[] History(SampledRuns runs, string answer) => runs.Encode(Runs(answer)).Tokens;

    /// <summary>Text as the tokens it has on its own.</summary>
    private int[] Plain(string text) => _tokenizer.Encode([new TextRun(text, false)]);

    private int[] Letters(string text) => [.. text.EnumerateRunes().SelectMany(r => Plain(r.ToString()))];

    private int[] Special(string text) => _tokenizer.Encode([new TextRun(text, true)]);
}
