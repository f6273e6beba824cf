using Hearth.Commands.Bench.Servers;

namespace Hearth.Commands.Bench.Sessions;

/// <summary>
/// Every token sequence that a server has computed so far, and so what an ideal cache, which never forgets and shares everything,
/// would still have to compute for a prompt.
/// </summary>
internal sealed class PrefixLedger
{
    private readonly List<int[]> _computed = [];

    /// <summary>
    /// Tokens of <paramref name="prompt"/> that no earlier sequence begins with, at least one: the last must be computed for its
    /// logits. The prompt is in the ledger afterwards, so of prompts that are sent at once the shared part counts once.
    /// </summary>
    public int Enter(int[] prompt)
    {
        var known = _computed.Count == 0 ? 0 : _computed.Max(earlier => RenderedPrompt.Shared(earlier, prompt));
        Add(prompt);
        return Math.Max(1, prompt.Length - known);
    }

    /// <summary>Notes a sequence that was computed: a prompt with its answer.</summary>
    public void Add(int[] sequence) => _computed.Add(sequence);
}
