namespace Hearth.Chat;

/// <summary>Why a request was refused or broke off. Each dialect maps <see cref="Kind"/> to its own status and body.</summary>
/// <param name="Kind">What went wrong, independent of wire dialect.</param>
/// <param name="Message">One sentence for the person, saying what to do.</param>
/// <param name="Param">The field at fault, as the client spelled it, or null.</param>
public sealed record ChatError(ChatErrorKind Kind, string Message, string? Param = null);

/// <summary>The kinds of <see cref="ChatError"/>.</summary>
public enum ChatErrorKind
{
    /// <summary>The request is malformed or asks for something impossible; the user must change it.</summary>
    InvalidRequest,

    /// <summary>The prompt does not fit the context window.</summary>
    PromptTooLong,

    /// <summary>The API key is missing or wrong.</summary>
    Authentication,

    /// <summary>No such path, model or object.</summary>
    NotFound,

    /// <summary>The body is larger than the server accepts.</summary>
    TooLarge,

    /// <summary>The body takes too long to arrive.</summary>
    TooSlow,

    /// <summary>The queue is full; the same request may succeed later.</summary>
    Overloaded,

    /// <summary>The model is loading or reloading.</summary>
    Unavailable,

    /// <summary>The server does not do this.</summary>
    NotSupported,

    /// <summary>A fault of the server.</summary>
    Internal,
}
