using System.Buffers;
using System.Collections.Frozen;
using Hearth.Llama;

namespace Hearth.Engine;

/// <summary>A token that text can name.</summary>
internal sealed record SpecialToken(int Id, string Text, TokenAttributes Attributes)
{
    /// <summary>Matched in any text by the library itself, wanted or not.</summary>
    public bool IsUserDefined => Attributes.HasFlag(TokenAttributes.UserDefined);

    /// <summary>Runs of white space are ordinary text even where the vocabulary added them by hand.</summary>
    public bool IsWhiteSpace => string.IsNullOrWhiteSpace(Text);
}

/// <summary>Finds the texts of special tokens, leftmost first and longest at one place. Immutable.</summary>
internal sealed class SpecialTokenIndex
{
    // Some vocabularies have thousands of special tokens that begin alike, but all of their texts have one of a few lengths.
    private readonly FrozenDictionary<char, int[]> _lengthsByFirstChar;
    private readonly FrozenDictionary<string, SpecialToken[]> _byText;
    private readonly FrozenDictionary<string, SpecialToken[]>.AlternateLookup<ReadOnlySpan<char>> _bySpan;
    private readonly SearchValues<char> _firstChars;

    public SpecialTokenIndex(IEnumerable<SpecialToken> tokens)
    {
        _byText = tokens.Where(t => t.Text.Length > 0).GroupBy(t => t.Text, StringComparer.Ordinal)
            .ToFrozenDictionary(g => g.Key, g => g.ToArray(), StringComparer.Ordinal);
        _bySpan = _byText.GetAlternateLookup<ReadOnlySpan<char>>();
        _lengthsByFirstChar = _byText.Keys.GroupBy(t => t[0])
            .ToFrozenDictionary(g => g.Key, g => g.Select(t => t.Length).Distinct().OrderDescending().ToArray());
        _firstChars = SearchValues.Create([.. _lengthsByFirstChar.Keys]);
    }

    /// <summary>
    /// The first occurrence from <paramref name="from"/> on that <paramref name="accepts"/> (given its place and token) takes; null
    /// when there is none.
    /// </summary>
    public (int Start, SpecialToken Token)? Find(ReadOnlySpan<char> text, int from, Func<int, SpecialToken, bool> accepts)
    {
        while (from < text.Length)
        {
            int step = text[from..].IndexOfAny(_firstChars);
            if (step < 0)
                return null;
            int start = from + step;
            if (FindAt(text, start, accepts) is { } token)
                return (start, token);
            from = start + 1;
        }

        return null;
    }

    private SpecialToken? FindAt(ReadOnlySpan<char> text, int start, Func<int, SpecialToken, bool> accepts)
    {
        foreach (int length in _lengthsByFirstChar[text[start]])
        {
            if (length > text.Length - start || !_bySpan.TryGetValue(text.Slice(start, length), out SpecialToken[]? tokens))
                continue;
            foreach (SpecialToken token in tokens)
            {
                if (accepts(start, token))
                    return token;
            }
        }

        return null;
    }
}
