using Hearth.Config;
using Hearth.Tests.Support;

namespace Hearth.Tests.Config;

public sealed class ConfigurationPageTests
{
    [Fact]
    public void The_configuration_page_lists_every_setting_in_order_with_its_variable_and_default()
    {
        var rows = File.ReadLines(Path.Combine(RepositoryPaths.Root, "docs", "configuration.md"))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line.Trim('|').Split(" | ", StringSplitOptions.TrimEntries))
            .Where(cells => cells.Length == 5)
            .Select(cells => (cells[0], cells[1], cells[3], cells[4].Replace("`", "")));

        Assert.Equal(
            SettingTable.All.Select(s => ($"`{s.Name}`", $"`{s.Variable}`", s.Default, s.Description.Replace("--", ""))),
            rows);
    }
}
