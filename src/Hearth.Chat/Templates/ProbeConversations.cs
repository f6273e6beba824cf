using System.Text.Json;

namespace Hearth.Chat.Templates;

/// <summary>The messages that probes are made of. Their words appear in no template, and none is part of another.</summary>
internal static class ProbeConversations
{
    /// <summary>What all of the words begin with.</summary>
    public const string WordStart = "hearth";

    public const string Instructions = "hearthinstructions";
    public const string Question = "hearthquestion";
    public const string SecondQuestion = "hearthsequel";
    public const string ThirdQuestion = "hearththird";
    public const string Answer = "Hearthanswer";
    public const string SecondAnswer = "Hearthreply";
    public const string Thought = "hearththought";
    public const string SecondThought = "hearthmusing";
    public const string ToolName = "hearthlookup";
    public const string ToolDescription = "hearthdescription";
    public const string ArgumentName = "hearthkey";
    public const string ArgumentValue = "hearthvalue";
    public const string SecondValue = "hearthother";
    public const string Result = "hearthresult";
    public const string SecondResult = "hearthoutcome";

    public static TemplateMessage Guidance { get; } = new("system", Instructions);

    public static TemplateMessage User { get; } = new("user", Question);

    public static TemplateMessage SecondUser { get; } = new("user", SecondQuestion);

    public static TemplateMessage ThirdUser { get; } = new("user", ThirdQuestion);

    public static TemplateMessage Assistant { get; } = new("assistant", Answer);

    public static TemplateMessage SecondAssistant { get; } = new("assistant", SecondAnswer);

    public static IReadOnlyList<ToolDefinition> Tools { get; } =
    [
        new(ToolName, ToolDescription, Json($$"""{"type": "object", "required": [], "properties": {"{{ArgumentName}}": {"type": "string", "description": "a key"} } }""")),
    ];

    /// <summary>With ids as clients send them, which are longer than some templates accept.</summary>
    public static ToolCallContent Call { get; } = MakeCall("toolu_01HearthProbeFirst", ArgumentValue);

    public static ToolCallContent SecondCall { get; } = MakeCall("toolu_01HearthProbeSecond", SecondValue);

    public static TemplateMessage Calling { get; } = new("assistant", "") { ToolCalls = [Call] };

    public static TemplateMessage SecondCalling { get; } = new("assistant", "") { ToolCalls = [SecondCall] };

    public static TemplateMessage Tool { get; } = new("tool", Result) { Answers = Call };

    public static TemplateMessage SecondTool { get; } = new("tool", SecondResult) { Answers = SecondCall };

    public static TemplateMessage Thinking(this TemplateMessage message, string thought) => message with { Reasoning = thought };

    private static ToolCallContent MakeCall(string id, string value) => new(id, ToolName, Json($$"""{ "{{ArgumentName}}": "{{value}}" }"""));

    private static JsonElement Json(string text)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
