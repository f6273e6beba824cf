using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using Hearth.Llama;

namespace Hearth.Engine;

/// <summary>A piece of a prompt: a special token, or text that must not become one.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PromptPiece(int Start, int Length, int SpecialToken)
{
    /// <summary>A <see cref="SpecialToken"/> that is none: the piece is text.</summary>
    public const int None = -1;

    public bool IsSpecial => SpecialToken != None;
}

/// <summary>
/// A prompt cut into special tokens and plain text. Only text that is trusted as a whole names a special token. What stands between
/// two of them stays one piece, because a cut anywhere else changes how it is merged into tokens. The one exception: where untrusted
/// text spells a user-defined token, which the library would match in any text, the piece is cut after that spelling's first
/// character, so that it is no longer found. Disposing gives the text's memory back.
/// </summary>
internal sealed class PromptPartition : IDisposable
{
    private readonly List<PromptPiece> _pieces = [];
    private readonly List<(int Start, int End)> _untrusted = [];
    private readonly SpecialTokenIndex _index;
    private readonly CancellationToken _cancellation;
    private readonly char[] _text;
    private readonly int _length;

    private PromptPartition(IReadOnlyList<TextRun> runs, SpecialTokenIndex index, CancellationToken cancellation)
    {
        (_index, _cancellation) = (index, cancellation);
        _length = runs.Sum(r => r.Text.Length);
        _text = ArrayPool<char>.Shared.Rent(_length);
        Join(runs);
        Cut();
    }

    /// <summary>The pieces in order. White space that special tokens swallow is in none.</summary>
    public ReadOnlySpan<PromptPiece> Pieces => CollectionsMarshal.AsSpan(_pieces);

    /// <summary>Characters of the text.</summary>
    public int Length => _length;

    private ReadOnlySpan<char> Text => _text.AsSpan(0, _length);

    /// <summary>Cuts the runs, which follow each other.</summary>
    /// <exception cref="OperationCanceledException">Cancelled, which is looked at between pieces.</exception>
    public static PromptPartition Cut(IReadOnlyList<TextRun> runs, SpecialTokenIndex index, CancellationToken cancellation = default) =>
        new(runs, index, cancellation);

    /// <summary>The characters of a piece.</summary>
    public ReadOnlySpan<char> TextOf(PromptPiece piece) => Text.Slice(piece.Start, piece.Length);

    public void Dispose() => ArrayPool<char>.Shared.Return(_text);

    private void Join(IReadOnlyList<TextRun> runs)
    {
        int at = 0;
        foreach (TextRun run in runs)
        {
            run.Text.Span.CopyTo(_text.AsSpan(at));
            if (!run.Trusted && run.Text.Length > 0)
                _untrusted.Add((at, at + run.Text.Length));
            at += run.Text.Length;
        }
    }

    private void Cut()
    {
        int start = 0;
        while (_index.Find(Text, start, (at, token) => !IsPartlyUntrusted(at, at + token.Text.Length)) is { } found)
        {
            _cancellation.ThrowIfCancellationRequested();
            ReadOnlySpan<char> before = Text[start..found.Start];
            AddPlain(start, start + (found.Token.Attributes.HasFlag(TokenAttributes.StripLeft) ? before.TrimEnd() : before).Length);
            _pieces.Add(new PromptPiece(found.Start, found.Token.Text.Length, found.Token.Id));
            start = found.Start + found.Token.Text.Length;
            while (found.Token.Attributes.HasFlag(TokenAttributes.StripRight) && start < _length && char.IsWhiteSpace(_text[start]))
                start++;
        }

        AddPlain(start, _length);
    }

    private void AddPlain(int start, int end)
    {
        while (_index.Find(Text[..end], start, (_, token) => token.IsUserDefined && !token.IsWhiteSpace) is { } found)
        {
            _cancellation.ThrowIfCancellationRequested();
            int cut = found.Start + FirstCharacterLength(found.Token.Text);
            _pieces.Add(new PromptPiece(start, cut - start, PromptPiece.None));
            start = cut;
        }

        if (start < end)
            _pieces.Add(new PromptPiece(start, end - start, PromptPiece.None));
    }

    private static int FirstCharacterLength(string text) => Rune.TryGetRuneAt(text, 0, out Rune rune) ? rune.Utf16SequenceLength : 1;

    /// <summary>The ranges are in order and apart, so the one that could overlap is found by halving.</summary>
    private bool IsPartlyUntrusted(int start, int end)
    {
        int low = 0;
        int high = _untrusted.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_untrusted[middle].End <= start)
                low = middle + 1;
            else
                high = middle;
        }

        return low < _untrusted.Count && _untrusted[low].Start < end;
    }
}
