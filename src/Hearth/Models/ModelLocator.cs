namespace Hearth.Models;

/// <summary>A checked model or one sentence that says why there is none.</summary>
internal sealed record LocatedModel(GgufFile? File, string? Error);

/// <summary>Finds the model that a person means: a file, a folder with one model, or nothing for the bundled one.</summary>
internal static class ModelLocator
{
    /// <summary>The bundled model's name for clients.</summary>
    public const string BundledId = "spark";

    private static readonly string BundledPath = Path.Combine("models", "spark", "hearth-spark-q8_0.gguf");

    /// <summary>The name for clients of the model that a setting means.</summary>
    public static string NameOf(string? model)
    {
        if (model is null)
            return BundledId;
        string path = Expand(model);
        return Directory.Exists(path) && FindInFolder(path).File is { } only ? only.Id : GgufFile.IdOf(path);
    }

    /// <summary>Locates and checks; null means the bundled model.</summary>
    public static LocatedModel Find(string? model)
    {
        if (model is null)
            return FindBundled();
        string path = Expand(model);
        if (Directory.Exists(path))
            return FindInFolder(path);
        (GgufFile? file, string? error) = GgufFile.Open(path);
        return new LocatedModel(file, error);
    }

    /// <summary>Where the bundled model lies, or null when it is not there.</summary>
    public static string? FindBundledPath()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, BundledPath);
            if (File.Exists(path))
                return path;
        }

        return null;
    }

    private static LocatedModel FindBundled()
    {
        if (FindBundledPath() is not { } path)
            return new LocatedModel(null, $"The bundled model {BundledPath} is missing: name one with --model.");
        (GgufFile? file, string? error) = GgufFile.Open(path);
        return new LocatedModel(file?.WithId(BundledId), error);
    }

    private static LocatedModel FindInFolder(string folder)
    {
        string[] names = [.. Directory.EnumerateFiles(folder, "*.gguf").GroupBy(GgufFile.IdOf, (_, parts) => parts.Order(StringComparer.Ordinal).First())];
        if (names.Length == 0)
            return new LocatedModel(null, $"{folder} holds no GGUF file.");
        if (names.Length > 1)
        {
            return new LocatedModel(
                null, $"{folder} holds several models: name one, for example --model {Path.Combine(folder, Path.GetFileName(names.Order(StringComparer.Ordinal).First()))}.");
        }

        (GgufFile? file, string? error) = GgufFile.Open(names[0]);
        return new LocatedModel(file, error);
    }

    private static string Expand(string path) => path == "~" || path.StartsWith("~/", StringComparison.Ordinal)
        ? Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), path[1..])
        : path;
}
