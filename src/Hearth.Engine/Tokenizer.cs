using System.Buffers;
using System.Collections.Frozen;
using System.Runtime.InteropServices;
using System.Text;
using Hearth.Llama;

namespace Hearth.Engine;

/// <summary>A run of prompt text. Only trusted text (the template's own) may name control tokens.</summary>
public readonly record struct TextRun(ReadOnlyMemory<char> Text, bool Trusted)
{
    /// <summary>A run that is a whole string.</summary>
    public TextRun(string text, bool trusted)
        : this(text.AsMemory(), trusted)
    {
    }
}

/// <summary>Text to token ids. Thread-safe: requests tokenise on their own threads.</summary>
public sealed class Tokenizer
{
    private const TokenAttributes SpecialAttributes = TokenAttributes.Control | TokenAttributes.UserDefined | TokenAttributes.Unknown;

    /// <summary>Some milliseconds of tokenising, between which a cancellation is looked at.</summary>
    internal const int MostSectionBytes = 32 * 1024;

    private readonly LlamaVocab _vocab;
    private readonly Lazy<bool> _cutsAtLines;
    private readonly SpecialTokenIndex _index;
    private readonly FrozenDictionary<int, string> _specialTexts;
    private readonly FrozenSet<int> _endOfGeneration;
    private readonly Lazy<int> _longestTokenBytes;

    /// <summary>A tokenizer over a loaded vocabulary.</summary>
    public Tokenizer(LlamaVocab vocab)
    {
        _vocab = vocab;
        _cutsAtLines = new Lazy<bool>(CutsAtLines);
        SpecialToken[] special =
        [
            .. Enumerable.Range(0, vocab.TokenCount)
                .Select(id => (Id: id, Attributes: vocab.Attributes(id)))
                .Where(t => (t.Attributes & SpecialAttributes) != TokenAttributes.None)
                .Select(t => new SpecialToken(t.Id, vocab.Text(t.Id), t.Attributes)),
        ];
        _index = new SpecialTokenIndex(special);
        _specialTexts = special.Where(t => !t.IsWhiteSpace).ToFrozenDictionary(t => t.Id, t => t.Text);
        _longestTokenBytes = new Lazy<int>(() => vocab.Kind is VocabKind.BytePair or VocabKind.SentencePiece
            ? Enumerable.Range(0, vocab.TokenCount).Max(id => Math.Abs(vocab.TokenToPiece(id, [], special: true)))
            : 0);
        _endOfGeneration = _specialTexts.Keys.Where(vocab.IsEndOfGeneration).ToFrozenSet();
        SpecialTokens = special.DistinctBy(t => t.Text).ToFrozenDictionary(t => t.Text, t => t.Id, StringComparer.Ordinal);
    }

    /// <summary>Every control and user-defined token by its text.</summary>
    public IReadOnlyDictionary<string, int> SpecialTokens { get; }

    /// <summary>
    /// Most bytes of text that one token stands for, so that a text has at least its bytes divided by this as tokens; 0 for vocabularies
    /// that may drop or merge text. Asked of every token once.
    /// </summary>
    public int LongestTokenBytes => _longestTokenBytes.Value;

    /// <summary>True for control, user-defined and unknown tokens, but not for white space, which is text in every vocabulary.</summary>
    public bool IsSpecial(int token) => _specialTexts.ContainsKey(token);

    /// <summary>
    /// True for special tokens that come out of an answer as themselves: all control tokens and the <paramref name="markers"/>. A control
    /// token whose text is empty or white space is none of them, and says nothing.
    /// </summary>
    internal bool Steers(int token, IReadOnlySet<int> markers) => IsSpecial(token) && (markers.Contains(token) || _vocab.IsControl(token));

    /// <summary>True for tokens that end an answer.</summary>
    internal bool EndsGeneration(int token) => _endOfGeneration.Contains(token);

    /// <summary>The text of a token that <see cref="IsSpecial"/>.</summary>
    public string SpecialText(int token) => _specialTexts[token];

    /// <summary>The text of a vocabulary's own token such as beginning of sequence; empty when it has none.</summary>
    public string TextOf(int? token) => token is { } id ? _vocab.Text(id) : "";

    /// <summary>What tokens say, special ones by their names, for people to read; half a character becomes U+FFFD.</summary>
    public string Spell(ReadOnlySpan<int> tokens)
    {
        ArrayBufferWriter<byte> bytes = new();
        foreach (int token in tokens)
            Write(token, bytes, special: true);
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    /// <summary>
    /// The prompt's tokens: exactly one beginning-of-sequence token where the model wants one, never an end-of-sequence token that the
    /// text does not name.
    /// </summary>
    public int[] Encode(IReadOnlyList<TextRun> runs)
    {
        List<int> tokens = [];
        using PromptPartition cut = Cut(runs, CancellationToken.None);
        foreach (PromptPiece piece in cut.Pieces)
        {
            if (piece.IsSpecial)
                tokens.Add(piece.SpecialToken);
            else
                AppendPlain(tokens, cut.TextOf(piece));
        }

        AddBeginning(tokens);
        return [.. tokens];
    }

    /// <summary>The pieces that are special tokens or become tokens each on its own. The caller disposes of them.</summary>
    internal PromptPartition Cut(IReadOnlyList<TextRun> runs, CancellationToken cancellation) => PromptPartition.Cut(runs, _index, cancellation);

    /// <summary>Puts the beginning-of-sequence token first where the model wants one and it is not there.</summary>
    internal void AddBeginning(List<int> tokens)
    {
        if (_vocab.AddBos && _vocab.Bos is { } bos && (tokens.Count == 0 || tokens[0] != bos))
            tokens.Insert(0, bos);
    }

    /// <summary>Tokenises the text of one piece, a long one in sections where that gives the same tokens.</summary>
    /// <exception cref="OperationCanceledException">Cancelled before a section.</exception>
    internal void AppendPlain(List<int> tokens, ReadOnlySpan<byte> utf8, CancellationToken cancellation)
    {
        while (utf8.Length > MostSectionBytes && _cutsAtLines.Value && SectionLength(utf8) is var length && length < utf8.Length)
        {
            cancellation.ThrowIfCancellationRequested();
            AppendSection(tokens, utf8[..length]);
            utf8 = utf8[length..];
        }

        cancellation.ThrowIfCancellationRequested();
        AppendSection(tokens, utf8);
    }

    /// <summary>
    /// Up to the last beginning of a line within <see cref="MostSectionBytes"/>, else to the first one behind: a letter after a line feed
    /// after something visible. What stands before and after is split into words alike with and without the other, in every pattern that
    /// splits for byte pairs: those look ahead for white space only, and none looks back.
    /// </summary>
    private static int SectionLength(ReadOnlySpan<byte> utf8)
    {
        for (int i = MostSectionBytes; i > MostSectionBytes / 2; i--)
        {
            if (BeginsLine(utf8, i))
                return i;
        }

        int start = MostSectionBytes;
        while (utf8[start..].IndexOf((byte)'\n') is >= 0 and var found && start + found + 1 is var next && next < utf8.Length)
        {
            if (BeginsLine(utf8, next))
                return next;
            start = next;
        }

        return utf8.Length;
    }

    private static bool BeginsLine(ReadOnlySpan<byte> utf8, int i) =>
        utf8[i - 1] == '\n' && utf8[i - 2] is > (byte)' ' and < 0x7F && char.IsAsciiLetter((char)utf8[i]);

    /// <summary>No token reaches over the beginning of a line, and none comes of its own where a text begins.</summary>
    private bool CutsAtLines()
    {
        if (_vocab.Kind is not (VocabKind.BytePair or VocabKind.SentencePiece))
            return false;
        List<int> letter = [];
        AppendSection(letter, "a"u8);
        if (!Says(CollectionsMarshal.AsSpan(letter), "a"u8, allowsPrefix: false))
            return false;
        ArrayBufferWriter<byte> text = new();
        for (int id = 0; id < _vocab.TokenCount; id++)
        {
            text.ResetWrittenCount();
            WriteText(id, text);
            ReadOnlySpan<byte> bytes = text.WrittenSpan;
            for (int i = 1; i < bytes.Length; i++)
            {
                if (bytes[i - 1] == '\n' && char.IsAsciiLetter((char)bytes[i]))
                    return false;
            }
        }

        return true;
    }

    private void AppendSection(List<int> tokens, ReadOnlySpan<byte> utf8)
    {
        // A token stands for at least one byte, but for the space that SentencePiece puts in front.
        int[] output = ArrayPool<int>.Shared.Rent(utf8.Length + 2);
        try
        {
            int count = _vocab.Tokenize(utf8, output, addSpecial: false, parseSpecial: false);
            if (count < 0)
                throw new InvalidOperationException($"The vocabulary makes {-count} tokens of {utf8.Length} bytes.");
            tokens.AddRange(output.AsSpan(0, count));
        }
        finally
        {
            ArrayPool<int>.Shared.Return(output);
        }
    }

    /// <summary>Appends the bytes of a token's text; control tokens have none.</summary>
    internal void WriteText(int token, ArrayBufferWriter<byte> output) => Write(token, output, special: false);

    /// <summary>True when plain tokens say exactly this text, not counting the space that SentencePiece puts in front.</summary>
    internal bool Says(ReadOnlySpan<int> tokens, ReadOnlySpan<byte> utf8) => Says(tokens, utf8, allowsPrefix: true);

    private bool Says(ReadOnlySpan<int> tokens, ReadOnlySpan<byte> utf8, bool allowsPrefix)
    {
        ArrayBufferWriter<byte> said = new(utf8.Length + 1);
        foreach (int token in tokens)
        {
            if (IsSpecial(token))
                return false;
            WriteText(token, said);
        }

        ReadOnlySpan<byte> text = said.WrittenSpan;
        if (allowsPrefix && _vocab.Kind == VocabKind.SentencePiece && text.Length == utf8.Length + 1 && text[0] == ' ')
            text = text[1..];
        return text.SequenceEqual(utf8);
    }

    private void AppendPlain(List<int> tokens, ReadOnlySpan<char> text)
    {
        byte[] utf8 = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            AppendSection(tokens, utf8.AsSpan(0, Encoding.UTF8.GetBytes(text, utf8)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(utf8);
        }
    }

    private void Write(int token, ArrayBufferWriter<byte> output, bool special)
    {
        int count = _vocab.TokenToPiece(token, output.GetSpan(1), special);
        if (count < 0)
            count = _vocab.TokenToPiece(token, output.GetSpan(-count), special);
        output.Advance(count);
    }
}
