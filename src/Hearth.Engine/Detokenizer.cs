using System.Buffers;
using System.Text;

namespace Hearth.Engine;

/// <summary>What tokens become: whole UTF-8 text, or one special token.</summary>
/// <param name="Text">The text, or null for a special token.</param>
/// <param name="SpecialToken">The special token's id, or -1 for text.</param>
public readonly record struct DetokenizedPiece(string? Text, int SpecialToken);

/// <summary>
/// Token ids to text for one answer, as they are generated. Text comes only in whole characters, however tokens split them; bytes that
/// are no UTF-8 become U+FFFD and hold nothing up. Not thread-safe.
/// </summary>
/// <param name="tokenizer">The model's; it says what is special.</param>
/// <param name="markers">Tokens that steer a format's parser and therefore come as special tokens, besides control tokens.</param>
public sealed class Detokenizer(Tokenizer tokenizer, IReadOnlySet<int> markers)
{
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private char[] _chars = new char[128];

    /// <summary>Reads the next token and adds what is certain.</summary>
    public void Add(int token, ICollection<DetokenizedPiece> pieces)
    {
        if (tokenizer.Steers(token, markers))
        {
            Flush(pieces);
            pieces.Add(new DetokenizedPiece(null, token));
            return;
        }

        _bytes.ResetWrittenCount();
        tokenizer.WriteText(token, _bytes);
        Decode(_bytes.WrittenSpan, isEnd: false, pieces);
    }

    /// <summary>The answer ended: an unfinished character becomes U+FFFD.</summary>
    public void Flush(ICollection<DetokenizedPiece> pieces) => Decode([], isEnd: true, pieces);

    private void Decode(ReadOnlySpan<byte> bytes, bool isEnd, ICollection<DetokenizedPiece> pieces)
    {
        int needed = Encoding.UTF8.GetMaxCharCount(bytes.Length);
        if (_chars.Length < needed)
            _chars = new char[needed];
        int length = _decoder.GetChars(bytes, _chars, isEnd);
        if (length > 0)
            pieces.Add(new DetokenizedPiece(new string(_chars, 0, length), -1));
    }
}
