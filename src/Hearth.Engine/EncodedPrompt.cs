namespace Hearth.Engine;

/// <summary>A prompt's tokens, and what has to be known of its end to recognise the answer that continues it.</summary>
public sealed class EncodedPrompt
{
    /// <summary>A prompt without tokens.</summary>
    public static EncodedPrompt Empty { get; } = new([], RunChain.Start, [], []);

    internal EncodedPrompt(int[] tokens, RunChain beforeTail, byte[] tailText, int[] tail) =>
        (Tokens, BeforeTail, TailText, Tail) = (tokens, beforeTail, tailText, tail);

    /// <summary>Token ids of the whole prompt.</summary>
    public int[] Tokens { get; }

    /// <summary>What was said up to the last special token.</summary>
    internal RunChain BeforeTail { get; }

    /// <summary>The UTF-8 text after it, with which the answer's text is one run.</summary>
    internal byte[] TailText { get; }

    /// <summary>That text's tokens.</summary>
    internal int[] Tail { get; }
}
