namespace Hearth.Chat.Templates;

/// <summary>What a request wants of thinking, in the words of one template.</summary>
/// <param name="Variables">Variables to set.</param>
/// <param name="SystemText">Text for the system prompt, or null.</param>
/// <param name="Capabilities">The template's capabilities with those variables.</param>
internal sealed record ThinkingWish(IReadOnlyList<TemplateVariable> Variables, string? SystemText, TemplateCapabilities Capabilities)
{
    /// <summary>The wish of <paramref name="request"/>; what it does not say is left to the template.</summary>
    public static ThinkingWish Of(ChatRequest request, TemplateCapabilities capabilities, bool keepsAll)
    {
        ThinkingCapabilities thinking = capabilities.Thinking;
        List<TemplateVariable> variables = [];
        string? systemText = null;
        if (thinking.Switch is { } known && request.Thinking != ThinkingMode.ModelDefault)
        {
            object value = request.Thinking == ThinkingMode.Off ? known.Off
                : known.IsBudget && request.ThinkingBudget is { } budget ? (long)budget
                : known.On;
            if (known.Variable is { } variable)
                variables.Add(new TemplateVariable(variable, value));
            else
                systemText = (string)value;
        }

        if (thinking.EffortVariable is { } effort && Word(request, thinking) is { } word)
            variables.Add(new TemplateVariable(effort, word));
        if (keepsAll && thinking.KeepSwitch is { } keep)
        {
            variables.Add(keep);
            capabilities = capabilities with { Thinking = thinking with { Kept = KeptThinking.Everything } };
        }

        return new ThinkingWish(variables, systemText, capabilities);
    }

    /// <summary>The conversation with the text in its system prompt.</summary>
    public IReadOnlyList<TemplateMessage> Tell(IReadOnlyList<TemplateMessage> messages)
    {
        if (SystemText is null)
            return messages;
        return messages is [{ Role: "system" } system, ..]
            ? [system with { Content = $"{system.Content}\n{SystemText}" }, .. messages.Skip(1)]
            : [new TemplateMessage("system", SystemText), .. messages];
    }

    /// <summary>A model that thinks by effort and cannot be told not to thinks as little as it can.</summary>
    private static string? Word(ChatRequest request, ThinkingCapabilities thinking) => request switch
    {
        { Thinking: ThinkingMode.Off } => thinking.Switch is null ? "low" : null,
        { Effort: ThinkingEffort.Low } => "low",
        { Effort: ThinkingEffort.Medium } => "medium",
        { Effort: ThinkingEffort.High } => "high",
        _ => null,
    };
}
