using Hearth.Chat;

namespace Hearth.Http.Anthropic;

/// <summary>The tools of a request: those its prompt begins with, and those that wait until a message names them.</summary>
internal sealed class ToolSet
{
    private readonly Dictionary<string, ToolDefinition> _byName = new(StringComparer.Ordinal);

    public ToolSet(IReadOnlyList<ToolDefinition> inPrompt, IReadOnlyList<ToolDefinition> deferred)
    {
        InPrompt = inPrompt;
        foreach (ToolDefinition tool in inPrompt.Concat(deferred))
            _byName.TryAdd(tool.Name, tool);
    }

    /// <summary>The tools that the prompt begins with.</summary>
    public IReadOnlyList<ToolDefinition> InPrompt { get; }

    /// <summary>The tool of that name, the first where there are several, or null.</summary>
    public ToolDefinition? Find(string name) => _byName.GetValueOrDefault(name);
}
