using Hearth.Llama.Native;

namespace Hearth.Llama;

/// <summary>
/// Finds what is wrong with a batch before native code sees it: there an assert ends the process. Allocates nothing per check.
/// </summary>
internal sealed class BatchCheck(int vocabularySize, int batchTokens, int maxSequences, int maxOutputs)
{
    private const int NotSeen = -1;

    private readonly int[] _next = Enumerable.Repeat(NotSeen, maxSequences).ToArray();

    /// <summary>What is wrong, or null. <paramref name="memory"/> says where each sequence stands.</summary>
    public string? Find(LlamaBatch batch, nint memory)
    {
        if (batch.Count == 0)
            return "The batch is empty.";
        if (batch.Count > batchTokens)
            return $"The batch has {batch.Count} tokens; the context takes {batchTokens}.";
        try
        {
            return FindInTokens(batch, memory);
        }
        finally
        {
            foreach (int sequence in batch.Sequences)
            {
                if ((uint)sequence < (uint)_next.Length)
                    _next[sequence] = NotSeen;
            }
        }
    }

    private string? FindInTokens(LlamaBatch batch, nint memory)
    {
        int outputs = 0;
        for (int i = 0; i < batch.Count; i++)
        {
            int sequence = batch.Sequences[i];
            if ((uint)batch.Tokens[i] >= (uint)vocabularySize)
                return $"Token {batch.Tokens[i]} is not in the vocabulary of {vocabularySize}.";
            if ((uint)sequence >= (uint)_next.Length)
                return $"Sequence {sequence} is not below {_next.Length}.";
            if (_next[sequence] == NotSeen)
                _next[sequence] = LlamaNative.llama_memory_seq_pos_max(memory, sequence) + 1;
            if (batch.Positions[i] != _next[sequence])
                return $"Sequence {sequence} continues at {_next[sequence]}, not at {batch.Positions[i]}.";
            _next[sequence]++;
            if (batch.Outputs[i] != 0 && ++outputs > maxOutputs)
                return $"More than {maxOutputs} outputs.";
        }

        return null;
    }
}
