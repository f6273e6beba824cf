using System.Text.RegularExpressions;

namespace Hearth.Tests.Repository;

/// <summary>The arrows of docs/architecture.md, checked over project references and what the compiler understands of the code.</summary>
public sealed class ArrowTests
{
    private static readonly ArrowTable Table = ArrowTable.Read(SourceTree.Read("docs/architecture.md"));

    [Theory]
    [InlineData("Hearth.Llama", "")]
    [InlineData("Hearth.Chat", "")]
    [InlineData("Hearth.Engine", "Hearth.Llama")]
    [InlineData("Hearth", "Hearth.Chat Hearth.Engine")]
    public void A_project_references_only_what_the_arrows_allow(string project, string allowed)
    {
        string text = SourceTree.Read($"src/{project}/{project}.csproj");
        IEnumerable<string> references = Regex.Matches(text, "ProjectReference Include=\"[^\"]*/(?<name>[^/\"]+)\\.csproj\"")
            .Select(m => m.Groups["name"].Value).Order(StringComparer.Ordinal);

        Assert.Equal(allowed.Split(' ', StringSplitOptions.RemoveEmptyEntries), references);
    }

    [Fact]
    public void Rooms_use_only_what_the_table_allows() => Assert.Empty(Table.Forbidden(CodeArrows.OfTheProduct));

    [Fact]
    public void The_table_allows_nothing_that_no_code_does() => Assert.Empty(Table.Unused(CodeArrows.OfTheProduct));

    [Fact]
    public void No_room_uses_one_that_stands_below_it_in_the_table() => Assert.Empty(Table.Upward());

    [Theory]
    [InlineData("using Door = Hearth.Engine.Door; namespace Hearth.Http; class Window { Door? _door; }", "an alias")]
    [InlineData("namespace Hearth.Http; class Window { Hearth.Engine.Door? _door; }", "a qualified name")]
    [InlineData("namespace Hearth.Http; class Window { Engine.Door? _door; }", "a name that the parent namespace completes")]
    [InlineData("namespace Hearth.Http; class Window { int Open() => Hearth.Providers.House.Open().Number; }", "a member of a type that is not named")]
    [InlineData("namespace Hearth.Http { namespace Deep { class Window { Hearth.Engine.Deeper.Cellar? _cellar; } } }", "nested namespaces")]
    public void A_forbidden_arrow_is_seen_however_it_is_written(string user, string way)
    {
        ArrowTable table = ArrowTable.Read("```arrows\nEngine ->\nProviders -> Engine\nHttp -> Providers\n```");

        string seen = Assert.Single(table.Forbidden(Arrows(user)));

        Assert.True(seen.Contains(": Http (", StringComparison.Ordinal) && seen.Contains("-> Engine (", StringComparison.Ordinal), way);
    }

    [Fact]
    public void Only_documents_see_the_parser_of_pdf_files()
    {
        IEnumerable<string> users = SourceTree.CSharp("src").Where(f => f.Text.Contains("UglyToad", StringComparison.Ordinal)).Select(f => f.Path);

        Assert.NotEmpty(users);
        Assert.All(users, path => Assert.StartsWith("src/Hearth/Documents/", path, StringComparison.Ordinal));
    }

    [Fact]
    public void A_cycle_between_two_rooms_cannot_be_allowed()
    {
        ArrowTable table = ArrowTable.Read("```arrows\nEngine.Cache -> Engine.Text\nEngine.Text -> Engine.Cache\n```");

        Assert.Equal(["Engine.Cache -> Engine.Text, which is not above it"], table.Upward());
    }

    [Fact]
    public void A_type_in_no_room_of_the_table_is_seen()
    {
        ArrowTable table = ArrowTable.Read("```arrows\nEngine ->\nProviders -> Engine\n```");

        Assert.Contains("no room (Hearth.Http.Window)", Assert.Single(table.Forbidden(Arrows("namespace Hearth.Http; class Window { Engine.Door? _door; }"))), StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_interop_project_may_be_unsafe()
    {
        Assert.Equal(
            ["src/Hearth.Llama/Hearth.Llama.csproj"],
            SourceTree.Files("", "*.csproj").Where(p => SourceTree.Read(p).Contains("AllowUnsafeBlocks", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_container_lives_only_in_the_host()
    {
        IEnumerable<string> users = SourceTree.CSharp("src")
            .Where(f => Regex.IsMatch(f.Text, @"\bIServiceCollection\b|\bAddSingleton\b|\bAddScoped\b|\bAddTransient\b"))
            .Select(f => f.Path);

        Assert.Equal([], users.Except(["src/Hearth/Host.cs"]));
    }

    [Fact]
    public void A_folder_is_a_namespace()
    {
        IEnumerable<string> wrong =
            from file in SourceTree.CSharp("src")
            where file.Namespace.Length > 0
            let folder = Path.GetDirectoryName(file.Path)!.Replace('\\', '/')["src/".Length..].Replace('/', '.')
            where file.Namespace != folder
            select $"{file.Path} declares {file.Namespace}";

        Assert.Empty(wrong);
    }

    /// <summary>The arrows of a planted file beside a house of three types.</summary>
    private static IReadOnlyList<CodeArrow> Arrows(string planted) => CodeArrows.Of(
    [
        new SourceFile("planted.cs", planted),
        new SourceFile("door.cs", "namespace Hearth.Engine { class Door { public int Number; } } namespace Hearth.Engine.Deeper { class Cellar; }"),
        new SourceFile("house.cs", "namespace Hearth.Providers { class House { public static Hearth.Engine.Door Open() => new(); } }"),
    ]);
}
