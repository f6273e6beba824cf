using System.Text.RegularExpressions;

namespace Hearth.Tests.Repository;

/// <summary>One line of the table: a room and the rooms it may use.</summary>
internal sealed record ArrowLine(string Room, IReadOnlyList<string> Uses);

/// <summary>
/// Which room may use which: the block marked <c>arrows</c> in docs/architecture.md, one room a line, lowest first. A room is a namespace
/// below <c>Hearth</c> with all that no other line names, or one type; <c>Hearth</c> is what lies in no room.
/// </summary>
internal sealed partial class ArrowTable
{
    private const string Root = "Hearth";

    private readonly Dictionary<string, HashSet<string>> _uses;

    public ArrowTable(IReadOnlyList<ArrowLine> lines)
    {
        Lines = lines;
        _uses = lines.ToDictionary(l => l.Room, l => l.Uses.ToHashSet(StringComparer.Ordinal), StringComparer.Ordinal);
    }

    public IReadOnlyList<ArrowLine> Lines { get; }

    /// <summary>The table that a document holds.</summary>
    public static ArrowTable Read(string markdown) => new(
        [.. Block().Match(markdown).Groups["lines"].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(ReadLine)]);

    /// <summary>The room of a type, by its full name; null when it is in none.</summary>
    public string? RoomOf(string type)
    {
        if (!type.Contains('.', StringComparison.Ordinal))
            return Known(type);
        for (string name = type; name != Root; name = name[..name.LastIndexOf('.')])
        {
            if (Known(name[(Root.Length + 1)..]) is { } room)
                return room;
        }

        return type.LastIndexOf('.') == Root.Length ? Known(Root) : null;
    }

    /// <summary>Lines that use a room which does not stand above them: only so there is no cycle.</summary>
    public IEnumerable<string> Upward()
    {
        HashSet<string> above = [];
        foreach (ArrowLine line in Lines)
        {
            foreach (string used in line.Uses.Where(u => !above.Contains(u)))
                yield return $"{line.Room} -> {used}, which is not above it";
            above.Add(line.Room);
        }
    }

    /// <summary>Arrows of the code that the table does not allow.</summary>
    public IEnumerable<string> Forbidden(IEnumerable<CodeArrow> arrows) =>
        from arrow in arrows
        let from_ = RoomOf(arrow.From)
        let to = RoomOf(arrow.To)
        where from_ is null || to is null || (from_ != to && !_uses[from_].Contains(to))
        select $"{arrow.Place}: {from_ ?? "no room"} ({arrow.From}) -> {to ?? "no room"} ({arrow.To})";

    /// <summary>What the table allows and no code does.</summary>
    public IEnumerable<string> Unused(IEnumerable<CodeArrow> arrows)
    {
        HashSet<(string?, string?)> drawn = [.. arrows.Select(a => (RoomOf(a.From), RoomOf(a.To)))];
        return from line in Lines from used in line.Uses where !drawn.Contains((line.Room, used)) select $"{line.Room} -> {used}";
    }

    private string? Known(string room) => _uses.ContainsKey(room) ? room : null;

    private static ArrowLine ReadLine(string line)
    {
        string[] sides = line.Split("->", StringSplitOptions.TrimEntries);
        return new ArrowLine(sides[0], sides[1].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
    }

    [GeneratedRegex(@"^```arrows\r?\n(?<lines>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
