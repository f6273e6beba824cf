namespace Hearth.Config;

/// <summary>Either the settings or one sentence that says what is wrong; warnings in both cases.</summary>
internal sealed record ResolvedSettings(LaunchSettings? Settings, string? Error, IReadOnlyList<string> Warnings);

/// <summary>Puts the sources together: a flag beats the environment, which beats the file, which beats the default.</summary>
internal static class SettingsResolver
{
    /// <param name="flags">Values from the command line by setting name.</param>
    /// <param name="environment">Reads an environment variable; null or empty means not set.</param>
    /// <param name="file">The settings file.</param>
    /// <param name="userFolder">What <c>~</c> means in the file.</param>
    public static ResolvedSettings Resolve(
        IReadOnlyDictionary<string, string> flags, Func<string, string?> environment, SettingsFile file, string userFolder)
    {
        if (file.Error is not null)
            return new ResolvedSettings(null, file.Error, []);

        var warnings = new List<string>();
        var settings = new LaunchSettings();
        foreach (var entry in file.Entries)
        {
            if (SettingTable.Find(entry.Key) is not { } setting)
            {
                warnings.Add(UnknownKey(file, entry));
                continue;
            }

            var value = setting.IsPath ? PathInFile(file, entry.Value, userFolder) : entry.Value;
            if (entry.Kind != setting.TomlKind || setting.Apply(settings, value) is not { } changed)
                return new ResolvedSettings(null, $"{file.Path}, line {entry.Line}: {Mismatch(entry.Key, setting, entry)}", warnings);
            settings = changed;
        }

        foreach (var setting in SettingTable.All)
        {
            foreach (var (source, value) in Overrides(setting, flags, environment))
            {
                if (setting.Apply(settings, value) is not { } changed)
                    return new ResolvedSettings(null, $"{source} expects {setting.Expectation}{Instead(setting, value)}.", warnings);
                settings = changed;
            }
        }

        return settings is { Pool: { } pool, Context: { } context } && pool < context
            ? new ResolvedSettings(null, $"The pool ({pool} tokens) must hold at least one context ({context} tokens): raise --pool or lower --context.", warnings)
            : new ResolvedSettings(settings, null, warnings);
    }

    /// <summary>Weaker sources first, so that the last one applied wins; a mistake in any of them is reported.</summary>
    private static IEnumerable<(string Source, string Value)> Overrides(
        Setting setting, IReadOnlyDictionary<string, string> flags, Func<string, string?> environment)
    {
        if (environment(setting.Variable) is { Length: > 0 } fromEnvironment)
            yield return (setting.Variable, fromEnvironment);
        if (flags.TryGetValue(setting.Name, out var fromFlag))
            yield return (setting.Flag, fromFlag);
    }

    private static string UnknownKey(SettingsFile file, SettingsFileEntry entry)
    {
        var lastPart = entry.Key[(entry.Key.LastIndexOf('.') + 1)..];
        var meant = Suggestion.For(lastPart, SettingTable.All.Select(s => s.Name));
        return $"{file.Path}, line {entry.Line}: the unknown key '{entry.Key}' is ignored{(meant is null ? "." : $"; did you mean '{meant}'?")}";
    }

    private static string Mismatch(string key, Setting setting, SettingsFileEntry entry) =>
        $"{key} expects {setting.Expectation}{(entry.Kind == setting.TomlKind ? Instead(setting, entry.Value) : $", not {entry.TypeName}")}.";

    private static string Instead(Setting setting, string value) => setting.Secret ? "" : $", not '{value}'";

    /// <summary>A path in the file is relative to the file when something lies there; <c>~/</c> is the person's folder.</summary>
    private static string PathInFile(SettingsFile file, string value, string userFolder)
    {
        if (value.StartsWith("~/", StringComparison.Ordinal))
            return Path.Combine(userFolder, value[2..]);
        var beside = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file.Path)) ?? "", value);
        return value.Length > 0 && Path.Exists(beside) ? beside : value;
    }
}
