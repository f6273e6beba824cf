using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Hearth.Tests.Repository;

/// <summary>A place where one type uses another of the product, both by their full names without nested types.</summary>
internal sealed record CodeArrow(string From, string To, string Place);

/// <summary>
/// Who uses whom, as the compiler understands it: aliases, qualified names, extension methods, members of types that are never named,
/// and names that are visible only because namespaces are nested all count.
/// </summary>
internal static class CodeArrows
{
    /// <summary>What the SDKs of the projects import everywhere.</summary>
    private const string ImplicitUsings =
        """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using Microsoft.AspNetCore.Builder;
        global using Microsoft.AspNetCore.Hosting;
        global using Microsoft.AspNetCore.Http;
        global using Microsoft.AspNetCore.Routing;
        global using Microsoft.Extensions.DependencyInjection;
        global using Microsoft.Extensions.Hosting;
        global using Microsoft.Extensions.Logging;
        """;

    private static readonly Lazy<IReadOnlyList<CodeArrow>> Product = new(() => Of(SourceTree.CSharp("src")));

    /// <summary>The arrows between the types of the product, each pair as often as it occurs.</summary>
    public static IReadOnlyList<CodeArrow> OfTheProduct => Product.Value;

    /// <summary>The arrows between the types that <paramref name="files"/> declare; one compilation over them all.</summary>
    public static IReadOnlyList<CodeArrow> Of(IEnumerable<SourceFile> files)
    {
        CSharpParseOptions parsing = new(LanguageVersion.Latest);
        List<SyntaxTree> trees = [.. files.Select(f => CSharpSyntaxTree.ParseText(f.Text, parsing, f.Path))];
        CSharpCompilation compilation = CSharpCompilation.Create(
            "arrows", [CSharpSyntaxTree.ParseText(ImplicitUsings, parsing), .. trees], References(), new CSharpCompilationOptions(OutputKind.ConsoleApplication, allowUnsafe: true));
        return [.. trees.AsParallel().AsOrdered().SelectMany(tree => Of(tree, compilation.GetSemanticModel(tree)))];
    }

    private static IEnumerable<CodeArrow> Of(SyntaxTree tree, SemanticModel model)
    {
        foreach (SimpleNameSyntax name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>())
        {
            if (Outermost(model.GetEnclosingSymbol(name.SpanStart)) is not { } user || Used(model.GetSymbolInfo(name)) is not { } used)
                continue;
            if (used.Locations.Any(l => l.IsInSource) && !SymbolEqualityComparer.Default.Equals(user, used))
                yield return new CodeArrow(FullName(user), FullName(used), $"{tree.FilePath}:{name.GetLocation().GetLineSpan().StartLinePosition.Line + 1}");
        }
    }

    /// <summary>The type behind a name: itself, or the one whose member it is.</summary>
    private static INamedTypeSymbol? Used(SymbolInfo info) => (info.Symbol ?? info.CandidateSymbols.FirstOrDefault()) switch
    {
        INamespaceSymbol or IAliasSymbol { Target: INamespaceSymbol } => null,
        IAliasSymbol { Target: INamedTypeSymbol type } => Outermost(type),
        var symbol => Outermost(symbol),
    };

    private static INamedTypeSymbol? Outermost(ISymbol? symbol)
    {
        INamedTypeSymbol? type = symbol as INamedTypeSymbol ?? symbol?.ContainingType;
        while (type?.ContainingType is { } outer)
            type = outer;
        return type?.OriginalDefinition;
    }

    private static string FullName(INamedTypeSymbol type) =>
        type.ContainingNamespace.IsGlobalNamespace ? type.Name : $"{type.ContainingNamespace.ToDisplayString()}.{type.Name}";

    /// <summary>What the tests run with, without the product itself.</summary>
    private static IEnumerable<MetadataReference> References() =>
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(p => !Path.GetFileName(p).StartsWith("hearth", StringComparison.OrdinalIgnoreCase))
            .Select(p => MetadataReference.CreateFromFile(p));
}
