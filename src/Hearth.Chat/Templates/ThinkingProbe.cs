using static Hearth.Chat.Templates.ProbeConversations;

namespace Hearth.Chat.Templates;

/// <summary>Finds out what a template does with thinking: how it is switched, where it is looked for, whose is kept.</summary>
internal static class ThinkingProbe
{
    private static readonly string[] Efforts = ["low", "medium", "high"];

    public static ThinkingCapabilities Find(ProbeRenderer renderer, TemplateCapabilities found)
    {
        (ThinkingSwitch? thinkingSwitch, bool? onByDefault) = FindSwitch(renderer, found);
        TemplateVariable[] on = thinkingSwitch is { Variable: { } variable } ? [new TemplateVariable(variable, thinkingSwitch.On)] : [];
        (ThinkingPlace? place, KeptThinking kept) = FindPlace(renderer, found, on);
        ThinkingCapabilities thinking = new()
        {
            Switch = thinkingSwitch,
            OnByDefault = onByDefault,
            EffortVariable = ThinkingCandidates.EffortVariables.FirstOrDefault(v => Efforts.Select(e => Prompts(renderer, found, new TemplateVariable(v, e))).Distinct().Count() > 1),
            Place = place,
            Kept = kept,
        };
        if (place is not null)
        {
            TemplateCapabilities placed = found with { Thinking = thinking };
            thinking = thinking with
            {
                KeepSwitch = kept == KeptThinking.Everything ? null : ThinkingCandidates.KeepSwitches.FirstOrDefault(s => Keeps(renderer, placed, [.. on, s]) == KeptThinking.Everything),
                ExcludesText = Excludes(renderer, placed, on),
            };
            thinking = thinking with { Text = new ThinkingTextProbe(renderer, found with { Thinking = thinking }, on).Find() };
        }

        return thinking with { PromptOpens = Opens(renderer, found, thinking, on), ChangesPrefix = ChangesPrefix(renderer, found, thinking) };
    }

    private static bool ChangesPrefix(ProbeRenderer renderer, TemplateCapabilities found, ThinkingCapabilities thinking)
    {
        IEnumerable<TemplateVariable> positions = thinking.Switch is { Variable: { } variable } known ? [new(variable, known.On), new(variable, known.Off)] : [];
        if (thinking.EffortVariable is { } effort)
            positions = positions.Concat(Efforts.Select(e => new TemplateVariable(effort, e)));
        string? without = Before(null);
        return thinking.Switch is { Variable: null } || positions.Any(p => Before(p) != without);

        string? Before(TemplateVariable? position) =>
            renderer.Render(new TemplateInput([Guidance, User], [], found) { Extra = position is null ? [] : [position] })?.Split(Question)[0];
    }

    private static (ThinkingSwitch? Switch, bool? OnByDefault) FindSwitch(ProbeRenderer renderer, TemplateCapabilities found)
    {
        foreach (ThinkingSwitch candidate in ThinkingCandidates.Switches.Where(s => s.Variable is not null || found.SystemRole))
        {
            string unset = Switched(renderer, found, candidate, null);
            string on = Switched(renderer, found, candidate, candidate.On);
            string off = Switched(renderer, found, candidate, candidate.Off);
            if (on != off)
                return (candidate, unset == on ? true : unset == off ? false : null);
        }

        return (null, null);
    }

    /// <summary>The prompts with the switch in one position; texts of the system prompt count only for what else they change.</summary>
    private static string Switched(ProbeRenderer renderer, TemplateCapabilities found, ThinkingSwitch candidate, object? position)
    {
        if (candidate.Variable is { } variable)
            return position is null ? Prompts(renderer, found) : Prompts(renderer, found, new TemplateVariable(variable, position));
        TemplateMessage system = position is null ? Guidance : new TemplateMessage("system", Instructions + "\n" + position);
        string prompt = renderer.Render(found, system, User) ?? "";
        return string.Concat((position is null ? prompt : prompt.Replace((string)position, "", StringComparison.Ordinal)).Split((char[]?)null));
    }

    /// <summary>What the template makes of a question, without and with tools.</summary>
    private static string Prompts(ProbeRenderer renderer, TemplateCapabilities found, params TemplateVariable[] extra)
    {
        string? plain = renderer.Render(new TemplateInput([User], [], found) { Extra = extra });
        string? withTools = renderer.Render(new TemplateInput([User], Tools, found) { Extra = extra });
        return plain + withTools;
    }

    private static (ThinkingPlace? Place, KeptThinking Kept) FindPlace(ProbeRenderer renderer, TemplateCapabilities found, TemplateVariable[] on)
    {
        foreach (ThinkingPlace place in ThinkingCandidates.Places)
        {
            TemplateCapabilities placed = found with { Thinking = new ThinkingCapabilities { Place = place } };
            KeptThinking kept = Keeps(renderer, placed, on);
            bool isText = place.Kind == ThinkingPlaceKind.Content;
            if (isText ? kept != KeptThinking.Everything && TakesOut(renderer, placed) : kept != KeptThinking.Nothing)
                return (place, kept);
        }

        return (null, KeptThinking.Nothing);
    }

    /// <summary>Thinking in the text is known to the template only when it takes it out and leaves the rest.</summary>
    private static bool TakesOut(ProbeRenderer renderer, TemplateCapabilities placed) =>
        renderer.Render(placed, User, Assistant.Thinking(Thought), SecondUser, SecondAssistant, ThirdUser) is { } text
        && text.Contains(Answer, StringComparison.Ordinal) && !text.Contains(Thought, StringComparison.Ordinal);

    private static KeptThinking Keeps(ProbeRenderer renderer, TemplateCapabilities placed, TemplateVariable[] extra)
    {
        string history = renderer.Render(new TemplateInput(
            [User, Assistant.Thinking(Thought), SecondUser, SecondAssistant.Thinking(SecondThought), ThirdUser], [], placed)
        { Extra = extra }) ?? "";
        if (IsListText(history))
            return KeptThinking.Nothing;
        if (history.Contains(Thought, StringComparison.Ordinal))
            return KeptThinking.Everything;
        if (history.Contains(SecondThought, StringComparison.Ordinal))
            return KeptThinking.LastAnswer;
        if (!placed.Tools)
            return KeptThinking.Nothing;
        string turn = renderer.Render(new TemplateInput(
            [User, Calling.Thinking(Thought), Tool, SecondCalling.Thinking(SecondThought), SecondTool], Tools, placed)
        { Extra = extra }) ?? "";
        if (IsListText(turn))
            return KeptThinking.Nothing;
        if (turn.Contains(Thought, StringComparison.Ordinal))
            return KeptThinking.SinceUser;
        return turn.Contains(SecondThought, StringComparison.Ordinal) ? KeptThinking.LastAnswer : KeptThinking.Nothing;
    }

    /// <summary>A list of parts that a template takes for a text comes out as the list's own text.</summary>
    private static bool IsListText(string prompt) =>
        prompt.Contains("'type': 'thinking'", StringComparison.Ordinal) || prompt.Contains("\"type\": \"thinking\"", StringComparison.Ordinal);

    private static bool Excludes(ProbeRenderer renderer, TemplateCapabilities placed, TemplateVariable[] on) =>
        placed.Tools
        && placed.TextBesideCalls
        && renderer.Shows(new TemplateInput([User, Calling.Thinking(Thought), Tool], Tools, placed) { Extra = on }, Thought)
        && !renderer.Shows(
            new TemplateInput([User, (Calling with { Content = Answer }).Thinking(Thought), Tool], Tools, placed) { Extra = on }, Thought, Answer);

    private static bool Opens(ProbeRenderer renderer, TemplateCapabilities found, ThinkingCapabilities thinking, TemplateVariable[] on)
    {
        TemplateCapabilities complete = found with { Thinking = thinking };
        TemplateInput plain = new([User], [], found);
        return new[] { plain, plain with { Extra = on } }.Any(i => renderer.Render(i) is { } text && ThinkingTextProbe.IsOpen(text, complete));
    }
}
