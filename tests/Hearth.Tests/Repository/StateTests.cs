using System.Reflection;
using System.Runtime.CompilerServices;
using Hearth.Providers;

namespace Hearth.Tests.Repository;

/// <summary>No mutable statics, and nothing public in the executable.</summary>
public sealed class StateTests
{
    /// <summary>State that is one per process by nature, each with its reason.</summary>
    private static readonly string[] PerProcess = [];

    public static TheoryData<string> Assemblies => ["Hearth.Llama", "Hearth.Engine", "Hearth.Chat", "hearth"];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void No_static_field_is_mutable(string assembly)
    {
        IEnumerable<string> wrong =
            from type in Assembly.Load(assembly).GetTypes()
            where !IsGenerated(type)
            from field in type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
            where !field.IsInitOnly && !field.IsLiteral && !field.IsDefined(typeof(CompilerGeneratedAttribute))
            let name = $"{type.Name}.{field.Name}"
            where !PerProcess.Contains(name)
            select name;

        Assert.Empty(wrong);
    }

    [Fact]
    public void The_executable_exports_no_types() =>
        Assert.Empty(typeof(IProvider).Assembly.GetExportedTypes().Where(t => !IsGenerated(t)).Select(t => t.FullName));

    private static bool IsGenerated(Type type) =>
        type.IsDefined(typeof(CompilerGeneratedAttribute))
        || type.IsDefined(typeof(System.CodeDom.Compiler.GeneratedCodeAttribute))
        || type.Name.Contains('<', StringComparison.Ordinal)
        || (type.DeclaringType is { } outer && IsGenerated(outer))
        || type.Name is "Program";
}
