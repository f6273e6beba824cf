using System.Globalization;

namespace Hearth.Config;

/// <summary>
/// One thing a person can set, declared once: <c>--name</c> on the command line, <c>HEARTH_NAME</c> in the environment and
/// <c>name</c> in <c>hearth.toml</c> are the same setting.
/// </summary>
/// <param name="Name">Kebab-case name.</param>
/// <param name="ValueName">What help calls the value; empty for a switch.</param>
/// <param name="Default">What help says happens when nobody sets it.</param>
/// <param name="Description">One line of help, without a full stop.</param>
internal abstract record Setting(string Name, string ValueName, string Default, string Description)
{
    public string Flag => "--" + Name;

    /// <summary>The environment variable.</summary>
    public string Variable { get; init; } = "HEARTH_" + Name.ToUpperInvariant().Replace('-', '_');

    /// <summary>Whether the setting is about the HTTP server and means nothing to a single question.</summary>
    public bool ServerOnly { get; init; }

    /// <summary>Whether the setting may stand in a model's own table of <c>hearth.toml</c>.</summary>
    public bool OfModel { get; init; }

    /// <summary>Whether the value must not be repeated in messages.</summary>
    public bool Secret { get; init; }

    /// <summary>Whether the value names a file, which in <c>hearth.toml</c> may be relative to that file.</summary>
    public bool IsPath { get; init; }

    /// <summary>The TOML type of the value.</summary>
    public abstract TomlKind TomlKind { get; }

    /// <summary>What a value must be, to complete "expects ...".</summary>
    public abstract string Expectation { get; }

    /// <summary>The settings with this value, or null when the value is not acceptable.</summary>
    public abstract LaunchSettings? Apply(LaunchSettings settings, string value);
}

/// <summary>The types of TOML values that settings have; everything else is <see cref="Other"/>.</summary>
internal enum TomlKind
{
    Text,
    WholeNumber,
    Switch,
    Other,
}

/// <summary>Any text that is not empty.</summary>
internal sealed record TextSetting(
    string Name, string ValueName, string Default, string Description, Func<LaunchSettings, string, LaunchSettings> Set)
    : Setting(Name, ValueName, Default, Description)
{
    public override TomlKind TomlKind => TomlKind.Text;

    public override string Expectation => "a text that is not empty";

    public override LaunchSettings? Apply(LaunchSettings settings, string value) =>
        string.IsNullOrWhiteSpace(value) ? null : Set(settings, value);
}

/// <summary>A whole number between two bounds.</summary>
internal sealed record NumberSetting(
    string Name, string ValueName, string Default, string Description, int Minimum, int Maximum, Func<LaunchSettings, int, LaunchSettings> Set)
    : Setting(Name, ValueName, Default, Description)
{
    public override TomlKind TomlKind => TomlKind.WholeNumber;

    public override string Expectation => $"a whole number from {Minimum} to {Maximum}";

    public override LaunchSettings? Apply(LaunchSettings settings, string value) =>
        int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= Minimum && number <= Maximum
            ? Set(settings, number)
            : null;
}

/// <summary>Yes or no.</summary>
internal sealed record SwitchSetting(string Name, string Description, Func<LaunchSettings, bool, LaunchSettings> Set)
    : Setting(Name, "", "off", Description)
{
    public override TomlKind TomlKind => TomlKind.Switch;

    public override string Expectation => "true or false";

    public override LaunchSettings? Apply(LaunchSettings settings, string value) => value.ToLowerInvariant() switch
    {
        "true" or "1" => Set(settings, true),
        "false" or "0" => Set(settings, false),
        _ => null,
    };
}

/// <summary>One of a few words.</summary>
internal sealed record ChoiceSetting<T>(
    string Name, string Default, string Description, IReadOnlyList<(string Word, T Value)> Choices, Func<LaunchSettings, T, LaunchSettings> Set)
    : Setting(Name, string.Join('|', Choices.Select(c => c.Word)), Default, Description)
{
    public override TomlKind TomlKind => TomlKind.Text;

    public override string Expectation => "one of " + string.Join(", ", Choices.Select(c => c.Word));

    public override LaunchSettings? Apply(LaunchSettings settings, string value)
    {
        foreach (var (word, choice) in Choices)
        {
            if (string.Equals(word, value, StringComparison.OrdinalIgnoreCase))
                return Set(settings, choice);
        }

        return null;
    }
}
