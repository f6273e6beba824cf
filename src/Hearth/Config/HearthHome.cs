namespace Hearth.Config;

/// <summary>The folder that holds Hearth's state: <c>HEARTH_HOME</c>, else the platform's per-user data folder.</summary>
internal static class HearthHome
{
    public const string Variable = "HEARTH_HOME";

    private const UnixFileMode ForOwner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private const UnixFileMode ForOthers =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

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

    /// <summary>
    /// Makes the folder where it is missing, for nobody else to enter. One that is there stays as it is; where others may enter it, the
    /// line that says so, else null.
    /// </summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be made.</exception>
    public static string? Create(string home)
    {
        if (OperatingSystem.IsWindows())
        {
            // Folders in a profile are the person's own; elsewhere the parent's rights are inherited.
            Directory.CreateDirectory(home);
            return null;
        }

        if (Directory.Exists(home))
        {
            UnixFileMode mode = File.GetUnixFileMode(home);
            return (mode & ForOthers) == UnixFileMode.None
                ? null
                : $"other users of this machine may enter {home} (mode {Convert.ToString((int)mode & 0b111_111_111, 8)}); 'chmod 700' on it keeps them out";
        }

        if (System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(home)) is { Length: > 0 } parent)
            Directory.CreateDirectory(parent);
        Directory.CreateDirectory(home, ForOwner);
        return null;
    }

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
