namespace Hearth.Tests.Support;

/// <summary>Where the repository lies, and the folder of shared material beside it when there is one.</summary>
internal static class RepositoryPaths
{
    public static string Root { get; } = FindRoot();

    public static string? Shared { get; } = FindShared();

    public static string BundledModel { get; } = Path.Combine(Root, "models", "spark", "hearth-spark-q8_0.gguf");

    /// <summary>The path of shared material; the running test is skipped, saying so, when it is not there.</summary>
    public static string RequireShared(params string[] parts)
    {
        string path = Path.Combine([Shared ?? "../shared", .. parts]);
        if (!File.Exists(path) && !Directory.Exists(path))
            Assert.Skip($"{path} is not there: this check needs the shared material beside the repository.");
        return path;
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Hearth.slnx")))
                return folder.FullName;
        }

        throw new InvalidOperationException("Hearth.slnx was not found above " + AppContext.BaseDirectory);
    }

    private static string? FindShared()
    {
        string path = Path.Combine(Path.GetDirectoryName(Root)!, "shared");
        return Directory.Exists(path) ? path : null;
    }
}
