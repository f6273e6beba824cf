using System.Text.Json;

namespace Hearth.Http.Anthropic;

/// <summary>
/// The line that Claude Code puts into its system prompt for billing: <c>x-anthropic-billing-header: name=value; ...</c>. It is never
/// the model's to read.
/// </summary>
internal static class AttributionLine
{
    private const string Start = "x-anthropic-billing-header:";
    private const string SubAgent = "cc_is_subagent=true";

    /// <summary><paramref name="text"/> without the line, if it begins with one.</summary>
    public static string Drop(string text) => text[Length(text)..];

    /// <summary>True when the line in a body's <c>system</c> says that a sub-agent asks.</summary>
    public static bool SaysSubAgent(JsonElement system) => system.ValueKind switch
    {
        JsonValueKind.String => SaysSubAgent(system.GetString()!),
        JsonValueKind.Array => system.EnumerateArray().Any(block =>
            block.ValueKind == JsonValueKind.Object && block.TryGetProperty("text", out JsonElement text)
            && text.ValueKind == JsonValueKind.String && SaysSubAgent(text.GetString()!)),
        _ => false,
    };

    private static bool SaysSubAgent(string text) =>
        Length(text) is > 0 and var length
        && text[Start.Length..length].Split(';', StringSplitOptions.TrimEntries).Contains(SubAgent, StringComparer.OrdinalIgnoreCase);

    /// <summary>Length of the line with its line break; 0 when there is none.</summary>
    private static int Length(string text)
    {
        if (!text.StartsWith(Start, StringComparison.Ordinal))
            return 0;
        int end = text.IndexOf('\n', StringComparison.Ordinal);
        return end < 0 ? text.Length : end + 1;
    }
}
