namespace Hearth.Chat;

/// <summary>Where the tokens and the time of one answer went.</summary>
/// <param name="Usage">Token counts.</param>
/// <param name="Prefix">What of the prompt did not have to be computed, and why not more.</param>
/// <param name="Queued">From the request to its admission.</param>
/// <param name="Prefill">From there to the last prompt token.</param>
/// <param name="Decode">From there to the end.</param>
public sealed record AnswerReport(ChatUsage Usage, PrefixUse Prefix, TimeSpan Queued, TimeSpan Prefill, TimeSpan Decode);

/// <summary>How a prompt met the prefix cache; the reused tokens themselves are <see cref="ChatUsage.CachedTokens"/>.</summary>
/// <param name="Origin">Who had computed the reused tokens.</param>
/// <param name="SharedTokens">Tokens in common with the nearest cached prompt, whether or not they could be reused.</param>
/// <param name="Parting">What stands after them on both sides; null when the cached prompt ends there.</param>
public sealed record PrefixUse(PrefixOrigin Origin, int SharedTokens, PartingTexts? Parting);

/// <summary>The beginning of what differs. It is text of prompts, perhaps of several people: never for logs.</summary>
/// <param name="Cached">How the cached prompt goes on.</param>
/// <param name="Own">How this prompt goes on, as many tokens of it.</param>
public sealed record PartingTexts(string Cached, string Own)
{
    /// <summary>The session that asked has the cached prompt as well; else it is somebody else's.</summary>
    public bool IsOfSameSession { get; init; }
}

/// <summary>Who had computed the reused tokens.</summary>
public enum PrefixOrigin
{
    /// <summary>Nobody: none were reused.</summary>
    None,

    /// <summary>An earlier request of the same session.</summary>
    SameSession,

    /// <summary>A request of another session, or of one without a name.</summary>
    OtherSession,

    /// <summary>A request that was still running.</summary>
    InFlight,

    /// <summary>A request whose work was saved and brought back.</summary>
    Saved,
}
