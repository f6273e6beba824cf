namespace Hearth.Http;

/// <summary>The header in which clients name their session, whatever dialect they speak. Whoever knows a name is taken for it.</summary>
internal static class SessionHeader
{
    /// <summary>Its name.</summary>
    public const string Name = "x-claude-code-session-id";

    /// <summary>Longest name of a session or an agent; they are UUIDs, and what is longer is somebody else's idea.</summary>
    public const int LongestValue = 128;

    /// <summary>The session that the headers name, or null.</summary>
    public static string? Of(IHeaderDictionary headers) => Value(headers[Name]);

    /// <summary>A name as it was sent, or null where that is none.</summary>
    public static string? Value(string? value) => value?.Trim() is { Length: > 0 and <= LongestValue } name ? name : null;
}
