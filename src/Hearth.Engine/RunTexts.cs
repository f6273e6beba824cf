namespace Hearth.Engine;

/// <summary>
/// The tokenizer's own tokens of texts between special tokens, so that only what is new in a prompt is tokenised. A text's tokens depend
/// on nothing else. Thread-safe.
/// </summary>
internal sealed class RunTexts
{
    /// <summary>Texts and ids of some hundred long conversations.</summary>
    public const int MostBytes = 16 * 1024 * 1024;

    private readonly BoundedMemo<ReadOnlyMemory<byte>, int[]> _memo = new(MostBytes, new SameBytes());

    /// <summary>The tokens of a text, or null. They must not be changed.</summary>
    public int[]? Find(ReadOnlyMemory<byte> utf8) => _memo.Find(utf8);

    /// <summary>Remembers the tokens of a text.</summary>
    public void Set(ReadOnlySpan<byte> utf8, ReadOnlySpan<int> tokens) =>
        _memo.Set(utf8.ToArray(), tokens.ToArray(), utf8.Length + (tokens.Length * sizeof(int)));

    /// <summary>Equality of the bytes, so that a hit is never another text's; the hash differs from process to process.</summary>
    private sealed class SameBytes : IEqualityComparer<ReadOnlyMemory<byte>>
    {
        public bool Equals(ReadOnlyMemory<byte> x, ReadOnlyMemory<byte> y) => x.Span.SequenceEqual(y.Span);

        public int GetHashCode(ReadOnlyMemory<byte> bytes)
        {
            HashCode hash = default;
            hash.AddBytes(bytes.Span);
            return hash.ToHashCode();
        }
    }
}
