using Hearth.Llama.Native;

namespace Hearth.Llama;

/// <summary>A model's vocabulary. Every member is thread-safe; token ids run from 0 to <see cref="TokenCount"/> less one.</summary>
public sealed class LlamaVocab
{
    private readonly ModelHandle _model;
    private readonly nint _vocab;

    internal unsafe LlamaVocab(ModelHandle model)
    {
        _model = model;
        _vocab = LlamaNative.llama_model_get_vocab(model);
        TokenCount = LlamaNative.llama_vocab_n_tokens(_vocab);
        int count;
        int* suppressed = LlamaNative.llama_vocab_get_suppress_tokens(_vocab, &count);
        SuppressedTokens = suppressed is null ? [] : new ReadOnlySpan<int>(suppressed, count).ToArray();
    }

    /// <summary>Number of token ids.</summary>
    public int TokenCount { get; }

    /// <summary>How text becomes tokens.</summary>
    public VocabKind Kind => (VocabKind)LlamaNative.llama_vocab_type(_vocab);

    /// <summary>Beginning of sequence.</summary>
    public int? Bos => OrNull(LlamaNative.llama_vocab_bos(_vocab));

    /// <summary>End of sequence.</summary>
    public int? Eos => OrNull(LlamaNative.llama_vocab_eos(_vocab));

    /// <summary>End of turn.</summary>
    public int? Eot => OrNull(LlamaNative.llama_vocab_eot(_vocab));

    /// <summary>Padding.</summary>
    public int? Pad => OrNull(LlamaNative.llama_vocab_pad(_vocab));

    /// <summary>The model wants <see cref="Bos"/> before a prompt.</summary>
    public bool AddBos => LlamaNative.llama_vocab_get_add_bos(_vocab) != 0;

    /// <summary>The model wants <see cref="Eos"/> after a text; not after a prompt.</summary>
    public bool AddEos => LlamaNative.llama_vocab_get_add_eos(_vocab) != 0;

    /// <summary>Tokens that must never be sampled.</summary>
    public IReadOnlyList<int> SuppressedTokens { get; }

    /// <summary>What kind of token an id is.</summary>
    public TokenAttributes Attributes(int token) => (TokenAttributes)LlamaNative.llama_vocab_get_attr(_vocab, Checked(token));

    /// <summary>True for every id that ends a generation.</summary>
    public bool IsEndOfGeneration(int token) => LlamaNative.llama_vocab_is_eog(_vocab, Checked(token)) != 0;

    /// <summary>True for control tokens.</summary>
    public bool IsControl(int token) => LlamaNative.llama_vocab_is_control(_vocab, Checked(token)) != 0;

    /// <summary>The token's text as the vocabulary spells it (byte-level vocabularies write a space as <c>Ġ</c>).</summary>
    public unsafe string Text(int token) => Utf8.Read(LlamaNative.llama_vocab_get_text(_vocab, Checked(token)));

    /// <summary>
    /// Writes the tokens of <paramref name="utf8"/> and returns their number, or the negative number needed when
    /// <paramref name="tokens"/> is too small. Even without <paramref name="parseSpecial"/>, texts of user-defined tokens become those.
    /// </summary>
    public unsafe int Tokenize(ReadOnlySpan<byte> utf8, Span<int> tokens, bool addSpecial, bool parseSpecial)
    {
        // Long texts take long: the model that is disposed of meanwhile stays until this is done.
        bool isHeld = false;
        try
        {
            _model.DangerousAddRef(ref isHeld);
            fixed (byte* text = utf8)
            {
                fixed (int* output = tokens)
                {
                    byte nothing = 0;
                    return LlamaNative.llama_tokenize(
                        _vocab, text is null ? &nothing : text, utf8.Length, output, tokens.Length, addSpecial, parseSpecial);
                }
            }
        }
        finally
        {
            if (isHeld)
                _model.DangerousRelease();
        }
    }

    /// <summary>
    /// Writes the bytes a token stands for and returns their number, or the negative number needed when <paramref name="buffer"/> is
    /// too small. Control tokens give their text only with <paramref name="special"/>.
    /// </summary>
    public unsafe int TokenToPiece(int token, Span<byte> buffer, bool special)
    {
        fixed (byte* output = buffer)
            return LlamaNative.llama_token_to_piece(_vocab, Checked(token), output, buffer.Length, lstrip: 0, special);
    }

    private static int? OrNull(int token) => token < 0 ? null : token;

    /// <summary>The native functions index without looking.</summary>
    private int Checked(int token)
    {
        ObjectDisposedException.ThrowIf(_model.IsClosed, typeof(LlamaModel));
        ArgumentOutOfRangeException.ThrowIfNegative(token);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(token, TokenCount);
        return token;
    }
}

/// <summary><c>enum llama_vocab_type</c>.</summary>
public enum VocabKind
{
    /// <summary>The file has no vocabulary.</summary>
    None,

    /// <summary>SentencePiece with byte fallback.</summary>
    SentencePiece,

    /// <summary>Byte-level byte-pair encoding.</summary>
    BytePair,

    /// <summary>WordPiece.</summary>
    WordPiece,

    /// <summary>Unigram.</summary>
    Unigram,

    /// <summary>RWKV's greedy one.</summary>
    Rwkv,

    /// <summary>PLaMo-2's.</summary>
    Plamo2,

    /// <summary>The library's own for tests.</summary>
    Test,
}

/// <summary><c>enum llama_token_attr</c>.</summary>
[Flags]
public enum TokenAttributes
{
    /// <summary>Nothing is known.</summary>
    None = 0,

    /// <summary>The unknown token.</summary>
    Unknown = 1,

    /// <summary>Never used.</summary>
    Unused = 2,

    /// <summary>Ordinary text.</summary>
    Normal = 4,

    /// <summary>Steers the model; not text.</summary>
    Control = 8,

    /// <summary>Added to the vocabulary as one piece; matched in any text.</summary>
    UserDefined = 16,

    /// <summary>One byte.</summary>
    Byte = 32,

    /// <summary>Matched in normalised text.</summary>
    Normalized = 64,

    /// <summary>Swallows white space before it.</summary>
    StripLeft = 128,

    /// <summary>Swallows white space after it.</summary>
    StripRight = 256,

    /// <summary>Matches whole words only.</summary>
    SingleWord = 512,
}
