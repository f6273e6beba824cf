using Hearth.Chat.Formats;
using Hearth.Chat.Jinja;
using Hearth.Chat.Templates;
using Hearth.Config;
using Hearth.Models;

namespace Hearth.Providers;

/// <summary>What can be told about a model without loading its weights.</summary>
/// <param name="File">The model's files and what they say of themselves.</param>
/// <param name="Source">Where its chat template is from.</param>
/// <param name="Template">The template with what it is capable of.</param>
/// <param name="Format">The format in which it writes calls and thinking.</param>
internal sealed record ModelCard(GgufFile File, TemplateSource Source, ChatTemplate Template, IOutputFormat Format)
{
    /// <summary>The file and the template that the settings mean, or one sentence that says what is wrong with them.</summary>
    public static (GgufFile? File, TemplateSource? Source, string? Error) Choose(LaunchSettings settings)
    {
        LocatedModel located = ModelLocator.Find(settings.Model);
        if (located.File is not { } file)
            return (null, null, located.Error);
        (TemplateSource? source, string? error) = TemplateSource.Choose(file, settings.ChatTemplate);
        if (error is null && settings.Format is { } format && OutputFormats.Find(format) is null)
            error = $"--format expects one of {string.Join(", ", OutputFormats.All.Select(f => f.Name))}, not '{format}'.";
        return error is null ? (file, source, null) : (null, null, error);
    }

    /// <summary>What templates write of the vocabulary, as the file itself says it.</summary>
    /// <exception cref="IOException">The file cannot be read any more.</exception>
    public static TemplateTokens ReadTokens(GgufFile file)
    {
        IReadOnlyList<string> vocabulary = file.ReadVocabulary();
        return new TemplateTokens(Text("bos"), Text("eos"));

        string Text(string name) => file.SpecialToken(name) is { } id ? vocabulary[id] : "";
    }

    /// <summary>The card of a model whose vocabulary has <paramref name="tokens"/>.</summary>
    /// <exception cref="JinjaException">The template cannot be parsed.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was cancelled while the template was probed.</exception>
    public static ModelCard Of(
        GgufFile file, TemplateSource source, TemplateTokens tokens, LaunchSettings settings, CancellationToken cancellation)
    {
        ChatTemplate template = ChatTemplate.Parse(source.Text, file.Id, tokens, TemplateSource.Keep(settings.KeepThinking), cancellation);
        return new ModelCard(file, source, template, OutputFormats.Find(settings.Format) ?? FormatOf(template, cancellation));
    }

    /// <summary>A template that does not show tools gets Hearth's description of them, and that asks for the default format.</summary>
    private static IOutputFormat FormatOf(ChatTemplate template, CancellationToken cancellation) =>
        template.Capabilities.Tools ? FormatProbe.Find(template, cancellation) : OutputFormats.Default;

    /// <summary>What a person should know before they rely on it, in lines without a full stop.</summary>
    public IReadOnlyList<string> Warnings
    {
        get
        {
            TemplateCapabilities found = Template.Capabilities;
            List<string> warnings = [];
            if (Source.Warning is { } warning)
                warnings.Add(warning);
            warnings.AddRange(Template.Repairs.Select(r => $"repaired in the template: {r.Name} ({r.Why.TrimEnd('.')})"));
            if (found.WritesDate)
                warnings.Add("the template writes the date, so that every prompt is computed again on another day");
            if (found.Thinking.ChangesPrefix)
                warnings.Add("switching thinking or its effort changes the beginning of the prompt, which is then computed again");
            warnings.AddRange(Rewrites(found.Rewrites));
            return warnings;
        }
    }

    /// <summary>The words for what changes in old parts of a prompt.</summary>
    private static IEnumerable<string> Rewrites(HistoryRewrites rewrites)
    {
        (HistoryRewrites Flag, string Words)[] all =
        [
            (HistoryRewrites.Thinking, "drops old thinking: after a new user message, the last turn is computed again (--keep-thinking always keeps it)"),
            (HistoryRewrites.ToolDefinitions, "moves the tool definitions to the last user message: the whole prompt is computed again at each turn"),
            (HistoryRewrites.System, "moves the system prompt to the last user message: the whole prompt is computed again at each turn"),
            (HistoryRewrites.ToolCalls, "writes old calls otherwise than new ones: the last turn is computed again"),
            (HistoryRewrites.Messages, "writes old messages otherwise than new ones: the last turn is computed again"),
            (HistoryRewrites.WhiteSpace, "cuts white space off answers: an answer that begins or ends with some is computed again"),
        ];
        return all.Where(r => rewrites.HasFlag(r.Flag)).Select(r => "rewrites history: " + r.Words);
    }
}
