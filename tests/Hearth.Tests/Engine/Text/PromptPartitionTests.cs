using CsCheck;
using Hearth.Engine;
using Hearth.Llama;

namespace Hearth.Tests.Engine.Text;

public sealed class PromptPartitionTests
{
    private static readonly SpecialTokenIndex Index = new(
    [
        new SpecialToken(1, "<|s|>", TokenAttributes.Control),
        new SpecialToken(2, "<|s|>x", TokenAttributes.Control),
        new SpecialToken(3, "<call>", TokenAttributes.UserDefined),
        new SpecialToken(4, "\n\n", TokenAttributes.UserDefined),
        new SpecialToken(5, "<mask>", TokenAttributes.Control | TokenAttributes.StripLeft | TokenAttributes.StripRight),
    ]);

    [Fact]
    public void Trusted_text_names_special_tokens_and_the_longest_wins() =>
        Assert.Equal([Special("<|s|>x", 2), Plain("a "), Special("<call>", 3), Plain("b")], Cut(("<|s|>xa <call>b", true)));

    [Fact]
    public void Untrusted_text_names_none() =>
        Assert.Equal([Plain("<|s|>")], Cut(("<|s|>", false)));

    [Fact]
    public void A_special_token_may_span_trusted_runs_but_never_touch_an_untrusted_one()
    {
        Assert.Equal([Special("<|s|>", 1)], Cut(("<|", true), ("s|>", true)));
        Assert.Equal([Plain("<|s|>")], Cut(("<|", true), ("s", false), ("|>", true)));
    }

    [Fact]
    public void A_user_defined_token_in_untrusted_text_is_cut_after_its_first_character() =>
        Assert.Equal([Plain("a<"), Plain("call>b")], Cut(("a<call>b", false)));

    [Fact]
    public void White_space_tokens_are_ordinary_text() =>
        Assert.Equal([Plain("a\n\nb")], Cut(("a\n\nb", false)));

    [Fact]
    public void Tokens_that_strip_swallow_the_white_space_beside_them() =>
        Assert.Equal([Plain("a"), Special("<mask>", 5), Plain("b")], Cut(("a  <mask> b", true)));

    [Fact]
    public void Nothing_of_the_text_is_lost_and_no_untrusted_character_becomes_special()
    {
        Gen<(string Text, bool Trusted)> run = Gen.Select(Gen.OneOf("<|s|>", "<call>", "<", "|s|>", "x", "\n\n", "é🚀"), Gen.Bool);
        run.Array[0, 8].Sample(runs =>
        {
            var pieces = Cut(runs);

            Assert.Equal(string.Concat(runs.Select(r => r.Text)), string.Concat(pieces.Select(p => p.Text)));
            bool[] trust = [.. runs.SelectMany(r => Enumerable.Repeat(r.Trusted, r.Text.Length))];
            int at = 0;
            foreach (var piece in pieces)
            {
                Assert.True(piece.SpecialToken == PromptPiece.None || trust.AsSpan(at, piece.Text.Length).IndexOf(false) < 0);
                at += piece.Text.Length;
            }
        });
    }

    private static List<(string Text, int SpecialToken)> Cut(params (string Text, bool Trusted)[] runs)
    {
        using PromptPartition cut = PromptPartition.Cut([.. runs.Select(r => new TextRun(r.Text, r.Trusted))], Index);
        List<(string Text, int SpecialToken)> pieces = [];
        foreach (PromptPiece piece in cut.Pieces)
            pieces.Add((cut.TextOf(piece).ToString(), piece.SpecialToken));
        return pieces;
    }

    private static (string Text, int SpecialToken) Plain(string text) => (text, PromptPiece.None);

    private static (string Text, int SpecialToken) Special(string text, int id) => (text, id);
}
