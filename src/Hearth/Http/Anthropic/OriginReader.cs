using System.Text.Json;
using Hearth.Chat;

namespace Hearth.Http.Anthropic;

/// <summary>
/// Reads who asks from what Claude Code sends beside a conversation: headers, <c>metadata.user_id</c>, the attribution line. Only what
/// is said counts; unknown values say nothing and are never an error.
/// </summary>
internal static class OriginReader
{
    private const string LegacySessionMark = "_session_";

    private static readonly string[] ClassHeaders = ["x-claude-code-request-class", "x-claude-1p-request-class"];

    /// <summary>Parts of the class names of requests that nobody waits for; clients add new names, but these words stay.</summary>
    private static readonly string[] BackgroundWords = ["background", "batch", "classif", "suggest", "title"];

    public static RequestOrigin Read(IHeaderDictionary headers, MessagesRequestWire wire)
    {
        string? agent = SessionHeader.Value(headers["x-claude-code-agent-id"]);
        bool isAgent = agent is not null || SessionHeader.Value(headers["x-claude-code-parent-agent-id"]) is not null || AttributionLine.SaysSubAgent(wire.System);
        RequestClass fallback = isAgent ? RequestClass.SubAgent : RequestClass.Main;
        RequestClass? named = ClassHeaders.Select(header => Class(headers[header].ToString())).FirstOrDefault(c => c is not null);
        return new RequestOrigin(SessionHeader.Of(headers) ?? SessionOf(wire.Metadata), agent, named ?? fallback);
    }

    private static RequestClass? Class(string value) => value.Trim() switch
    {
        var name when name.Equals("main", StringComparison.OrdinalIgnoreCase) => RequestClass.Main,
        var name when name.Equals("subagent", StringComparison.OrdinalIgnoreCase) => RequestClass.SubAgent,
        var name when BackgroundWords.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase)) => RequestClass.Background,
        _ => null,
    };

    /// <summary><c>user_id</c> is JSON in a string; before, it was one word that ends in the session.</summary>
    private static string? SessionOf(JsonElement metadata)
    {
        if (Text(metadata, "user_id") is not { } userId)
            return null;
        if (!userId.StartsWith('{'))
            return userId.LastIndexOf(LegacySessionMark, StringComparison.Ordinal) is >= 0 and var at ? SessionHeader.Value(userId[(at + LegacySessionMark.Length)..]) : null;
        try
        {
            using JsonDocument parts = JsonDocument.Parse(userId);
            return SessionHeader.Value(Text(parts.RootElement, "session_id"));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No JSON, or JSON with half a surrogate pair.
            return null;
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
