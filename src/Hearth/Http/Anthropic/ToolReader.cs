using System.Text.Json;
using Hearth.Chat;

namespace Hearth.Http.Anthropic;

/// <summary>Reads tools and the choice among them.</summary>
internal static class ToolReader
{
    /// <summary>
    /// The tools that belong into the prompt: deferred ones do not, tools with a schema of Anthropic's get ours, tools that only a hosted
    /// server can run are refused.
    /// </summary>
    public static WireResult<IReadOnlyList<ToolDefinition>> Read(IReadOnlyList<ToolWire> tools)
    {
        List<ToolDefinition> definitions = [];
        for (int i = 0; i < tools.Count; i++)
        {
            string path = $"tools.{i}";
            ToolWire? tool = tools[i];
            if (tool is null)
                return WireErrors.Required(path);
            if (tool.DeferLoading == true || tool.Type?.StartsWith("advisor_", StringComparison.Ordinal) == true)
                continue;
            if (BuiltInTools.Find(tool.Type) is { } builtIn)
                definitions.Add(builtIn with { Name = tool.Name ?? builtIn.Name });
            else if (tool.Type is not (null or "custom") && tool.InputSchema.ValueKind != JsonValueKind.Object)
                return WireErrors.Invalid(path, $"tool type '{tool.Type}' runs on Anthropic's servers and is not available here");
            else if (string.IsNullOrEmpty(tool.Name))
                return WireErrors.Required(path + ".name");
            else if (tool.InputSchema.ValueKind != JsonValueKind.Object)
                return WireErrors.Required(path + ".input_schema");
            else
                definitions.Add(new ToolDefinition(tool.Name, tool.Description ?? "", tool.InputSchema));
        }

        return definitions;
    }

    public static WireResult<ToolChoice> ReadChoice(ToolChoiceWire? choice, IReadOnlyList<ToolDefinition> tools)
    {
        bool allowParallel = choice?.DisableParallelToolUse != true;
        switch (choice?.Type)
        {
            case null or "auto":
                return new ToolChoice(ToolChoiceKind.Auto, AllowParallel: allowParallel);
            case "none":
                return new ToolChoice(ToolChoiceKind.None);
            case "any":
                return new ToolChoice(ToolChoiceKind.Any, AllowParallel: allowParallel);
            case "tool" when tools.Any(t => t.Name == choice.Name):
                return new ToolChoice(ToolChoiceKind.Tool, choice.Name, allowParallel);
            case "tool":
                return WireErrors.Invalid("tool_choice.name", $"Tool '{choice.Name}' not found in provided tools");
            default:
                return WireErrors.Invalid("tool_choice.type", $"Input should be 'auto', 'any', 'tool' or 'none', not '{choice.Type}'");
        }
    }
}
