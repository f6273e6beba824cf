using System.Text;

namespace Hearth.Chat.Formats.Reading;

/// <summary>
/// Cuts a stream of text at markers that are written as ordinary characters. Holds back only what may be the beginning of a marker,
/// at most the longest marker's length less one. The leftmost marker wins, of two that begin at one place the shorter, so any chunking
/// of the text gives the same pieces.
/// </summary>
internal sealed class MarkerSplitter(IReadOnlyList<string> markers)
{
    private readonly StringBuilder _held = new();
    private readonly char[] _firstChars = [.. markers.Select(m => m[0]).Distinct()];

    /// <summary>Appends the pieces that are certain after <paramref name="text"/>: content (null marker) or a marker.</summary>
    public void Push(string text, ICollection<SplitPiece> pieces)
    {
        if (markers.Count == 0)
        {
            Add(text, pieces);
            return;
        }

        string all = _held.Length == 0 ? text : _held.Append(text).ToString();
        _held.Clear();
        int start = 0;
        for (int i = all.IndexOfAny(_firstChars); i >= 0; i = NextCandidate(all, i))
        {
            ReadOnlySpan<char> rest = all.AsSpan(i);
            string? marker = Match(rest);
            if (marker is not null)
            {
                Add(all[start..i], pieces);
                pieces.Add(new SplitPiece(marker, IsMarker: true));
                start = i + marker.Length;
                i = start - 1;
            }
            else if (IsPrefix(rest))
            {
                Add(all[start..i], pieces);
                _held.Append(rest);
                return;
            }
        }

        Add(all[start..], pieces);
    }

    /// <summary>Releases what was held back as content: no marker can follow any more.</summary>
    public void Flush(ICollection<SplitPiece> pieces)
    {
        Add(_held.ToString(), pieces);
        _held.Clear();
    }

    private static void Add(string content, ICollection<SplitPiece> pieces)
    {
        if (content.Length > 0)
            pieces.Add(new SplitPiece(content, IsMarker: false));
    }

    private int NextCandidate(string all, int after) => after + 1 >= all.Length ? -1 : all.IndexOfAny(_firstChars, after + 1);

    private string? Match(ReadOnlySpan<char> rest)
    {
        string? shortest = null;
        foreach (string marker in markers)
        {
            if (rest.StartsWith(marker) && (shortest is null || marker.Length < shortest.Length))
                shortest = marker;
        }

        return shortest;
    }

    private bool IsPrefix(ReadOnlySpan<char> rest)
    {
        foreach (string marker in markers)
        {
            if (marker.Length > rest.Length && marker.AsSpan().StartsWith(rest))
                return true;
        }

        return false;
    }
}

/// <summary>A piece of a split stream: content, or one marker's text.</summary>
internal readonly record struct SplitPiece(string Text, bool IsMarker);
