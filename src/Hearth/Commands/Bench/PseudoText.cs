using System.Text;

namespace Hearth.Commands.Bench;

/// <summary>
/// Texts of made-up words, the same for the same seed and label on every machine. Two labels share no beginning longer than chance
/// gives.
/// </summary>
/// <param name="Seed">Other seeds give other texts.</param>
/// <param name="TokensPerWord">How many tokens the model's vocabulary makes of one word on average.</param>
internal sealed record PseudoText(int Seed, double TokensPerWord)
{
    private const string Consonants = "bdfgklmnprstvz";
    private const string Vowels = "aeiou";
    private const int WordsPerSentence = 12;

    /// <summary>A text of about so many tokens.</summary>
    public string Tokens(string label, int tokens) => Words(label, Math.Max(1, (int)Math.Round(tokens / TokensPerWord)));

    /// <summary>A text of exactly so many words.</summary>
    public string Words(string label, int words)
    {
        Random random = new(SeedOf(Seed, label));
        StringBuilder text = new();
        for (var i = 0; i < words; i++)
        {
            if (i > 0)
                text.Append(i % WordsPerSentence == 0 ? ". " : " ");
            for (var syllable = random.Next(1, 4); syllable > 0; syllable--)
                text.Append(Consonants[random.Next(Consonants.Length)]).Append(Vowels[random.Next(Vowels.Length)]);
        }

        return text.Append('.').ToString();
    }

    /// <summary>The seed of what has a name. FNV-1a; the hash of a string in .NET differs from process to process.</summary>
    public static int SeedOf(int seed, string label)
    {
        var hash = 2166136261u ^ (uint)seed;
        foreach (var letter in label)
            hash = unchecked((hash ^ letter) * 16777619u);
        return (int)(hash & int.MaxValue);
    }
}
