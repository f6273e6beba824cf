using System.Text;
using Hearth.Llama;

namespace Hearth.Engine;

/// <summary>What tokens become: whole UTF-8 text, or one special token.</summary>
/// <param name="Text">The text, or null for a special token.</param>
/// <param name="SpecialToken">The special token's id, or -1 for text.</param>
public readonly record struct DetokenizedPiece(string? Text, int SpecialToken);

/// <summary>
/// Token ids to text for one answer, as they are generated. Text comes only in whole characters, however tokens split them; bytes that
/// are no UTF-8 become U+FFFD and hold nothing up. Not thread-safe.
/// </summary>
/// <param name="vocab">The model's vocabulary.</param>
/// <param name="markers">Tokens that steer a format's parser and therefore come as special tokens, besides all control tokens.</param>
public sealed class Detokenizer(LlamaVocab vocab, IReadOnlySet<int> markers)
{
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private byte[] _bytes = new byte[64];
    private char[] _chars = new char[128];

    /// <summary>Reads the next token and adds what is certain.</summary>
    public void Add(int token, ICollection<DetokenizedPiece> pieces)
    {
        if (vocab.IsControl(token) || markers.Contains(token))
        {
            Flush(pieces);
            pieces.Add(new DetokenizedPiece(null, token));
            return;
        }

        int count = vocab.TokenToPiece(token, _bytes, special: false);
        if (count < 0)
        {
            _bytes = new byte[-count];
            count = vocab.TokenToPiece(token, _bytes, special: false);
        }

        Decode(_bytes.AsSpan(0, count), isEnd: false, pieces);
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
