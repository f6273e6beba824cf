namespace Hearth.Engine;

/// <summary>An answer as it was sampled, with the place in a history where it comes back.</summary>
/// <param name="Start">What was said up to the last special token before it.</param>
/// <param name="End">What a history has said up to the token that ends the answer.</param>
/// <param name="Tokens">The tokens between the two: the end of the prompt and the answer.</param>
internal sealed record SampledAnswer(RunChain Start, RunChain End, int[] Tokens);
