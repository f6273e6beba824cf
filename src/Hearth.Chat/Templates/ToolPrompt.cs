using System.Text;

namespace Hearth.Chat.Templates;

/// <summary>Tools for models whose template has no place for them: Hearth's own description, in the Hermes format.</summary>
internal static class ToolPrompt
{
    /// <summary>What the system prompt says about the tools.</summary>
    public static string Describe(IReadOnlyList<ToolDefinition> tools) =>
        List("You can call these tools.", tools)
            .Append("\nTo call a tool, write one JSON object with its name and arguments between tags, and nothing after it:\n")
            .Append($"{OwnMarkers.CallOpen}\n{{\"name\": \"tool name\", \"arguments\": {{}}}}\n{OwnMarkers.CallClose}\n")
            .Append($"The result comes back between {OwnMarkers.ResultOpen} tags.").ToString();

    /// <summary>Tools that come later, for a model that knows how to call.</summary>
    public static string DescribeMore(IReadOnlyList<ToolDefinition> tools) => List("From now on you can also call these tools.", tools).ToString();

    /// <summary>A call as the model would have written it.</summary>
    public static string WriteCall(ToolCallContent call) => Between(OwnMarkers.CallOpen, ToolJson.Write(call), OwnMarkers.CallClose);

    /// <summary>A call where no call belongs, in words.</summary>
    public static string SpellCall(ToolCallContent call) => Between("<tool_call>", ToolJson.Write(call), "</tool_call>");

    /// <summary>A result as the description announces it.</summary>
    public static string WriteResult(string text) => Between(OwnMarkers.ResultOpen, text, OwnMarkers.ResultClose);

    private static string Between(string open, string text, string close) => $"{open}\n{text}\n{close}";

    private static StringBuilder List(string opening, IReadOnlyList<ToolDefinition> tools) =>
        new StringBuilder(opening).Append(" Each line is one tool as JSON:\n").AppendJoin('\n', tools.Select(ToolJson.Write));
}
