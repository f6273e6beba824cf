using System.Collections.Frozen;
using Hearth.Llama;

namespace Hearth.Engine;

/// <summary>What generating needs to know of a vocabulary.</summary>
/// <param name="Size">Number of token ids.</param>
/// <param name="EndOfGeneration">Every id that ends an answer.</param>
/// <param name="SuppressedTokens">Ids that are never sampled.</param>
internal sealed record VocabularyFacts(int Size, FrozenSet<int> EndOfGeneration, IReadOnlyList<int> SuppressedTokens)
{
    /// <summary>Asks a loaded vocabulary once, so that no step has to.</summary>
    public static VocabularyFacts Of(LlamaVocab vocab) => new(
        vocab.TokenCount,
        Enumerable.Range(0, vocab.TokenCount).Where(vocab.IsEndOfGeneration).ToFrozenSet(),
        vocab.SuppressedTokens);
}
