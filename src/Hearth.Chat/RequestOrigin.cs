namespace Hearth.Chat;

/// <summary>Who asks, as far as the client says so. It steers order and cache only, never what an answer is.</summary>
/// <param name="Session">Names the conversation among all of the server's, or null.</param>
/// <param name="Agent">Names the sub-agent within the session; null for the main conversation.</param>
/// <param name="Class">What the request is for.</param>
public sealed record RequestOrigin(string? Session, string? Agent, RequestClass Class)
{
    /// <summary>Nothing was said: a person waits.</summary>
    public static RequestOrigin Unknown { get; } = new(null, null, RequestClass.Main);
}

/// <summary>What a request is for, most urgent first.</summary>
public enum RequestClass
{
    /// <summary>A person waits for it.</summary>
    Main,

    /// <summary>Work that a main conversation handed out.</summary>
    SubAgent,

    /// <summary>Nobody waits: titles, suggestions, classifiers, batches.</summary>
    Background,
}
