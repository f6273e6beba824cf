namespace Hearth.Config;

/// <summary>Finds what a person probably meant by a misspelled word.</summary>
internal static class Suggestion
{
    /// <summary>More edits than this and the words have nothing to do with each other.</summary>
    private const int MostEdits = 3;

    /// <summary>The nearest of <paramref name="known"/>, or null when none is near.</summary>
    public static string? For(string word, IEnumerable<string> known)
    {
        var normalized = Normalize(word);
        var most = Math.Min(MostEdits, Math.Max(1, normalized.Length / 2));
        return known
            .Select(k => (Word: k, Edits: Edits(normalized, Normalize(k))))
            .Where(c => c.Edits <= most)
            .OrderBy(c => c.Edits)
            .Select(c => c.Word)
            .FirstOrDefault();
    }

    private static string Normalize(string word) => word.TrimStart('-').ToLowerInvariant().Replace('_', '-');

    /// <summary>Insertions, deletions, substitutions and swaps of neighbours that turn one word into the other.</summary>
    private static int Edits(string from, string to)
    {
        var edits = new int[from.Length + 1, to.Length + 1];
        for (var i = 0; i <= from.Length; i++)
            edits[i, 0] = i;
        for (var j = 0; j <= to.Length; j++)
            edits[0, j] = j;
        for (var i = 1; i <= from.Length; i++)
        {
            for (var j = 1; j <= to.Length; j++)
            {
                var replace = edits[i - 1, j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
                edits[i, j] = Math.Min(replace, Math.Min(edits[i - 1, j], edits[i, j - 1]) + 1);
                if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                    edits[i, j] = Math.Min(edits[i, j], edits[i - 2, j - 2] + 1);
            }
        }

        return edits[from.Length, to.Length];
    }
}
