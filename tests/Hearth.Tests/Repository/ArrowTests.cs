using System.Text.RegularExpressions;

namespace Hearth.Tests.Repository;

/// <summary>The arrows of docs/architecture.md, checked over project references and using lines.</summary>
public sealed class ArrowTests
{
    /// <summary>Rooms of the executable; a room may use those of a higher number, never those of its own or a lower one.</summary>
    private static readonly Dictionary<string, int> Floors = new()
    {
        ["Hearth.Commands"] = 0,
        ["Hearth.Launchers"] = 1,
        ["Hearth.Http"] = 1,
        ["Hearth.Dashboard"] = 1,
        ["Hearth.Documents"] = 2,
        ["Hearth.Providers"] = 2,
        ["Hearth.Children"] = 3,
        ["Hearth.Models"] = 3,
        ["Hearth.Telemetry"] = 3,
        ["Hearth.Config"] = 3,
    };

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
    public void Rooms_of_the_executable_use_only_rooms_below_them()
    {
        IEnumerable<string> wrong =
            from file in SourceTree.CSharp("src/Hearth")
            from used in file.Usings
            let from_ = Room(file.Namespace)
            let to = Room(used)
            where from_ is not null && to is not null && from_ != to && Floors[to] <= Floors[from_]
            select $"{file.Path} uses {used}";

        Assert.Empty(wrong);
    }

    [Fact]
    public void Http_never_sees_the_engine() =>
        Assert.Empty(Using("src/Hearth/Http", used => IsIn(used, "Hearth.Engine") || IsIn(used, "Hearth.Llama")));

    [Fact]
    public void Only_documents_see_the_parser_of_pdf_files()
    {
        IEnumerable<string> users = SourceTree.CSharp("src").Where(f => f.Text.Contains("UglyToad", StringComparison.Ordinal)).Select(f => f.Path);

        Assert.NotEmpty(users);
        Assert.All(users, path => Assert.StartsWith("src/Hearth/Documents/", path, StringComparison.Ordinal));
    }

    [Fact]
    public void Engine_and_chat_meet_only_in_the_local_provider()
    {
        IEnumerable<string> meeting = SourceTree.CSharp("src")
            .Where(f => f.Usings.Any(u => IsIn(u, "Hearth.Chat")) && f.Usings.Any(u => IsIn(u, "Hearth.Engine")))
            .Select(f => f.Path)
            .Where(path => !path.StartsWith("src/Hearth/Providers/", StringComparison.Ordinal));

        Assert.Empty(meeting);
    }

    [Fact]
    public void Dialects_never_see_each_other()
    {
        Assert.Empty(Using("src/Hearth/Http/Anthropic", used => IsIn(used, "Hearth.Http.OpenAI")));
        Assert.DoesNotContain(
            SourceTree.CSharp("src/Hearth/Http"),
            f => f.Path.Contains("/OpenAI/", StringComparison.Ordinal) && f.Usings.Any(u => IsIn(u, "Hearth.Http.Anthropic")));
    }

    [Fact]
    public void Jinja_uses_nothing_outside_itself() =>
        Assert.Empty(Using("src/Hearth.Chat/Jinja", used => !IsIn(used, "Hearth.Chat.Jinja")));

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

    private static string? Room(string name) => Floors.Keys.FirstOrDefault(room => IsIn(name, room));

    private static bool IsIn(string name, string space) => name == space || name.StartsWith(space + ".", StringComparison.Ordinal);

    private static IEnumerable<string> Using(string folder, Func<string, bool> forbidden) =>
        from file in SourceTree.CSharp(folder)
        from used in file.Usings
        where forbidden(used)
        select $"{file.Path} uses {used}";
}
