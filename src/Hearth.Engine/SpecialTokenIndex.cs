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
    private readonly FrozenDictionary<char, SpecialToken[]> _byFirstChar;
    private readonly SearchValues<char> _firstChars;

    public SpecialTokenIndex(IEnumerable<SpecialToken> tokens)
    {
        _byFirstChar = tokens.Where(t => t.Text.Length > 0).GroupBy(t => t.Text[0])
            .ToFrozenDictionary(g => g.Key, g => g.OrderByDescending(t => t.Text.Length).ToArray());
        _firstChars = SearchValues.Create([.. _byFirstChar.Keys]);
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
            foreach (SpecialToken token in _byFirstChar[text[start]])
            {
                if (text[start..].StartsWith(token.Text) && accepts(start, token))
                    return (start, token);
            }

            from = start + 1;
        }

        return null;
    }
}
