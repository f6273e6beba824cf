using static Hearth.Chat.Templates.ProbeConversations;

namespace Hearth.Chat.Templates;

/// <summary>Renders a conversation as a request's would be, with or without the beginning of an answer; null when the template refuses.</summary>
internal delegate string? ConversationRendering(IReadOnlyList<TemplateMessage> messages, IReadOnlyList<ToolDefinition> tools, bool addGenerationPrompt);

/// <summary>
/// Finds out what of a prompt changes when the conversation goes on: whatever changes is computed again, so a template that changes
/// something old costs time that nobody expects.
/// </summary>
internal sealed class HistoryProbe(ConversationRendering render, TemplateCapabilities found)
{
    /// <summary>How many messages of <see cref="Work"/> belong to its first question and have no answer yet.</summary>
    private const int FirstTurn = 5;

    private static readonly TemplateMessage[] Talk = [User, Assistant, SecondUser, SecondAssistant, ThirdUser];

    private static readonly TemplateMessage[] Work =
        [User, Calling, Tool, SecondCalling, SecondTool, Assistant, SecondUser, Calling, Tool, SecondAssistant, ThirdUser];

    public HistoryRewrites Find()
    {
        HistoryRewrites rewrites = Trims() ? HistoryRewrites.WhiteSpace : HistoryRewrites.None;
        if (!Grows(Talk, []))
            return rewrites | HistoryRewrites.Messages;
        if (found.SystemRole && !Grows([Guidance, .. Talk], []))
            rewrites |= HistoryRewrites.System;
        if (found.Thinking.Place is not null && !Grows(Pondered(Talk), []))
            rewrites |= HistoryRewrites.Thinking;
        if (!found.Tools)
            return rewrites;
        if (!Grows(Talk, Tools))
            return rewrites | HistoryRewrites.ToolDefinitions;
        if (!GrowsExplained(Work))
            return rewrites | (found.Thinking.Place is not null && GrowsExplained(Work[..FirstTurn]) ? HistoryRewrites.Thinking : HistoryRewrites.ToolCalls);
        return found.Thinking.Place is not null && !Grows(Pondered(Work), Tools) ? rewrites | HistoryRewrites.Thinking : rewrites;
    }

    /// <summary>
    /// Every prompt, up to where its answer begins, is the beginning of the next one. What a prompt ends with to call for an answer may
    /// differ from how that answer comes back.
    /// </summary>
    private bool Grows(IReadOnlyList<TemplateMessage> messages, IReadOnlyList<ToolDefinition> tools)
    {
        string settled = "";
        string call = CallForAnswer(messages, tools);
        for (int count = 1; count <= messages.Count; count++)
        {
            bool isAsked = messages[count - 1].Role is "user" or "tool" && (count == messages.Count || messages[count].Role == "assistant");
            if (!isAsked)
                continue;
            if (render([.. messages.Take(count)], tools, true) is not { } prompt || !prompt.StartsWith(settled, StringComparison.Ordinal))
                return false;
            settled = prompt.EndsWith(call, StringComparison.Ordinal) ? prompt[..^call.Length] : prompt;
        }

        return true;
    }

    /// <summary>
    /// What the first prompt ends with to call for an answer: what is not there when no answer is asked for. Some templates write more
    /// than that behind every conversation, which goes when an answer follows; what the conversation itself said is no part of it.
    /// </summary>
    private string CallForAnswer(IReadOnlyList<TemplateMessage> messages, IReadOnlyList<ToolDefinition> tools)
    {
        TemplateMessage[] first = [.. messages.TakeWhile(m => m.Role != "assistant")];
        string prompt = render(first, tools, true) ?? "";
        string behind = Rest(render([.. first, Assistant, SecondUser], tools, false));
        string called = Rest(render(first, tools, false));
        return behind.Length > called.Length && !behind.Contains(WordStart, StringComparison.OrdinalIgnoreCase) ? behind : called;

        string Rest(string? other) => other is null ? "" : prompt[prompt.AsSpan().CommonPrefixLength(other)..];
    }

    private bool GrowsExplained(TemplateMessage[] messages) =>
        Grows(messages, Tools) && Grows([.. messages.Select(m => m.ToolCalls.Count > 0 ? m with { Content = "Hearthexplanation" } : m)], Tools);

    private static TemplateMessage[] Pondered(TemplateMessage[] messages) =>
        [.. messages.Select(m => m.Role == "assistant" ? m.Thinking(Thought) : m)];

    private bool Trims()
    {
        TemplateMessage spaced = Assistant with { Content = $" {Answer}\n" };
        return render([User, spaced, SecondUser], [], true) is { } text && !text.Contains(spaced.Content, StringComparison.Ordinal);
    }
}
