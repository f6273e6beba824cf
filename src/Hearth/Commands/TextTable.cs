using System.Globalization;
using System.Text;

namespace Hearth.Commands;

/// <summary>Rows of text in columns: the first to the left, numbers to the right.</summary>
internal sealed class TextTable(params string[] header)
{
    private const string Gap = "  ";
    private readonly List<string[]> _rows = [header];

    /// <summary>Adds a row; numbers that are null become a dash.</summary>
    public void Add(string first, params IEnumerable<string?> others) => _rows.Add([first, .. others.Select(o => o ?? "-")]);

    /// <summary>A number as tables show it.</summary>
    public static string? Cell(double? number, string format) => number?.ToString(format, CultureInfo.InvariantCulture);

    public override string ToString()
    {
        var columns = _rows.Max(r => r.Length);
        int[] widths = [.. Enumerable.Range(0, columns).Select(c => _rows.Max(r => c < r.Length ? r[c].Length : 0))];
        StringBuilder text = new();
        foreach (var row in _rows)
        {
            var cells = row.Select((cell, c) => c == 0 ? cell.PadRight(widths[c]) : cell.PadLeft(widths[c]));
            text.Append(string.Join(Gap, cells).TrimEnd()).Append('\n');
        }

        return text.ToString();
    }
}
