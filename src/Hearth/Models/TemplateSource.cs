using Hearth.Chat.Templates;
using Hearth.Config;

namespace Hearth.Models;

/// <summary>The text of a model's chat template and where it is from.</summary>
/// <param name="Text">The Jinja source.</param>
/// <param name="Origin">Where it is from, in words.</param>
/// <param name="Warning">What a person should know about that, in one line; or null.</param>
internal sealed record TemplateSource(string Text, string Origin, string? Warning)
{
    /// <summary>The largest template of a known model has a sixtieth of this.</summary>
    private const int MostBytes = 1 << 20;

    /// <summary>
    /// The template that a person chose (a file, or the name of one of ours), else the model's own, else the one that its vocabulary
    /// suggests. The error is one sentence.
    /// </summary>
    public static (TemplateSource? Source, string? Error) Choose(GgufFile file, string? choice)
    {
        if (choice is not null)
            return Chosen(choice);
        if (file.ChatTemplate is { } own)
            return (new TemplateSource(own, "the model's own", null), null);
        try
        {
            (NamedTemplate template, bool isRecognised) = NamedTemplates.Infer(file.ReadVocabulary().ToHashSet(StringComparer.Ordinal));
            string reason = isRecognised ? $"its vocabulary has {template.Marks[0]}" : "nothing in its vocabulary says which one it needs";
            return (
                new TemplateSource(
                    template.Source, $"Hearth's {template.Name}",
                    $"the model has no chat template: {template.Name} is used, because {reason} (--chat-template decides)"),
                null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, $"The vocabulary of {file.Paths[0]} cannot be read: {e.Message}");
        }
    }

    /// <summary>The setting in the template's words.</summary>
    public static KeepThinking Keep(bool? setting) => setting switch
    {
        null => KeepThinking.Auto,
        true => KeepThinking.Always,
        false => KeepThinking.Template,
    };

    private static (TemplateSource? Source, string? Error) Chosen(string choice)
    {
        if (!File.Exists(choice))
        {
            return NamedTemplates.Find(choice) is { } named
                ? (new TemplateSource(named.Source, $"Hearth's {named.Name}", null), null)
                : (null, $"--chat-template expects a Jinja file or one of {string.Join(", ", NamedTemplates.Names)}, and '{choice}' is neither.");
        }

        try
        {
            if (RegularFile.IsEmpty(choice))
                return (null, $"{choice} is no chat template: it is empty, or a pipe or a device.");
            return new FileInfo(choice).Length <= MostBytes
                ? (new TemplateSource(File.ReadAllText(choice), choice, null), null)
                : (null, $"{choice} is no chat template: it has more than {MostBytes} bytes.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, $"{choice} cannot be read: {e.Message}");
        }
    }
}
