using Hearth.Engine;
using Hearth.Llama;
using Hearth.Tests.Support;

namespace Hearth.Tests.Engine.Text;

/// <summary>Special tokens are found in a text, however many there are.</summary>
public sealed class SpecialTokenIndexTests
{
    [Fact]
    public void The_longest_at_the_leftmost_place_wins_and_one_that_is_not_accepted_leaves_the_place_to_others()
    {
        SpecialTokenIndex index = Index("<a>", "<a>b", "<c>");

        Assert.Equal((1, "<a>b"), Find(index, "x<a>b<c>", _ => true));
        Assert.Equal((1, "<a>"), Find(index, "x<a>b<c>", t => t != "<a>b"));
        Assert.Equal((5, "<c>"), Find(index, "x<a>b<c>", t => t[1] == 'c'));
        Assert.Null(Find(index, "x<a", _ => true));
    }

    /// <summary>One by one, these comparisons take minutes.</summary>
    [Fact]
    public void Thousands_of_tokens_that_begin_alike_cost_little_more_than_one()
    {
        SpecialTokenIndex index = Index([.. Enumerable.Range(0, 20_000).Select(i => $"<unused{i}>")]);
        string text = string.Concat(Enumerable.Repeat("<unused", 200_000));

        ThreadCost cost = ThreadCost.Of(() => Assert.Null(Find(index, text, _ => true)));

        Assert.InRange(cost.Time, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    private static SpecialTokenIndex Index(params string[] texts) => new(texts.Select((t, i) => new SpecialToken(i, t, TokenAttributes.Control)));

    private static (int Start, string Text)? Find(SpecialTokenIndex index, string text, Func<string, bool> accepts) =>
        index.Find(text, 0, (_, token) => accepts(token.Text)) is { } found ? (found.Start, found.Token.Text) : null;
}
