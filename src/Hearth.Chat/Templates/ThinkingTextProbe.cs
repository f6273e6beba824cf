using static Hearth.Chat.Templates.ProbeConversations;

namespace Hearth.Chat.Templates;

/// <summary>Finds out how a template writes thinking, by comparing prompts with it and without it.</summary>
/// <param name="renderer">Renders probes.</param>
/// <param name="found">What is known of the template, with the place of thinking.</param>
/// <param name="on">What switches thinking on.</param>
internal sealed class ThinkingTextProbe(ProbeRenderer renderer, TemplateCapabilities found, IReadOnlyList<TemplateVariable> on)
{
    private const string Placeholder = "Hearthplaceholder";

    /// <summary>What thinking is opened with where no probe shows it.</summary>
    private const string UsualOpen = "<think>";

    private bool KeepsEverything => found.Thinking.Kept == KeptThinking.Everything;

    /// <summary>The prompt ends inside a thinking block.</summary>
    public static bool IsOpen(string prompt, TemplateCapabilities found)
    {
        ReadOnlySpan<char> end = prompt.AsSpan().TrimEnd();
        string open = found.Thinking.Text?.Open.Trim() ?? "";
        return end.EndsWith(UsualOpen) || (open.Length > 0 && end.EndsWith(open));
    }

    /// <summary>How thinking stands in the prompt; null when the template never shows it apart from the rest.</summary>
    public ThinkingText? Find()
    {
        if (found.Thinking.Place is { Kind: ThinkingPlaceKind.Content, Name: var tag })
            return ThinkingCandidates.InTags(tag);
        bool besideCall = found.Thinking.Kept == KeptThinking.SinceUser;
        TemplateMessage answer = !besideCall ? Assistant : found.TextBesideCalls && !found.Thinking.ExcludesText ? Calling with { Content = Answer } : Calling;
        if (Shown(answer) is not { } with || Hidden(answer) is not { } without)
            return null;
        int thought = with.IndexOf(Thought, StringComparison.Ordinal);
        int start = MarkerStart(with, with.AsSpan().CommonPrefixLength(without), thought);
        if (start < 0)
            return null;
        string open = with[start..thought];
        string? close = UpTo(Answer, with[(thought + Thought.Length)..]);
        ThinkingText text = new(open, close?.Contains(ToolName, StringComparison.Ordinal) == true ? null : close, null);
        if (KeepsEverything || text.Close is null)
            return text;
        text = text with
        {
            Absent = Shown(answer, thinks: false) is { } silent && silent.Length > start ? UpTo(Answer, silent[start..]) ?? "" : "",
            Dropped = UpTo(Answer, without[start..]) ?? "",
        };
        return found.Tools ? BeforeCall(text) : text;
    }

    /// <summary>Where the opening mark begins: two marks that begin alike, or an empty block, make prompts part within the mark or behind it.</summary>
    private static int MarkerStart(string text, int start, int thought)
    {
        if (thought < 0 || start > thought)
            return -1;
        foreach ((char first, char last) in (ReadOnlySpan<(char, char)>)[('<', '>'), ('[', ']')])
        {
            int mark = text.LastIndexOf(first, Math.Max(0, start - 1));
            if (mark >= 0 && text.IndexOf(last, mark) >= start)
                return mark;
        }

        if (text.AsSpan(start, thought - start).ContainsAny('<', '['))
            return start;
        return text.LastIndexOfAny(['<', '['], start);
    }

    /// <summary>A prompt that shows the thinking of <paramref name="answer"/>.</summary>
    private string? Shown(TemplateMessage answer, bool thinks = true) => Render(Turn(thinks ? answer.Thinking(Thought) : answer));

    /// <summary>A prompt that shows the same answer and not its thinking.</summary>
    private string? Hidden(TemplateMessage answer)
    {
        if (KeepsEverything)
            return Render(Turn(answer));
        TemplateMessage[] turn = Turn(answer.Thinking(Thought));
        return Render(answer.ToolCalls.Count > 0 ? [.. turn, SecondUser] : [.. turn, SecondAssistant, ThirdUser]);
    }

    private static TemplateMessage[] Turn(TemplateMessage answer) => answer.ToolCalls.Count > 0 ? [User, answer, Tool] : [User, answer, SecondUser];

    private string? Render(TemplateMessage[] messages) => renderer.Render(new TemplateInput(messages, Tools, found) { Extra = on });

    /// <summary>An answer that is only a call: what closes the thinking, and what a text in its place would be parted from the call by.</summary>
    private ThinkingText BeforeCall(ThinkingText text)
    {
        if (Shown(Calling) is not { } with || Hidden(Calling) is not { } without || Hidden(Calling with { Content = Placeholder }) is not { } held)
            return text;
        int thought = with.IndexOf(text.Open + Thought, StringComparison.Ordinal);
        if (thought < 0 || thought > without.Length)
            return text;
        string? afterThought = UpTo(ToolName, with[(thought + text.Open.Length + Thought.Length)..]);
        string? bare = UpTo(ToolName, without[thought..]);
        string? afterPlace = held.IndexOf(Placeholder, StringComparison.Ordinal) is >= 0 and var place ? UpTo(ToolName, held[(place + Placeholder.Length)..]) : null;
        if (afterThought is null || bare is null || afterPlace is null || !bare.StartsWith(text.Dropped, StringComparison.Ordinal))
            return text;
        string call = bare[text.Dropped.Length..];
        return afterThought.EndsWith(call, StringComparison.Ordinal) && afterPlace.EndsWith(call, StringComparison.Ordinal)
            ? text with { CloseBeforeCall = afterThought[..^call.Length], GapBeforeCall = afterPlace[..^call.Length] }
            : text;
    }

    private static string? UpTo(string word, string text) => text.IndexOf(word, StringComparison.Ordinal) is >= 0 and var at ? text[..at] : null;
}
