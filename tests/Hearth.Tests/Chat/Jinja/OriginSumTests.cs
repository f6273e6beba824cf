using CsCheck;
using Hearth.Chat.Jinja;

namespace Hearth.Tests.Chat.Jinja;

/// <summary>Sums of texts, which are put off until somebody looks, are what they would be at once.</summary>
public sealed class OriginSumTests
{
    [Fact]
    public void A_sum_has_the_characters_and_origins_of_its_parts_in_whatever_order_it_was_made_and_read()
    {
        Gen<(int Length, bool Trusted)> part = Gen.Select(Gen.OneOf(Gen.Int[0, 5], Gen.Int[200, 400]), Gen.Bool);
        Gen.Select(part.Array[1, 12], Gen.Int[0, 100].Array[12], Gen.Bool).Sample((parts, order, looksInBetween) =>
        {
            List<OriginString> texts = [.. parts.Select((p, i) => Text(new string((char)('a' + i), p.Length), p.Trusted))];
            string expected = string.Concat(texts.Select(t => t.Text));
            bool[] origins = [.. parts.SelectMany(p => Enumerable.Repeat(p.Trusted, p.Length))];
            for (int step = 0; texts.Count > 1; step++)
            {
                int at = order[step] % (texts.Count - 1);
                texts[at] = texts[at].Concat(texts[at + 1]);
                texts.RemoveAt(at + 1);
                Assert.True(!looksInBetween || texts[at].Text.Length == texts[at].Length);
            }

            OriginString sum = texts[0];
            OriginString copied = new OriginBuilder().Append(sum).ToOriginString();
            Assert.Equal((expected.Length, expected), (sum.Length, copied.Text));
            Assert.Equal(origins, copied.Runs.SelectMany(r => Enumerable.Repeat(r.IsTrusted, r.Length)));
            Assert.Equal(copied.Runs, sum.Runs);
            Assert.Equal(expected, sum.Text);
            Assert.Equal(copied, sum);
        });
    }

    [Fact]
    public void Sums_of_sums_may_be_as_deep_as_a_loop_is_long()
    {
        OriginString sum = Text(new string('a', 300), trusted: true);
        for (int i = 0; i < 200_000; i++)
            sum = sum.Concat(Text("b", trusted: false));

        Assert.Equal(200_300, sum.Text.Length);
        Assert.Equal([new OriginRun(0, 300, true), new OriginRun(300, 200_000, false)], sum.Runs);
    }

    [Fact]
    public void A_sum_of_markup_and_text_looks_like_both()
    {
        string text = new('&', 300);
        JinjaDict variables = new JinjaDict().Set("x", OriginString.Untrusted(text));

        Assert.Equal(
            "<b>" + text.Replace("&", "&amp;", StringComparison.Ordinal),
            JinjaTemplate.Parse("{{ ('<b>' | safe) + x }}").Render(variables, new RenderSettings(DateTimeOffset.UnixEpoch)).Text);
    }

    private static OriginString Text(string text, bool trusted) => trusted ? OriginString.Trusted(text) : OriginString.Untrusted(text);
}
