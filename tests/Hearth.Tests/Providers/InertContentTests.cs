using System.Text;
using System.Text.RegularExpressions;
using CsCheck;
using Hearth.Chat.Jinja;
using Hearth.Chat.Templates;
using Hearth.Engine;
using Hearth.Llama;
using Hearth.Tests.Support;

namespace Hearth.Tests.Providers;

/// <summary>
/// Special tokens that a client spells, wherever it does, are text: the prompt has the special tokens that the template wrote and no
/// others, and says the same characters.
/// </summary>
public sealed partial class InertContentTests
{
    /// <summary>Stands in everything a client says, so that no template takes it for its own.</summary>
    private const string Sentinel = "§";

    private static readonly string[] Words = ["word", " ", "\n", "assistant", "system", "é🚀", Sentinel, Sentinel];

    public static TheoryData<string> Vocabularies => SharedTemplates.Vocabularies;

    [Theory]
    [MemberData(nameof(Vocabularies))]
    public void No_content_becomes_a_special_token_of_a_real_vocabulary(string vocabulary)
    {
        var sources = SharedTemplates.Sources();
        using LlamaModel model = SharedTemplates.LoadVocabulary(vocabulary);
        Tokenizer tokenizer = new(model.Vocab);
        string[] special = [.. tokenizer.SpecialTokens.Keys.Where(t => !string.IsNullOrWhiteSpace(t)).OrderByDescending(t => t.Contains("tool", StringComparison.Ordinal)).Take(24)];
        Tally tally = new();
        foreach (var (name, source) in sources)
        {
            var template = SharedTemplates.Parse(source);
            Slots(special).Sample(slots => Check(name, template, slots, tally, runs => Specials(tokenizer, runs)), iter: 12);
        }

        tally.AssertMeaningful();
    }

    [Fact]
    public void No_content_becomes_a_special_token_that_the_template_itself_writes()
    {
        Tally tally = new();
        foreach (var (name, source) in SharedTemplates.Sources())
        {
            string[] special = [.. Spellings().Matches(source).Select(m => m.Value).Distinct().Take(60)];
            if (special.Length == 0)
                continue;
            var template = SharedTemplates.Parse(source);
            SpecialTokenIndex index = new(special.Select((text, id) =>
                new SpecialToken(id, text, id % 2 == 0 ? TokenAttributes.Control : TokenAttributes.UserDefined)));
            Slots(special).Sample(slots => Check(name, template, slots, tally, runs => Specials(index, runs)), iter: 40);
        }

        tally.AssertMeaningful();
    }

    [Theory]
    [MemberData(nameof(Vocabularies))]
    public void Honest_text_has_the_ids_that_the_library_gives_it(string vocabulary)
    {
        var sources = SharedTemplates.Sources();
        using LlamaModel model = SharedTemplates.LoadVocabulary(vocabulary);
        SampledRuns sampled = new(new Tokenizer(model.Vocab));
        Gen<string> text = Gen.OneOf([.. Words, "if (x == 1) { return; }", "日本語", "  \t", "It's 12,345.67 €\n\n"]).Array[0, 6].Select(string.Concat);
        foreach (var (name, source) in sources)
        {
            var template = SharedTemplates.Parse(source);
            text.Array[SlottedConversation.Slots].Sample(slots =>
            {
                RenderedPrompt rendered = template.Render(SlottedConversation.Of(slots), DateTimeOffset.UnixEpoch);
                if (rendered.Error is null)
                    Assert.True(Reference(model.Vocab, rendered.Text.Text).SequenceEqual(sampled.Encode(Runs(rendered.Text)).Tokens), name);
            }, iter: 6);
        }
    }

    /// <summary>What a client says: as it is, and with each spelling of a special token replaced by as many letters.</summary>
    private static Gen<(string Text, string Harmless)[]> Slots(string[] special)
    {
        Gen<string> spelling = Gen.OneOf(special);
        Gen<string> cut = Gen.Select(spelling, Gen.Double.Unit).Select((s, share) => s[(int)(share * s.Length)..]);
        Gen<string> start = Gen.Select(spelling, Gen.Double.Unit).Select((s, share) => s[..(int)(share * s.Length)]);
        Gen<string> nested = Gen.Select(spelling, spelling, Gen.Double.Unit)
            .Select((outer, inner, share) => outer.Insert((int)(share * outer.Length), inner));
        Gen<(string, string)> atom = Gen.OneOf(
            Gen.OneOf(spelling, spelling, cut, start, nested).Select(s => (s, new string('x', s.Length))), Gen.OneOf(Words).Select(w => (w, w)));
        Gen<(string Text, string Harmless)> slot = atom.Array[1, 5].Select(atoms =>
            (Sentinel + string.Concat(atoms.Select(a => a.Item1)), Sentinel + string.Concat(atoms.Select(a => a.Item2))));

        // A spelling that ends one text and goes on in the next, wherever the template puts it.
        return Gen.Select(slot.Array[SlottedConversation.Slots], Gen.Int[0, SlottedConversation.Slots - 2], spelling, Gen.Double.Unit)
            .Select((slots, at, torn, share) =>
            {
                var middle = (int)(share * torn.Length);
                slots[at] = (slots[at].Text + torn[..middle], slots[at].Harmless + new string('x', middle));
                slots[at + 1] = (torn[middle..] + slots[at + 1].Text, new string('x', torn.Length - middle) + slots[at + 1].Harmless);
                return slots;
            });
    }

    private static void Check(
        string name, ChatTemplate template, (string Text, string Harmless)[] slots, Tally tally, Func<TextRun[], (int[] Special, string Said)> encode)
    {
        RenderedPrompt hostile = template.Render(SlottedConversation.Of([.. slots.Select(s => s.Text)]), DateTimeOffset.UnixEpoch);
        RenderedPrompt harmless = template.Render(SlottedConversation.Of([.. slots.Select(s => s.Harmless)]), DateTimeOffset.UnixEpoch);
        if (hostile.Error is not null || harmless.Error is not null)
            return;
        tally.Rendered();
        Assert.False(Trusted(hostile.Text).Contains(Sentinel, StringComparison.Ordinal), $"{name} takes a client's text for its own: {hostile.Text}");
        var (special, said) = encode(Runs(hostile.Text));
        Assert.Equal(hostile.Text.Text, said);

        // Where a template looks into its contents, it writes other things for other contents; then only its own text counts.
        if (Trusted(hostile.Text) != Trusted(harmless.Text))
        {
            var (own, _) = encode([.. Runs(hostile.Text).Select(r => r.Trusted ? r : new TextRun(Sentinel, false))]);
            Assert.Equal(own.Order(), special.Order());
            return;
        }

        tally.Compared();
        Assert.Equal(encode(Runs(harmless.Text)).Special.Order(), special.Order());
    }

    private static (int[] Special, string Said) Specials(Tokenizer tokenizer, TextRun[] runs)
    {
        int[] tokens = new SampledRuns(tokenizer).Encode(runs).Tokens;
        Assert.Equal(tokenizer.Encode(runs), tokens);
        return ([.. tokens.Where(tokenizer.IsSpecial)], tokenizer.Spell(tokens));
    }

    private static (int[] Special, string Said) Specials(SpecialTokenIndex index, TextRun[] runs)
    {
        using PromptPartition cut = PromptPartition.Cut(runs, index);
        List<int> special = [];
        StringBuilder said = new();
        foreach (PromptPiece piece in cut.Pieces)
        {
            said.Append(cut.TextOf(piece));
            if (piece.IsSpecial)
                special.Add(piece.SpecialToken);
        }

        return ([.. special], said.ToString());
    }

    private static TextRun[] Runs(OriginString text) =>
        [.. text.Runs.Select(r => new TextRun(text.Text.AsMemory(r.Start, r.Length), r.IsTrusted))];

    private static string Trusted(OriginString text) =>
        string.Concat(text.Runs.Where(r => r.IsTrusted).Select(r => text.Text.Substring(r.Start, r.Length)));

    private static int[] Reference(LlamaVocab vocab, string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        int[] buffer = new int[utf8.Length + 2];
        return buffer[..vocab.Tokenize(utf8, buffer, addSpecial: false, parseSpecial: true)];
    }

    /// <summary>What looks like a special token.</summary>
    [GeneratedRegex(@"<[|｜][^|｜<>\n]{1,40}[|｜]>|</?[a-z_|]{2,30}>|\[/?[A-Z_]{3,30}\]", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Spellings();

    /// <summary>That the test says something.</summary>
    private sealed class Tally
    {
        private int _rendered;
        private int _compared;

        public void Rendered() => Interlocked.Increment(ref _rendered);

        public void Compared() => Interlocked.Increment(ref _compared);

        public void AssertMeaningful() =>
            Assert.True(_compared > 100 && _compared > _rendered / 2, $"Only {_compared} of {_rendered} prompts could be compared.");
    }
}
