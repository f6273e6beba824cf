using System.CommandLine;
using Hearth.Config;
using Hearth.Models;

namespace Hearth.Commands;

/// <summary>The settings of <see cref="SettingTable"/> as options of one command.</summary>
internal sealed class SettingOptions
{
    private readonly List<(Setting Setting, Option Option)> _options = [];

    private readonly Option<string> _file = new("--config")
    {
        HelpName = "FILE",
        Description = "Settings file to read instead of hearth.toml in HEARTH_HOME",
    };

    /// <summary>Adds the options that mean something to a command that serves, or to one that only runs a model.</summary>
    public static SettingOptions AddTo(Command command, bool isServer) => AddTo(command, s => isServer || !s.ServerOnly);

    /// <summary>Adds the options of the settings that <paramref name="means"/> picks.</summary>
    public static SettingOptions AddTo(Command command, Func<Setting, bool> means)
    {
        var options = new SettingOptions();
        foreach (var setting in SettingTable.All.Where(means))
        {
            Option option = setting is SwitchSetting
                ? new Option<bool>(setting.Flag)
                : new Option<string>(setting.Flag) { HelpName = setting.ValueName };
            option.Description = $"{setting.Description} (default: {setting.Default})";
            options._options.Add((setting, option));
            command.Options.Add(option);
        }

        command.Options.Add(options._file);
        return options;
    }

    /// <summary>What the command line gives of them, as the words of another one.</summary>
    public IReadOnlyList<string> Words(ParseResult parsed) =>
    [
        .. from option in _options.Select(o => o.Option).Append(_file)
           where parsed.GetResult(option) is { Implicit: false }
           from word in option is Option<string> text ? [option.Name, parsed.GetValue(text) ?? ""] : (string[])[option.Name]
           select word,
    ];

    /// <summary>The settings from all sources; warnings go to the terminal.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="terminal">Where warnings go.</param>
    /// <param name="model">The model where the command takes it as an argument, or null.</param>
    public ResolvedSettings Resolve(ParseResult parsed, Terminal terminal, string? model = null)
    {
        var flags = new Dictionary<string, string>();
        foreach (var (setting, option) in _options)
        {
            if (parsed.GetResult(option) is not { Implicit: false })
                continue;
            flags[setting.Name] = option is Option<bool> flag
                ? parsed.GetValue(flag) ? "true" : "false"
                : parsed.GetValue((Option<string>)option) ?? "";
        }

        if (model is not null)
            flags[SettingTable.Model.Name] = model;
        var given = parsed.GetValue(_file) ?? terminal.Environment("HEARTH_CONFIG");
        var path = string.IsNullOrEmpty(given) ? Path.Combine(terminal.Home, SettingsFile.Name) : given;
        var file = SettingsFile.Read(path, mustExist: !string.IsNullOrEmpty(given));
        var resolved = SettingsResolver.Resolve(flags, terminal.Environment, file, terminal.UserFolder, ModelLocator.NameOf);
        foreach (var warning in resolved.Warnings)
            terminal.Error.WriteLine(warning);
        return resolved;
    }
}
