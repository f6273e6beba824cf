using Tomlyn;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace Hearth.Config;

/// <summary>The keys of one <c>hearth.toml</c>, or the one sentence that says why it cannot be read.</summary>
/// <param name="Path">Where it was read, as messages name it.</param>
/// <param name="Entries">Its keys in order, dotted where they stand in tables.</param>
/// <param name="Error">Why there are no entries, or null.</param>
internal sealed record SettingsFile(string Path, IReadOnlyList<SettingsFileEntry> Entries, string? Error = null)
{
    public const string Name = "hearth.toml";

    private const string ModelTables = "models";

    /// <summary>A settings file is a page of text; more than this is another file by mistake.</summary>
    private const int MaximumBytes = 1 << 20;

    /// <summary>Reads the file; one that is not there has no entries unless it <paramref name="mustExist"/>.</summary>
    public static SettingsFile Read(string path, bool mustExist)
    {
        try
        {
            if (!File.Exists(path))
                return mustExist ? Failed(path, $"The settings file {path} does not exist.") : new SettingsFile(path, []);
            if (new FileInfo(path).Length > MaximumBytes)
                return Failed(path, $"The settings file {path} is larger than {MaximumBytes} bytes, so it is probably another file.");
            if (RegularFile.IsEmpty(path))
                return mustExist ? Failed(path, $"The settings file {path} is empty, or a pipe or a device, which are not read.") : new SettingsFile(path, []);
            return Parse(path, File.ReadAllText(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Failed(path, $"The settings file {path} cannot be read: {e.Message}");
        }
    }

    /// <summary>Parses the text of a file.</summary>
    public static SettingsFile Parse(string path, string text)
    {
        DocumentSyntax document;
        try
        {
            document = SyntaxParser.Parse(text, path, validate: true);
        }
        catch (TomlException e)
        {
            return Failed(path, $"The settings file {path} cannot be read: {e.Message}");
        }

        if (document.HasErrors)
        {
            var first = document.Diagnostics.First(d => d.Kind == DiagnosticMessageKind.Error);
            return Failed(path, $"{path}, line {first.Span.Start.Line + 1}: {first.Message.TrimEnd('.')}.");
        }

        var entries = document.KeyValues.Select(k => Entry("", k)).ToList();
        foreach (var table in document.Tables)
        {
            var prefix = table.Name?.ToString().Trim() + ".";
            var model = ModelOf(table.Name);
            entries.AddRange(table.Items.Select(k => Entry(prefix, k) with { Model = model }));
        }

        return new SettingsFile(path, entries);
    }

    private static SettingsFile Failed(string path, string error) => new(path, [], error);

    /// <summary>The model whose table <c>[models."name"]</c> this is, or null.</summary>
    private static string? ModelOf(KeySyntax? name)
    {
        if (name is not { DotKeys.ChildrenCount: 1, Key: BareKeySyntax { Key.Text: ModelTables } })
            return null;
        return name.DotKeys.GetChild(0)?.Key switch
        {
            BareKeySyntax bare => bare.Key?.Text,
            StringValueSyntax text => text.Value,
            _ => null,
        };
    }

    private static SettingsFileEntry Entry(string prefix, KeyValueSyntax pair)
    {
        var (kind, value, type) = pair.Value switch
        {
            StringValueSyntax s => (TomlKind.Text, s.Value ?? "", "a text"),
            IntegerValueSyntax i => (TomlKind.WholeNumber, i.Value.ToString(), "a number"),
            BooleanValueSyntax b => (TomlKind.Switch, b.Value ? "true" : "false", "true or false"),
            FloatValueSyntax f => (TomlKind.Other, f.ToString(), "a fraction"),
            ArraySyntax => (TomlKind.Other, "", "a list"),
            InlineTableSyntax => (TomlKind.Other, "", "a table"),
            _ => (TomlKind.Other, "", "a date or time"),
        };
        var key = pair.Key?.ToString().Trim() ?? "";
        return new SettingsFileEntry(prefix + key, key, kind, value, type, pair.Span.Start.Line + 1);
    }
}

/// <summary>One key of a settings file.</summary>
/// <param name="Key">The key as written, with the names of its tables.</param>
/// <param name="LastKey">The key without the names of its tables.</param>
/// <param name="Kind">Which settings the value can be for.</param>
/// <param name="Value">The value as text; empty for values no setting has.</param>
/// <param name="TypeName">What the value is, in words.</param>
/// <param name="Line">One-based line number.</param>
internal sealed record SettingsFileEntry(string Key, string LastKey, TomlKind Kind, string Value, string TypeName, int Line)
{
    /// <summary>The model in whose table it stands, or null.</summary>
    public string? Model { get; init; }
}
