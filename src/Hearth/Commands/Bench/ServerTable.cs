namespace Hearth.Commands.Bench;

/// <summary>The same figures of several servers side by side, and how often the first server's figure goes into each other's.</summary>
internal sealed class ServerTable(IReadOnlyList<string> servers)
{
    private readonly TextTable _table = new(
        ["", .. servers, .. servers.Skip(1).Select(other => $"{other}/{servers[0]}")]);

    /// <summary>One figure of each server, null where it is not known.</summary>
    public void Add(string what, IReadOnlyList<double?> figures, string format = "0.0") =>
        _table.Add(what, [.. figures.Select(f => TextTable.Cell(f, format)), .. figures.Skip(1).Select(f => TextTable.Cell(Ratio(figures[0], f), "0.00"))]);

    public override string ToString() => _table.ToString();

    /// <summary>Null where there is nothing to divide by.</summary>
    public static double? Ratio(double? first, double? other) => first is > 0 && other is not null ? other / first : null;
}
