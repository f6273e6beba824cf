namespace Hearth.Chat.Templates;

/// <summary>What a template does with a conversation, found out by rendering probes.</summary>
public sealed record TemplateCapabilities
{
    /// <summary>A leading system message is rendered.</summary>
    public bool SystemRole { get; init; }

    /// <summary>What becomes of a system message after a user message.</summary>
    public LaterSystem LaterSystem { get; init; }

    /// <summary>A system message after a user message is rendered in its place.</summary>
    public bool SystemAnywhere => LaterSystem == LaterSystem.InPlace;

    /// <summary>The system prompt that the template writes when the conversation has none, or null.</summary>
    public string? DefaultSystem { get; init; }

    /// <summary>A conversation without a system message is refused, or what it says lost.</summary>
    public bool NeedsSystem { get; init; }

    /// <summary>Two user messages in a row are refused, or one of them is lost.</summary>
    public bool NeedsAlternation { get; init; }

    /// <summary>A conversation that begins with an assistant message is refused, or that message is lost.</summary>
    public bool NeedsUserFirst { get; init; }

    /// <summary>The roles whose text is rendered only as a list of parts.</summary>
    public PartRoles PartsOnly { get; init; }

    /// <summary>Tool definitions are rendered.</summary>
    public bool ToolDefinitions { get; init; }

    /// <summary>Calls of assistant messages are rendered.</summary>
    public bool ToolCalls { get; init; }

    /// <summary>Results in messages of the role <c>tool</c> are rendered.</summary>
    public bool ToolResults { get; init; }

    /// <summary>Tool definitions, calls and results are rendered.</summary>
    public bool Tools => ToolDefinitions && ToolCalls && ToolResults;

    /// <summary>Several calls of one assistant message are rendered.</summary>
    public bool ParallelCalls { get; init; }

    /// <summary>The text of an assistant message with calls is rendered.</summary>
    public bool TextBesideCalls { get; init; }

    /// <summary>An assistant message with calls and no text must have no content at all.</summary>
    public bool NoContentBesideCalls { get; init; }

    /// <summary>A user message may follow a tool's result.</summary>
    public bool UserAfterResult { get; init; }

    /// <summary>Call arguments must be given as JSON text instead of an object.</summary>
    public bool ArgumentsAsText { get; init; }

    /// <summary>The only length of a call's id that is accepted, or null when any is.</summary>
    public int? ToolCallIdLength { get; init; }

    /// <summary>What it does with thinking.</summary>
    public ThinkingCapabilities Thinking { get; init; } = new();

    /// <summary>The prompt has the date in it, so it is another one each day.</summary>
    public bool WritesDate { get; init; }

    /// <summary>What a later prompt of a growing conversation says otherwise than an earlier one did.</summary>
    public HistoryRewrites Rewrites { get; init; }
}

/// <summary>What a template does with thinking.</summary>
public sealed record ThinkingCapabilities
{
    /// <summary>How thinking is switched on and off, or null when the template has no switch.</summary>
    public ThinkingSwitch? Switch { get; init; }

    /// <summary>With a switch: whether thinking is on when nothing is said. Null when the two differ from saying nothing.</summary>
    public bool? OnByDefault { get; init; }

    /// <summary>The variable that takes <c>low</c>, <c>medium</c> or <c>high</c>, or null.</summary>
    public string? EffortVariable { get; init; }

    /// <summary>The switch or the effort changes the beginning of the prompt, not only its end.</summary>
    public bool ChangesPrefix { get; init; }

    /// <summary>The end of the prompt opens the thinking block, at least when thinking is on.</summary>
    public bool PromptOpens { get; init; }

    /// <summary>Where the template looks for the thinking of an earlier answer; null when nowhere.</summary>
    public ThinkingPlace? Place { get; init; }

    /// <summary>Whose thinking is in the prompt.</summary>
    public KeptThinking Kept { get; init; }

    /// <summary>The variable that makes the template keep all thinking, or null.</summary>
    public TemplateVariable? KeepSwitch { get; init; }

    /// <summary>How thinking stands in the prompt, or null when that cannot be seen.</summary>
    public ThinkingText? Text { get; init; }

    /// <summary>An answer with calls may have text or thinking, not both.</summary>
    public bool ExcludesText { get; init; }
}

/// <summary>What a template makes of a system message after a user message.</summary>
public enum LaterSystem
{
    /// <summary>It raises an error.</summary>
    Refused,

    /// <summary>It writes nothing.</summary>
    Dropped,

    /// <summary>It writes the text elsewhere.</summary>
    Moved,

    /// <summary>It writes the text where the message stands.</summary>
    InPlace,
}

/// <summary>Roles, as a set.</summary>
[Flags]
public enum PartRoles
{
    /// <summary>No role.</summary>
    None = 0,

    /// <summary>Instructions.</summary>
    System = 1,

    /// <summary>The person.</summary>
    User = 2,

    /// <summary>The model.</summary>
    Assistant = 4,

    /// <summary>Results of tools.</summary>
    Tool = 8,
}

/// <summary>Whose thinking a template writes.</summary>
public enum KeptThinking
{
    /// <summary>Nobody's.</summary>
    Nothing,

    /// <summary>That of the last answer.</summary>
    LastAnswer,

    /// <summary>That of the answers since the last user message.</summary>
    SinceUser,

    /// <summary>That of all answers.</summary>
    Everything,
}

/// <summary>What changes in the already written part of a prompt when the conversation goes on, as a set.</summary>
[Flags]
public enum HistoryRewrites
{
    /// <summary>Nothing: an earlier prompt is the beginning of a later one.</summary>
    None = 0,

    /// <summary>Thinking that was there disappears.</summary>
    Thinking = 1,

    /// <summary>Tool definitions move.</summary>
    ToolDefinitions = 2,

    /// <summary>The system prompt moves.</summary>
    System = 4,

    /// <summary>Calls, or the text beside them, change.</summary>
    ToolCalls = 8,

    /// <summary>Plain messages change.</summary>
    Messages = 16,

    /// <summary>White space around an answer is cut off, so an answer that has some comes back without.</summary>
    WhiteSpace = 32,
}

/// <summary>A variable of a template with a value: a text, a truth value or a whole number.</summary>
/// <param name="Name">As the template spells it.</param>
/// <param name="Value">A <see cref="string"/>, <see cref="bool"/> or <see cref="long"/>.</param>
public sealed record TemplateVariable(string Name, object Value);

/// <summary>How thinking is switched: a variable with two values, or two texts of which one is added to the system prompt.</summary>
/// <param name="Variable">The variable's name; null means the system prompt.</param>
/// <param name="On">The value or text for thinking.</param>
/// <param name="Off">The value or text against it.</param>
public sealed record ThinkingSwitch(string? Variable, object On, object Off)
{
    /// <summary>The value is a number of tokens; 0 switches thinking off.</summary>
    public bool IsBudget => Off is long;
}

/// <summary>Where a template looks for the thinking of an answer.</summary>
/// <param name="Kind">Which kind of place.</param>
/// <param name="Name">The key, the part's type, or the tag.</param>
public sealed record ThinkingPlace(ThinkingPlaceKind Kind, string Name);

/// <summary>The kinds of <see cref="ThinkingPlace"/>.</summary>
public enum ThinkingPlaceKind
{
    /// <summary>A key of the message.</summary>
    Key,

    /// <summary>A part of the content, whose type is also the key of its text.</summary>
    Part,

    /// <summary>In tags at the beginning of the text.</summary>
    Content,
}

/// <summary>How thinking stands in the prompt.</summary>
/// <param name="Open">What stands before it.</param>
/// <param name="Close">What stands between it and the text of the answer; null when that cannot be written.</param>
/// <param name="CloseBeforeCall">What stands between it and a call, when the answer has no text; null when that cannot be written.</param>
public sealed record ThinkingText(string Open, string? Close, string? CloseBeforeCall)
{
    /// <summary>What the template writes between a text and a call, and not before a call without text.</summary>
    public string GapBeforeCall { get; init; } = "";

    /// <summary>What an answer begins with while it would be shown with thinking, and has none.</summary>
    public string Absent { get; init; } = "";

    /// <summary>What an answer begins with when its thinking is no longer shown.</summary>
    public string Dropped { get; init; } = "";
}
