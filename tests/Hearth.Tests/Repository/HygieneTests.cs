using System.Text.RegularExpressions;
using Hearth.Tests.Support;

namespace Hearth.Tests.Repository;

/// <summary>What no committed file may contain.</summary>
public sealed class HygieneTests
{
    private static readonly string[] Patterns = ["*.cs", "*.md", "*.json", "*.props", "*.csproj", "*.config", "*.sh", "*.ps1", "*.cmd", "*.toml", "*.py", "*.c"];

    [Fact]
    public void No_file_names_a_package_registry_or_one_machine()
    {
        Regex forbidden = new(string.Join('|', "registry" + @"\.npmjs", @"api\.nuget" + @"\.org", "pypi" + @"\.org", "/" + "work/(main|wt|shared)"));
        IEnumerable<string> wrong =
            from pattern in Patterns
            from path in SourceTree.Files("", pattern)
            where forbidden.IsMatch(SourceTree.Read(path))
            select path;

        Assert.Empty(wrong);
    }

    [Fact]
    public void Every_package_version_stands_in_one_place() =>
        Assert.Empty(SourceTree.Files("", "*.csproj").Where(p => Regex.IsMatch(SourceTree.Read(p), "PackageReference[^>]*Version=")));

    [Fact]
    public void Every_project_has_a_lock_file() =>
        Assert.Empty(
            SourceTree.Files("", "*.csproj")
                .Select(p => Path.Combine(RepositoryPaths.Root, Path.GetDirectoryName(p)!, "packages.lock.json"))
                .Where(p => !File.Exists(p)));
}
