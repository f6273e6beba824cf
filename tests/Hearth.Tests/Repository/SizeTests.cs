using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Hearth.Tests.Repository;

/// <summary>Files and methods stay small enough to be read at once.</summary>
public sealed class SizeTests
{
    private const int FileLimitLines = 500;
    private const int MethodLimitLines = 70;

    /// <summary>Files that may be longer, each with its reason: none so far.</summary>
    private static readonly string[] LongFiles = [];

    [Fact]
    public void No_file_is_longer_than_its_limit()
    {
        IEnumerable<string> wrong =
            from file in SourceTree.CSharp()
            let lines = file.Text.AsSpan().Count('\n')
            where lines > FileLimitLines && !LongFiles.Contains(file.Path)
            select $"{file.Path}: {lines} lines";

        Assert.Empty(wrong);
    }

    [Fact]
    public void No_method_is_longer_than_its_limit()
    {
        IEnumerable<string> wrong =
            from file in SourceTree.CSharp()
            from method in Methods(file.Text)
            let lines = Lines(method)
            where lines > MethodLimitLines
            select $"{file.Path}: {Name(method)} has {lines} lines";

        Assert.Empty(wrong);
    }

    [Fact]
    public void Nothing_hides_in_regions() =>
        Assert.DoesNotContain(SourceTree.CSharp("src"), f => f.Text.Contains("#region", StringComparison.Ordinal));

    private static IEnumerable<SyntaxNode> Methods(string text) =>
        CSharpSyntaxTree.ParseText(text, CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.Latest)).GetRoot().DescendantNodes()
            .Where(n => n is BaseMethodDeclarationSyntax or LocalFunctionStatementSyntax or AccessorDeclarationSyntax);

    private static int Lines(SyntaxNode node)
    {
        SyntaxNode body = node switch
        {
            BaseMethodDeclarationSyntax { Body: { } block } => block,
            BaseMethodDeclarationSyntax { ExpressionBody: { } expression } => expression,
            _ => node,
        };
        FileLinePositionSpan span = body.SyntaxTree.GetLineSpan(body.Span);
        return span.EndLinePosition.Line - span.StartLinePosition.Line + 1;
    }

    private static string Name(SyntaxNode node) => node switch
    {
        MethodDeclarationSyntax method => method.Identifier.Text,
        LocalFunctionStatementSyntax function => function.Identifier.Text,
        ConstructorDeclarationSyntax constructor => constructor.Identifier.Text,
        _ => node.Kind().ToString(),
    };
}
