using Xunit;

namespace Hearth.Tests.Support;

/// <summary>Where the tests find the repository and what may lie beside it.</summary>
internal static class RepositoryPaths
{
    /// <summary>The repository's root folder.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The folder of models and documents beside the repository, or null.</summary>
    public static string? Shared { get; } =
        Path.GetFullPath(Path.Combine(Root, "..", "shared")) is var folder && Directory.Exists(folder) ? folder : null;

    /// <summary>The model that comes with the repository.</summary>
    public static string BundledModel => Path.Combine(Root, "models", "spark", "hearth-spark-q8_0.gguf");

    /// <summary>A file or folder in <see cref="Shared"/>; skips the test when it is not there.</summary>
    public static string RequireShared(params string[] parts)
    {
        if (Shared is null) Assert.Skip("There is no folder ../shared beside the repository.");
        var path = Path.Combine([Shared, .. parts]);
        if (!File.Exists(path) && !Directory.Exists(path)) Assert.Skip($"../shared/{string.Join('/', parts)} is not there.");
        return path;
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Hearth.slnx"))) return folder.FullName;
        }

        throw new InvalidOperationException($"No Hearth.slnx above {AppContext.BaseDirectory}.");
    }
}
