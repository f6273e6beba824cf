using System.Text;
using Hearth.Llama;

namespace Hearth.Engine;

/// <summary>A piece of a prompt: a special token, or text that must not become one.</summary>
internal readonly record struct PromptPiece(string Text, int SpecialToken)
{
    /// <summary>A <see cref="SpecialToken"/> that is none: the piece is text.</summary>
    public const int None = -1;

    public bool IsSpecial => SpecialToken != None;
}

/// <summary>
/// Cuts a prompt into special tokens and plain text. Only text that is trusted as a whole names a special token. What stands between
/// two of them stays one piece, because a cut anywhere else changes how it is merged into tokens. The one exception: where untrusted
/// text spells a user-defined token, which the library would match in any text, the piece is cut after that spelling's first
/// character, so that it is no longer found.
/// </summary>
internal static class PromptPartition
{
    public static List<PromptPiece> Cut(IReadOnlyList<TextRun> runs, SpecialTokenIndex index)
    {
        string text = Join(runs, out List<(int Start, int End)> untrusted);
        List<PromptPiece> pieces = [];
        int start = 0;
        while (index.Find(text, start, (at, token) => !Overlaps(untrusted, at, at + token.Text.Length)) is { } found)
        {
            string before = text[start..found.Start];
            AddPlain(pieces, found.Token.Attributes.HasFlag(TokenAttributes.StripLeft) ? before.TrimEnd() : before, index);
            pieces.Add(new PromptPiece(found.Token.Text, found.Token.Id));
            start = found.Start + found.Token.Text.Length;
            while (found.Token.Attributes.HasFlag(TokenAttributes.StripRight) && start < text.Length && char.IsWhiteSpace(text[start]))
                start++;
        }

        AddPlain(pieces, text[start..], index);
        return pieces;
    }

    private static void AddPlain(List<PromptPiece> pieces, string text, SpecialTokenIndex index)
    {
        int start = 0;
        int from = 0;
        while (index.Find(text, from, (_, token) => token.IsUserDefined && !token.IsWhiteSpace) is { } found)
        {
            int cut = found.Start + FirstCharacterLength(found.Token.Text);
            pieces.Add(new PromptPiece(text[start..cut], PromptPiece.None));
            (start, from) = (cut, cut);
        }

        if (start < text.Length)
            pieces.Add(new PromptPiece(text[start..], PromptPiece.None));
    }

    private static int FirstCharacterLength(string text) => Rune.TryGetRuneAt(text, 0, out Rune rune) ? rune.Utf16SequenceLength : 1;

    private static string Join(IReadOnlyList<TextRun> runs, out List<(int Start, int End)> untrusted)
    {
        untrusted = [];
        StringBuilder text = new();
        foreach (TextRun run in runs)
        {
            if (!run.Trusted && run.Text.Length > 0)
                untrusted.Add((text.Length, text.Length + run.Text.Length));
            text.Append(run.Text);
        }

        return text.ToString();
    }

    /// <summary>The ranges are in order and apart, so the one that could overlap is found by halving.</summary>
    private static bool Overlaps(List<(int Start, int End)> ranges, int start, int end)
    {
        int low = 0;
        int high = ranges.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (ranges[middle].End <= start)
                low = middle + 1;
            else
                high = middle;
        }

        return low < ranges.Count && ranges[low].Start < end;
    }
}
