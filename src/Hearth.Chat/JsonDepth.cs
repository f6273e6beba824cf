namespace Hearth.Chat;

/// <summary>
/// How deep JSON may nest: the same for what a model writes, streamed or whole, and for what a client sends, so that every call that was
/// made can come back in a history.
/// </summary>
public static class JsonDepth
{
    /// <summary>Levels of a call's arguments and of a tool's schema; an object in nothing has one. People write some ten.</summary>
    public const int Most = 64;

    /// <summary>Levels of a body: such a value, and what stands around it.</summary>
    public const int MostOfBody = Most + 16;
}
