using CsCheck;
using Hearth.Engine;
using Hearth.Engine.Sampling;

namespace Hearth.Tests.Engine.Sampling;

public sealed class SamplerTests
{
    private static readonly Gen<float[]> Logits = Gen.Float[-20, 20].Array[1, 300];

    [Fact]
    public void Greedy_takes_the_lowest_id_of_the_largest_logit() => Logits.Sample(logits =>
        Assert.Equal(Array.IndexOf(logits, logits.Max()), new Sampler(SamplingSettings.Greedy, []).Sample([.. logits])));

    [Fact]
    public void Candidates_are_those_that_sorting_everything_would_keep() =>
        Gen.Select(Logits, Gen.Int[0, 50], Gen.Float[0.05f, 1f], Gen.Float[0f, 0.5f]).Sample((logits, topK, topP, minP) =>
        {
            Candidates candidates = new();
            candidates.Fill(logits, topK);
            candidates.KeepTopP(topP);
            candidates.KeepMinP(minP);

            Assert.Equal(Reference(logits, topK, topP, minP), candidates.Tokens.ToArray());
        });

    [Fact]
    public void Draws_follow_the_probabilities_of_the_candidates()
    {
        Sampler sampler = new(new SamplingSettings(Temperature: 1, TopK: 3, TopP: 1, MinP: 0, Seed: 7), []);
        int[] counts = new int[5];
        const int draws = 20_000;
        for (int i = 0; i < draws; i++)
            counts[sampler.Sample([MathF.Log(0.5f), MathF.Log(0.3f), MathF.Log(0.2f), -5f, -6f])]++;

        Assert.Equal((0, 0), (counts[3], counts[4]));
        Assert.InRange(counts[0] / (double)draws, 0.485, 0.515);
        Assert.InRange(counts[1] / (double)draws, 0.285, 0.315);
    }

    [Fact]
    public void A_seed_gives_the_same_tokens_again_and_always_these()
    {
        SamplingSettings settings = new(Temperature: 1, TopK: 0, TopP: 1, MinP: 0, Seed: 42);
        int[] Draw()
        {
            Sampler sampler = new(settings, []);
            return [.. Enumerable.Range(0, 12).Select(_ => sampler.Sample(new float[100]))];
        }

        Assert.Equal(Draw(), Draw());
        Assert.Equal([74, 15, 27, 34, 3, 86, 21, 80, 33, 61, 20, 49], Draw());
    }

    [Fact]
    public void Suppressed_tokens_are_never_drawn() => Gen.Select(Logits, Gen.Int[0, 300].Array[0, 20], Gen.UInt).Sample((logits, suppressed, seed) =>
    {
        int[] forbidden = [.. suppressed.Where(t => t < logits.Length - 1).Distinct()];

        Assert.DoesNotContain(new Sampler(new SamplingSettings(Seed: seed), forbidden).Sample([.. logits]), forbidden);
    });

    [Theory]
    [InlineData(0f)]
    [InlineData(0.8f)]
    public void Logits_that_are_no_numbers_never_give_an_invalid_id(float temperature)
    {
        Sampler sampler = new(new SamplingSettings(Temperature: temperature, Seed: 1), [0]);

        Assert.Equal(2, sampler.Sample([5f, float.NaN, 1f, float.NegativeInfinity]));
        Assert.Equal(1, sampler.Sample([5f, float.NaN, float.NaN]));
        Assert.Equal(2, sampler.Sample([5f, 1f, float.PositiveInfinity, float.NaN]));
    }

    [Fact]
    public void Penalties_follow_the_counts_of_the_latest_tokens()
    {
        Sampler sampler = new(
            new SamplingSettings(Temperature: 0, RepeatPenalty: 2, FrequencyPenalty: 0.5f, PresencePenalty: 0.25f, PenaltyLastN: 3), []);
        foreach (int token in new[] { 3, 0, 1, 1 })
            sampler.Accept(token);
        float[] logits = [4f, 4f, 1f, 4f, -1f];

        Assert.Equal(3, sampler.Sample(logits));
        Assert.Equal([(4f / 2) - 0.75f, (4f / 2) - 1.25f, 1f, 4f, -1f], logits);
    }

    [Fact]
    public void Defaults_come_from_the_file_where_it_speaks_and_is_sane()
    {
        Dictionary<string, string> metadata = new()
        {
            ["general.sampling.temp"] = "0.6",
            ["general.sampling.top_k"] = "20",
            ["general.sampling.top_p"] = "seven",
            ["general.sampling.min_p"] = "3",
        };

        SamplingSettings settings = SamplingDefaults.FromMetadata(metadata.GetValueOrDefault);

        Assert.Equal(new SamplingSettings(Temperature: 0.6f, TopK: 20), settings);
    }

    private static int[] Reference(float[] logits, int topK, float topP, float minP)
    {
        var sorted = logits.Select((logit, id) => (Logit: logit, Id: id)).OrderByDescending(c => c.Logit).ThenBy(c => c.Id)
            .Take(topK > 0 ? topK : logits.Length).ToList();
        double total = sorted.Sum(c => Math.Exp(c.Logit - (double)sorted[0].Logit));
        double sum = 0;
        int kept = 0;
        while (kept < sorted.Count && (kept == 0 || sum < topP * total))
            sum += Math.Exp(sorted[kept++].Logit - (double)sorted[0].Logit);
        float least = minP > 0 ? sorted[0].Logit + MathF.Log(minP) : float.NegativeInfinity;
        return [.. sorted.Take(topP >= 1 ? sorted.Count : kept).Where((c, i) => i == 0 || c.Logit >= least).Select(c => c.Id)];
    }
}
