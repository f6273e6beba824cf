using Hearth.Chat.Templates;

namespace Hearth.Commands.Show;

/// <summary>What a template is capable of, in plain words.</summary>
internal static class CapabilityWords
{
    public static IEnumerable<(string Name, string Text)> Of(ChatTemplate template)
    {
        TemplateCapabilities found = template.Capabilities;
        yield return ("system", Join(
            found.SystemRole ? "has a place for it" : "has no place for it: the user says it",
            found.DefaultSystem is { } text ? $"writes its own of {text.Length} characters when there is none" : null,
            found.NeedsSystem ? "must be there: Hearth says a short one when the client says none" : null));
        yield return ("later system", found.LaterSystem switch
        {
            LaterSystem.InPlace => "written in its place",
            LaterSystem.Moved => "the template would move it: the user says it in its place",
            LaterSystem.Dropped => "the template would drop it: the user says it in its place",
            _ => "the template refuses it: the user says it in its place",
        });
        yield return ("messages", Join(
            found.NeedsAlternation ? "user and assistant must alternate" : "in any order",
            found.NeedsUserFirst ? "the user must begin" : null,
            found.PartsOnly == PartRoles.None ? null : $"content as a list of parts ({found.PartsOnly.ToString().ToLowerInvariant()})"));
        yield return ("tools", Tools(found));
        yield return ("thinking", Thinking(found.Thinking));
        yield return ("old thinking", OldThinking(template));
    }

    private static string Tools(TemplateCapabilities found)
    {
        if (!found.Tools)
        {
            string known = string.Join(", ", new[] { (found.ToolDefinitions, "definitions"), (found.ToolCalls, "calls"), (found.ToolResults, "results") }
                .Where(k => k.Item1).Select(k => k.Item2));
            return $"the template {(known.Length == 0 ? "does not know them" : $"knows only {known}")}: Hearth describes them in the system prompt";
        }

        return Join(
            "definitions, calls and results",
            found.ParallelCalls ? "several calls at once" : "one call at a time: several are written one after the other",
            found.ArgumentsAsText ? "arguments as text" : "arguments as an object",
            found.TextBesideCalls ? null : "no text beside calls: it is written before them",
            found.UserAfterResult ? null : "no user message after a result: it is written at its end",
            found.ToolCallIdLength is { } length ? $"ids of {length} characters" : null);
    }

    private static string Thinking(ThinkingCapabilities thinking)
    {
        string? known = thinking.Switch is not { } position ? null
            : position.Variable is { } variable ? $"switched by {variable}"
            : $"switched by {position.On} and {position.Off} in the system prompt";
        return Join(
            known ?? (thinking.EffortVariable is null && !thinking.PromptOpens && thinking.Place is null ? "the template knows none" : "no switch"),
            thinking.OnByDefault switch { true => "on by default", false => "off by default", _ => null },
            thinking.EffortVariable is { } effort ? $"effort by {effort}" : null,
            thinking.PromptOpens ? "the prompt opens it" : null);
    }

    private static string OldThinking(ChatTemplate template)
    {
        ThinkingCapabilities thinking = template.Capabilities.Thinking;
        if (thinking.Place is null)
            return "not written";
        if (template.KeepsAllThinking && (thinking.KeepSwitch is not null || thinking.Text is { Close: not null }))
            return thinking.KeepSwitch is { } keep ? $"all of it stays, by {keep.Name}" : "all of it stays, as Hearth writes it";
        return thinking.Kept switch
        {
            KeptThinking.Everything => "all of it stays",
            KeptThinking.SinceUser => "stays until the next user message",
            KeptThinking.LastAnswer => "that of the last answer stays",
            _ => "dropped",
        };
    }

    private static string Join(params IEnumerable<string?> parts) => string.Join("; ", parts.Where(p => p is not null));
}
