using System.Text.Json;
using Hearth.Chat;

namespace Hearth.Http.Anthropic;

/// <summary>Reads tools and the choice among them.</summary>
internal static class ToolReader
{
    /// <summary>The API's own limit is half of it.</summary>
    private const int LongestName = 128;

    /// <summary>Tools with a schema of Anthropic's get ours; a tool that only a hosted server can run is refused where the prompt would show it.</summary>
    public static WireResult<ToolSet> Read(IReadOnlyList<ToolWire> tools)
    {
        List<ToolDefinition> inPrompt = [];
        List<ToolDefinition> deferred = [];
        for (int i = 0; i < tools.Count; i++)
        {
            string path = $"tools.{i}";
            if (tools[i] is not { } tool)
                return WireErrors.Required(path);
            bool isDeferred = tool.DeferLoading == true;
            if (tool.Type?.StartsWith("advisor_", StringComparison.Ordinal) == true || (isDeferred && RunsElsewhere(tool)))
                continue;
            WireResult<ToolDefinition> definition = ReadOne(tool, path);
            if (definition.Error is not null)
                return definition.Error;
            (isDeferred ? deferred : inPrompt).Add(definition.Value!);
        }

        return new ToolSet(inPrompt, deferred);
    }

    /// <summary>One definition.</summary>
    public static WireResult<ToolDefinition> ReadOne(ToolWire tool, string path)
    {
        if (tool.Name is { Length: > 0 } name && !IsName(name))
            return WireErrors.Invalid(path + ".name", $"Input should be 1 to {LongestName} letters, digits, underscores and hyphens");
        if (BuiltInTools.Find(tool.Type) is { } builtIn)
            return builtIn with { Name = tool.Name ?? builtIn.Name };
        if (RunsElsewhere(tool))
            return WireErrors.Invalid(path, $"tool type '{tool.Type}' runs on Anthropic's servers and is not available here");
        if (string.IsNullOrEmpty(tool.Name))
            return WireErrors.Required(path + ".name");
        if (tool.InputSchema.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
            return WireErrors.Required(path + ".input_schema");
        if (tool.InputSchema.ValueKind != JsonValueKind.Object)
            return WireErrors.Invalid(path + ".input_schema", "Input should be an object");
        return SchemaCheck.Find(tool.InputSchema, path + ".input_schema") is { } error
            ? error
            : new ToolDefinition(tool.Name, tool.Description ?? "", tool.InputSchema);
    }

    /// <summary>What the API lets a tool be called, and twice as long.</summary>
    private static bool IsName(string name) => name.Length <= LongestName && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');

    /// <summary>Which of the <paramref name="callable"/> tools must be called.</summary>
    public static WireResult<ToolChoice> ReadChoice(ToolChoiceWire? choice, IReadOnlyList<ToolDefinition> callable)
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
            case "tool" when callable.Any(t => t.Name == choice.Name):
                return new ToolChoice(ToolChoiceKind.Tool, choice.Name, allowParallel);
            case "tool":
                return WireErrors.Invalid("tool_choice.name", $"Tool '{choice.Name}' not found in provided tools");
            default:
                return WireErrors.Invalid("tool_choice.type", $"Input should be 'auto', 'any', 'tool' or 'none', not '{choice.Type}'");
        }
    }

    private static bool RunsElsewhere(ToolWire tool) =>
        tool.Type is not (null or "custom") && tool.InputSchema.ValueKind != JsonValueKind.Object && BuiltInTools.Find(tool.Type) is null;
}
