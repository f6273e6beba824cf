using Hearth.Chat;

namespace Hearth.Http.Anthropic;

/// <summary>The tools of a request: those its prompt begins with, and those that wait until a message names them.</summary>
internal sealed record ToolSet(IReadOnlyList<ToolDefinition> InPrompt, IReadOnlyList<ToolDefinition> Deferred)
{
    /// <summary>The tool of that name, or null.</summary>
    public ToolDefinition? Find(string? name) => InPrompt.Concat(Deferred).FirstOrDefault(t => t.Name == name);
}
