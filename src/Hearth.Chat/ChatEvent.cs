namespace Hearth.Chat;

/// <summary>
/// One step of an answer. A stream is: one <see cref="AnswerStarted"/>, then deltas, then exactly one of
/// <see cref="AnswerFinished"/> or <see cref="AnswerFailed"/>. Runs of equal deltas belong to one block; a change of kind opens the next.
/// </summary>
public abstract record ChatEvent;

/// <summary>The request was admitted; <paramref name="Usage"/> holds the planned input figures.</summary>
public sealed record AnswerStarted(ChatUsage Usage) : ChatEvent;

/// <summary>Visible text, whole UTF-8 characters, never empty.</summary>
public sealed record TextDelta(string Text) : ChatEvent;

/// <summary>Thinking text, never empty.</summary>
public sealed record ThinkingDelta(string Text) : ChatEvent;

/// <summary>A tool call begins.</summary>
public sealed record ToolCallStarted(string Id, string Name) : ChatEvent;

/// <summary>The next piece of the open call's arguments; all pieces together are one JSON object.</summary>
public sealed record ToolCallArguments(string Json) : ChatEvent;

/// <summary>The open call is complete.</summary>
public sealed record ToolCallFinished : ChatEvent;

/// <summary>
/// The open call is none: the answer was cut off in it, or it went on as no call does, and then all of it follows as text. Its pieces
/// are to be forgotten where that is still possible.
/// </summary>
public sealed record ToolCallDropped : ChatEvent;

/// <summary>The answer is complete. <paramref name="Usage"/> holds the true figures, which may differ from the planned ones.</summary>
public sealed record AnswerFinished(FinishReason Reason, string? StopSequence, ChatUsage Usage) : ChatEvent
{
    /// <summary>Where tokens and time went; null when the provider does not know.</summary>
    public AnswerReport? Report { get; init; }
}

/// <summary>The answer broke off after it had begun.</summary>
public sealed record AnswerFailed(ChatError Error) : ChatEvent
{
    /// <summary>Where tokens and time went; null when the provider does not know.</summary>
    public AnswerReport? Report { get; init; }
}

/// <summary>Why an answer ended.</summary>
public enum FinishReason
{
    /// <summary>The model ended its turn.</summary>
    EndOfTurn,

    /// <summary>The request's token limit was reached.</summary>
    MaxTokens,

    /// <summary>One of the request's stop sequences appeared.</summary>
    StopSequence,

    /// <summary>The model called at least one tool and waits for the result.</summary>
    ToolCalls,

    /// <summary>The context window is full.</summary>
    ContextFull,
}

/// <summary>Token counts of one answer. The prompt has <c>InputTokens + CachedTokens</c> tokens.</summary>
/// <param name="InputTokens">Prompt tokens that were computed for this request.</param>
/// <param name="CachedTokens">Prompt tokens reused from the prefix cache.</param>
/// <param name="OutputTokens">Generated tokens, thinking included.</param>
/// <param name="ThinkingTokens">Generated tokens inside thinking.</param>
public sealed record ChatUsage(int InputTokens, int CachedTokens, int OutputTokens, int ThinkingTokens);
