using System.Reflection;

namespace Hearth.Children;

/// <summary>How this executable is started again.</summary>
/// <param name="File">The program, by its full path.</param>
/// <param name="Arguments">What comes before the arguments of Hearth.</param>
internal sealed record ChildProgram(string File, IReadOnlyList<string> Arguments)
{
    /// <summary>The running program; null when the system does not tell what it is.</summary>
    public static ChildProgram? OfProcess() => Of(Environment.ProcessPath, Assembly.GetEntryAssembly()?.Location);

    /// <summary>Either a program of its own or the <c>dotnet</c> command with a library.</summary>
    public static ChildProgram? Of(string? process, string? library)
    {
        if (process is null)
            return null;
        bool isDotnet = Path.GetFileNameWithoutExtension(process).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        return isDotnet && string.IsNullOrEmpty(library) ? null : new ChildProgram(process, isDotnet ? [library!] : []);
    }
}
