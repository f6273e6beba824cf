namespace Hearth.Config;

/// <summary>The folder that holds Hearth's state: <c>HEARTH_HOME</c>, else the platform's per-user data folder.</summary>
internal static class HearthHome
{
    public const string Variable = "HEARTH_HOME";

    /// <summary>The folder for these surroundings; nothing is created.</summary>
    public static string Path(Platform platform, Func<string, string?> environment, string userFolder)
    {
        if (Given(environment, Variable) is { } home)
            return home;
        return platform switch
        {
            Platform.Windows => Join(platform, Given(environment, "LOCALAPPDATA") ?? Join(platform, userFolder, "AppData", "Local"), "Hearth"),
            Platform.Mac => Join(platform, userFolder, "Library", "Application Support", "Hearth"),
            _ => Join(platform, Given(environment, "XDG_DATA_HOME") ?? Join(platform, userFolder, ".local", "share"), "hearth"),
        };
    }

    /// <summary>Where prompt prefixes are kept in <paramref name="home"/>; nothing is created.</summary>
    public static string KvFolder(string home) => System.IO.Path.Combine(home, "kv");

    /// <summary>The folder for this process.</summary>
    public static string PathOfProcess(Func<string, string?> environment) =>
        Path(
            OperatingSystem.IsWindows() ? Platform.Windows : OperatingSystem.IsMacOS() ? Platform.Mac : Platform.Linux,
            environment,
            Environment.GetFolderPath(Environment.SpecialFolder.UserProfile));

    private static string? Given(Func<string, string?> environment, string name) => environment(name) is { Length: > 0 } value ? value : null;

    private static string Join(Platform platform, params string[] parts) => string.Join(platform == Platform.Windows ? '\\' : '/', parts);
}

/// <summary>Families of operating systems that keep user data in different places.</summary>
internal enum Platform
{
    Linux,
    Mac,
    Windows,
}
