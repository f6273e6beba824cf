using System.Text.Json;

namespace Hearth.Chat;

/// <summary>One request as every dialect understands it: validated, in the order the client sent it, nothing hoisted or dropped.</summary>
/// <param name="Model">The model name the client asked for; echoed in the answer.</param>
/// <param name="Messages">The conversation. A leading <see cref="ChatRole.System"/> message holds the dialect's system prompt.</param>
/// <param name="MaxTokens">Upper bound on generated tokens; 0 means prefill only.</param>
public sealed record ChatRequest(string Model, IReadOnlyList<ChatMessage> Messages, int MaxTokens)
{
    /// <summary>Tools the prompt begins with, in the client's order; empty means none.</summary>
    public IReadOnlyList<ToolDefinition> Tools { get; init; } = [];

    /// <summary>Which tool, if any, the answer must or must not call.</summary>
    public ToolChoice ToolChoice { get; init; } = ToolChoice.Auto;

    /// <summary>Whether the model thinks before it answers.</summary>
    public ThinkingMode Thinking { get; init; } = ThinkingMode.ModelDefault;

    /// <summary>How much the model thinks, where it can be told.</summary>
    public ThinkingEffort Effort { get; init; } = ThinkingEffort.ModelDefault;

    /// <summary>Most tokens of thinking, or null.</summary>
    public int? ThinkingBudget { get; init; }

    /// <summary>Texts that end the answer when they appear in its visible text; never part of the answer.</summary>
    public IReadOnlyList<string> StopSequences { get; init; } = [];

    /// <summary>Sampling wishes; what is null is the model's default.</summary>
    public SamplingWishes Sampling { get; init; } = new();

    /// <summary>Who asks.</summary>
    public RequestOrigin Origin { get; init; } = RequestOrigin.Unknown;

    /// <summary>The tools the answer may call: <see cref="Tools"/>, and what the messages added to them and removed from them.</summary>
    public IReadOnlyList<ToolDefinition> CallableTools()
    {
        List<ToolDefinition?> callable = [.. Tools];
        Dictionary<string, List<int>> places = new(StringComparer.Ordinal);
        for (int i = 0; i < callable.Count; i++)
            Note(callable[i]!.Name, i);
        IEnumerable<ChatContent> contents = Messages.SelectMany(m => m.Content)
            .SelectMany(c => c is ToolResultContent result ? result.Content : [c]);
        foreach (ChatContent content in contents)
        {
            if (content is ToolAddedContent added && !places.ContainsKey(added.Tool.Name))
            {
                Note(added.Tool.Name, callable.Count);
                callable.Add(added.Tool);
            }
            else if (content is ToolRemovedContent removed && places.Remove(removed.Name, out List<int>? gone))
            {
                gone.ForEach(i => callable[i] = null);
            }
        }

        return [.. callable.OfType<ToolDefinition>()];

        void Note(string name, int place)
        {
            if (places.TryGetValue(name, out List<int>? known))
                known.Add(place);
            else
                places.Add(name, [place]);
        }
    }
}

/// <summary>Who speaks a message.</summary>
public enum ChatRole
{
    /// <summary>Instructions of the application; may stand anywhere in the conversation.</summary>
    System,

    /// <summary>The person, and the results of tools.</summary>
    User,

    /// <summary>The model.</summary>
    Assistant,
}

/// <summary>One message: a role and its contents in order.</summary>
public sealed record ChatMessage(ChatRole Role, IReadOnlyList<ChatContent> Content)
{
    /// <summary>A message that is one text.</summary>
    public static ChatMessage OfText(ChatRole role, string text) => new(role, [new TextContent(text)]);
}

/// <summary>One piece of a message.</summary>
public abstract record ChatContent;

/// <summary>Plain text.</summary>
public sealed record TextContent(string Text) : ChatContent;

/// <summary>What the model thought in an earlier turn. <paramref name="Signature"/> is opaque and may be empty.</summary>
public sealed record ThinkingContent(string Text, string Signature) : ChatContent;

/// <summary>A call the model made. <paramref name="Arguments"/> is usually a JSON object; other values are kept as they came.</summary>
public sealed record ToolCallContent(string Id, string Name, JsonElement Arguments) : ChatContent;

/// <summary>The answer of a tool to the call with id <paramref name="CallId"/>: texts, and tools that it found.</summary>
public sealed record ToolResultContent(string CallId, IReadOnlyList<ChatContent> Content, bool IsError) : ChatContent;

/// <summary>From here on <paramref name="Tool"/> can be called; its definition stands here and not where the prompt begins.</summary>
public sealed record ToolAddedContent(ToolDefinition Tool) : ChatContent;

/// <summary>From here on the tool named <paramref name="Name"/> cannot be called.</summary>
public sealed record ToolRemovedContent(string Name) : ChatContent;

/// <summary>A tool the client can run.</summary>
/// <param name="Name">The name the model calls it by.</param>
/// <param name="Description">What it does, in the client's words; may be empty.</param>
/// <param name="InputSchema">JSON Schema of its arguments.</param>
public sealed record ToolDefinition(string Name, string Description, JsonElement InputSchema);

/// <summary>Which tool the answer must call. <paramref name="Name"/> is set only for <see cref="ToolChoiceKind.Tool"/>.</summary>
public sealed record ToolChoice(ToolChoiceKind Kind, string? Name = null, bool AllowParallel = true)
{
    /// <summary>The model decides.</summary>
    public static ToolChoice Auto { get; } = new(ToolChoiceKind.Auto);
}

/// <summary>The kinds of <see cref="ToolChoice"/>.</summary>
public enum ToolChoiceKind
{
    /// <summary>The model decides.</summary>
    Auto,

    /// <summary>No tool may be called.</summary>
    None,

    /// <summary>Some tool must be called.</summary>
    Any,

    /// <summary>The named tool must be called.</summary>
    Tool,
}

/// <summary>Whether the model thinks before it answers.</summary>
public enum ThinkingMode
{
    /// <summary>As the model's template does when nothing is said.</summary>
    ModelDefault,

    /// <summary>Thinking on.</summary>
    On,

    /// <summary>Thinking off.</summary>
    Off,
}

/// <summary>How much the model thinks.</summary>
public enum ThinkingEffort
{
    /// <summary>As the model's template does when nothing is said.</summary>
    ModelDefault,

    /// <summary>Little.</summary>
    Low,

    /// <summary>Some.</summary>
    Medium,

    /// <summary>As much as it can.</summary>
    High,
}

/// <summary>Sampling wishes of a request; null means the model's default.</summary>
/// <param name="Temperature">0 is greedy.</param>
/// <param name="TopP">Nucleus size, in (0, 1].</param>
/// <param name="TopK">Number of candidates kept; 0 keeps all.</param>
/// <param name="Seed">Makes the draw repeatable.</param>
public sealed record SamplingWishes(float? Temperature = null, float? TopP = null, int? TopK = null, uint? Seed = null);
