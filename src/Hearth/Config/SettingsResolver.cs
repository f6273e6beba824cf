namespace Hearth.Config;

/// <summary>Either the settings or one sentence that says what is wrong; warnings in both cases.</summary>
internal sealed record ResolvedSettings(LaunchSettings? Settings, string? Error, IReadOnlyList<string> Warnings);

/// <summary>
/// Puts the sources together: a flag beats the environment, which beats the model's table in the file, which beats the rest of the file,
/// which beats the default.
/// </summary>
internal static class SettingsResolver
{
    /// <param name="flags">Values from the command line by setting name.</param>
    /// <param name="environment">Reads an environment variable; null or empty means not set.</param>
    /// <param name="file">The settings file.</param>
    /// <param name="userFolder">What <c>~</c> means in the file.</param>
    /// <param name="nameOf">The name of the model that a <c>model</c> setting means, or none.</param>
    public static ResolvedSettings Resolve(
        IReadOnlyDictionary<string, string> flags,
        Func<string, string?> environment,
        SettingsFile file,
        string userFolder,
        Func<string?, string> nameOf)
    {
        if (file.Error is not null)
            return new ResolvedSettings(null, file.Error, []);

        var warnings = new List<string>();
        var settings = new LaunchSettings();
        var model = nameOf(Overrides(SettingTable.Model, flags, environment).LastOrDefault().Value
            ?? file.Entries.FirstOrDefault(e => e.Key == SettingTable.Model.Name)?.Value);
        foreach (var entry in file.Entries.OrderBy(e => e.Model is not null))
        {
            if (SettingTable.Find(entry.Model is null ? entry.Key : entry.LastKey) is not { } setting)
            {
                warnings.Add(UnknownKey(file, entry));
                continue;
            }

            if (entry.Model is not null && !setting.OfModel)
                warnings.Add($"{file.Path}, line {entry.Line}: '{entry.Key}' is ignored, because {setting.Name} is not a setting of one model.");
            if (entry.Model is not null && !(setting.OfModel && entry.Model.Equals(model, StringComparison.OrdinalIgnoreCase)))
                continue;

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
        var meant = Suggestion.For(entry.LastKey, SettingTable.All.Select(s => s.Name));
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
