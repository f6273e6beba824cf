using System.Text.RegularExpressions;
using Hearth.Tests.Support;

namespace Hearth.Tests.Repository;

/// <summary>What a document names exists.</summary>
public sealed partial class DocumentTests
{
    private static readonly string[] Documents =
        [.. new[] { "README.md", "CONTRIBUTING.md", "AGENTS.md", "native/README.md" }.Concat(SourceTree.Files("docs", "*.md"))];

    /// <summary>Words in backticks that look like types of ours but are names of others.</summary>
    private static readonly string[] ForeignNames =
        ["LibraryImport", "SafeHandle", "JsonElement", "PipeWriter", "TimeProvider", "FakeTimeProvider", "Channel", "ILogger", "Authorization", "Bearer",
         "DisableRuntimeMarshalling", "System", "Write", "Bash", "Read", "Edit"];

    [Fact]
    public void Every_path_a_document_names_exists()
    {
        IEnumerable<string> wrong =
            from document in Documents
            from Match match in Paths().Matches(SourceTree.Read(document))
            let path = match.Groups["path"].Value.TrimEnd('/')
            where !Exists(document, path)
            select $"{document} names {path}";

        Assert.Empty(wrong);
    }

    [Fact]
    public void Every_type_a_document_names_exists()
    {
        string code = string.Concat(SourceTree.CSharp().Select(f => f.Text));
        HashSet<string> words = [.. Words().Matches(code).Select(m => m.Value)];
        IEnumerable<string> wrong =
            from document in Documents
            from Match match in TypeNames().Matches(SourceTree.Read(document))
            from name in match.Groups["name"].Value.Split('.')
            where !words.Contains(name) && !ForeignNames.Contains(name)
            select $"{document} names {name}";

        Assert.Empty(wrong);
    }

    [Fact]
    public void Every_link_between_documents_leads_somewhere()
    {
        IEnumerable<string> wrong =
            from document in Documents
            from Match match in Links().Matches(SourceTree.Read(document))
            let target = match.Groups["target"].Value.Split('#')[0]
            where target.Length > 0 && !target.Contains("://", StringComparison.Ordinal)
            where !Exists(document, target)
            select $"{document} links to {target}";

        Assert.Empty(wrong);
    }

    private static bool Exists(string document, string path)
    {
        string beside = Path.Combine(RepositoryPaths.Root, Path.GetDirectoryName(document) ?? "", path);
        string atRoot = Path.Combine(RepositoryPaths.Root, path);
        return File.Exists(beside) || Directory.Exists(beside) || File.Exists(atRoot) || Directory.Exists(atRoot);
    }

    [GeneratedRegex(@"`(?<path>(?:src|tests|docs|bench|native|models|\.ci)/[\w./-]+)`")]
    private static partial Regex Paths();

    [GeneratedRegex(@"`(?<name>[A-Z][a-z]\w*(?:\.[A-Z]\w*)*)`")]
    private static partial Regex TypeNames();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Links();

    [GeneratedRegex(@"[A-Za-z_]\w*")]
    private static partial Regex Words();
}
