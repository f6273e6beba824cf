namespace Hearth.Chat.Templates;

/// <summary>
/// Rearranges a conversation for templates that would refuse or lose a part of it: one call per message, no text beside calls, no user
/// message after a tool's result. What follows a message never changes what is written of it.
/// </summary>
internal static class ConversationFit
{
    public static IReadOnlyList<TemplateMessage> Fit(IReadOnlyList<TemplateMessage> messages, TemplateCapabilities capabilities)
    {
        if (!capabilities.Tools)
            return messages;
        if (!capabilities.TextBesideCalls)
            messages = [.. messages.SelectMany(TextFirst)];
        if (!capabilities.ParallelCalls)
            messages = OneCallEach(messages);
        return capabilities.UserAfterResult ? messages : ResultsWithText(messages);
    }

    private static IEnumerable<TemplateMessage> TextFirst(TemplateMessage message)
    {
        if (message is not { ToolCalls.Count: > 0, Content.Length: > 0 })
            return [message];
        return [new TemplateMessage(message.Role, message.Content) { Reasoning = message.Reasoning }, message with { Content = "", Reasoning = null }];
    }

    /// <summary>An answer with several calls becomes several answers, each followed by its result.</summary>
    private static List<TemplateMessage> OneCallEach(IReadOnlyList<TemplateMessage> messages)
    {
        List<TemplateMessage> split = [];
        for (int i = 0; i < messages.Count; i++)
        {
            TemplateMessage message = messages[i];
            if (message.ToolCalls.Count < 2)
            {
                split.Add(message);
                continue;
            }

            List<TemplateMessage> results = [];
            while (i + 1 < messages.Count && messages[i + 1].Role == "tool")
                results.Add(messages[++i]);
            ILookup<string?, TemplateMessage> byCall = results.ToLookup(r => r.Answers?.Id, StringComparer.Ordinal);
            HashSet<string> written = new(StringComparer.Ordinal);
            for (int c = 0; c < message.ToolCalls.Count; c++)
            {
                ToolCallContent call = message.ToolCalls[c];
                split.Add(c == 0 ? message with { ToolCalls = [call] } : new TemplateMessage(message.Role, "") { ToolCalls = [call] });
                if (written.Add(call.Id))
                    split.AddRange(byCall[call.Id]);
            }

            split.AddRange(results.Where(r => r.Answers is not { } answered || !written.Contains(answered.Id)));
        }

        return split;
    }

    private static List<TemplateMessage> ResultsWithText(IReadOnlyList<TemplateMessage> messages)
    {
        List<TemplateMessage> merged = [];
        foreach (TemplateMessage message in messages)
        {
            if (message.Role == "user" && merged is [.., { Role: "tool" } result])
                merged[^1] = result with { Content = ContentText.Join([result.Content, message.Content]) };
            else
                merged.Add(message);
        }

        return merged;
    }
}
