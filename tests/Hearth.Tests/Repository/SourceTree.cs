using System.Text.RegularExpressions;
using Hearth.Tests.Support;

namespace Hearth.Tests.Repository;

/// <summary>The files of the repository as the rules of docs/architecture.md see them.</summary>
internal static partial class SourceTree
{
    private static readonly string[] Ignored = ["artifacts", "node_modules", ".git", "bin", "obj", "headers"];

    /// <summary>All C# files below a folder, with paths relative to the root and forward slashes.</summary>
    public static IEnumerable<SourceFile> CSharp(string folder = "") => Files(folder, "*.cs").Select(path => new SourceFile(path, Read(path)));

    public static IEnumerable<string> Files(string folder, string pattern) =>
        Walk(new DirectoryInfo(Path.Combine(RepositoryPaths.Root, folder)), pattern)
            .Select(f => Path.GetRelativePath(RepositoryPaths.Root, f.FullName).Replace('\\', '/'));

    public static string Read(string path) => File.ReadAllText(Path.Combine(RepositoryPaths.Root, path));

    private static IEnumerable<FileInfo> Walk(DirectoryInfo folder, string pattern)
    {
        foreach (FileInfo file in folder.EnumerateFiles(pattern))
            yield return file;
        foreach (DirectoryInfo child in folder.EnumerateDirectories().Where(d => !Ignored.Contains(d.Name)))
        {
            foreach (FileInfo file in Walk(child, pattern))
                yield return file;
        }
    }

    [GeneratedRegex(@"^namespace (?<name>Hearth[\w.]*);", RegexOptions.Multiline)]
    internal static partial Regex NamespaceLine();
}

/// <summary>One source file: its path and its text.</summary>
internal sealed record SourceFile(string Path, string Text)
{
    /// <summary>The namespace it declares.</summary>
    public string Namespace => SourceTree.NamespaceLine().Match(Text).Groups["name"].Value;
}
