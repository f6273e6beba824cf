using System.Text;
using System.Text.Json;

namespace Hearth.Commands.Bench.Servers;

/// <summary>Bodies of requests whose prompts are common English words, about a token each. Two labels begin differently.</summary>
internal sealed class PromptBodies(int seed)
{
    private const int WordsPerSentence = 12;

    private static readonly string[] Words =
    [
        "the", "river", "house", "of", "and", "light", "a", "wind", "to", "morning", "in", "stone", "is", "table", "green", "it", "water",
        "was", "door", "garden", "for", "old", "road", "on", "tree", "with", "small", "book", "that", "night", "year", "hand", "they", "field",
        "cold", "at", "letter", "from", "winter", "we", "window", "this", "bread", "have", "by", "not", "hill", "what", "long", "sea", "when",
    ];

    /// <summary>The same body for the same label.</summary>
    public byte[] Of(string label, int words, int answerTokens, bool isStreamed, double temperature)
    {
        Random random = new(PseudoText.SeedOf(seed, label));
        StringBuilder text = new();
        for (var i = 0; i < words; i++)
            text.Append(Words[random.Next(Words.Length)]).Append(i % WordsPerSentence == WordsPerSentence - 1 ? ". " : " ");
        AskWire ask = new("default", answerTokens, null, [new TurnWire("user", $"{label}: {text}")], isStreamed, temperature);
        return JsonSerializer.SerializeToUtf8Bytes(ask, BenchJson.Default.AskWire);
    }
}
