using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace Hearth.Engine;

/// <summary>Tokens in. Everything the engine has to know of one request; crosses the engine's boundary and is serialisable.</summary>
/// <param name="Prompt">Token ids of the whole prompt; the engine decides what of it is reused.</param>
/// <param name="MaxTokens">Upper bound on generated tokens; 0 means prefill only.</param>
/// <param name="Sampling">How tokens are drawn.</param>
public sealed record GenerationRequest(IReadOnlyList<int> Prompt, int MaxTokens, SamplingSettings Sampling)
{
    /// <summary>The prompt as one block of memory, which it nearly always is already.</summary>
    internal ReadOnlySpan<int> PromptSpan => Prompt switch
    {
        int[] array => array,
        List<int> list => CollectionsMarshal.AsSpan(list),
        _ => Prompt.ToArray(),
    };

    /// <summary>Who goes first when not everybody can.</summary>
    public RequestPriority Priority { get; init; } = RequestPriority.Main;

    /// <summary>Names the conversation that the request belongs to; null when the caller does not know.</summary>
    public string? Session { get; init; }
}

/// <summary>How urgent a request is, most urgent first. Whoever waits long enough is raised, so that nobody starves.</summary>
public enum RequestPriority
{
    /// <summary>A person waits for it.</summary>
    Main,

    /// <summary>Work that a main conversation handed out.</summary>
    SubAgent,

    /// <summary>Nobody waits: titles, suggestions, batches.</summary>
    Background,
}

/// <summary>What happens to an accepted request, in order: started, tokens, then exactly one of finished or failed.</summary>
public abstract record GenerationEvent;

/// <summary>The scheduler admitted the request. <paramref name="ReusedTokens"/> prompt tokens need no prefill.</summary>
public sealed record GenerationStarted(int PromptTokens, int ReusedTokens) : GenerationEvent;

/// <summary>One sampled token; end-of-generation tokens are not reported.</summary>
public sealed record TokenGenerated(int Token) : GenerationEvent;

/// <summary>The request is complete and holds nothing any more.</summary>
public sealed record GenerationFinished(GenerationStop Stop, GenerationStats Stats) : GenerationEvent;

/// <summary>The engine failed; <paramref name="Message"/> is for the person who runs it.</summary>
public sealed record GenerationFailed(string Message) : GenerationEvent;

/// <summary>Why a generation ended.</summary>
public enum GenerationStop
{
    /// <summary>The model sampled an end-of-generation token.</summary>
    EndOfGeneration,

    /// <summary><see cref="GenerationRequest.MaxTokens"/> was reached.</summary>
    MaxTokens,

    /// <summary>The request's window is full.</summary>
    WindowFull,

    /// <summary>The caller cancelled.</summary>
    Cancelled,
}

/// <summary>Where a request's time and tokens went. Times leave out what a paused request waited.</summary>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="Prefix">How much of the prompt was not computed again, and why not more.</param>
/// <param name="GeneratedTokens">Tokens reported.</param>
/// <param name="Queued">From submission to admission.</param>
/// <param name="Prefill">From admission to the last prompt token.</param>
/// <param name="Decode">From there to the end.</param>
public sealed record GenerationStats(
    int PromptTokens, PrefixReport Prefix, int GeneratedTokens, TimeSpan Queued, TimeSpan Prefill, TimeSpan Decode);

/// <summary>What the prefix cache had for a prompt.</summary>
/// <param name="ReusedTokens">Prompt tokens that were not computed for this request.</param>
/// <param name="Source">Where they came from.</param>
/// <param name="SharedTokens">
/// Tokens that the prompt has in common with the nearest prompt in the cache; more than <paramref name="ReusedTokens"/> where the
/// model's memory cannot be continued at that point.
/// </param>
/// <param name="PartedTokens">What follows there instead of this prompt's tokens, at most <see cref="MostPartedTokens"/>.</param>
public sealed record PrefixReport(int ReusedTokens, PrefixSource Source, int SharedTokens, IReadOnlyList<int> PartedTokens)
{
    /// <summary>Enough to recognise the place in a text.</summary>
    public const int MostPartedTokens = 24;

    /// <summary>Nothing was found.</summary>
    public static PrefixReport Nothing { get; } = new(0, PrefixSource.None, 0, []);
}

/// <summary>Who computed a reused prefix.</summary>
public enum PrefixSource
{
    /// <summary>Nobody: nothing was reused.</summary>
    None,

    /// <summary>An earlier request of the same session.</summary>
    SameSession,

    /// <summary>A request of another session, or of one that nobody named.</summary>
    OtherSession,

    /// <summary>A request that was still running.</summary>
    InFlight,

    /// <summary>It came back from saved segments.</summary>
    Saved,
}

/// <summary>The answer of <c>Engine.Submit</c>: expected outcomes are values.</summary>
public abstract record Submission
{
    /// <summary>The request is in the engine's inbox and will end in exactly one terminal event.</summary>
    public sealed record Accepted(Generation Generation) : Submission;

    /// <summary>The inbox is full; try again later.</summary>
    public sealed record Overloaded : Submission;

    /// <summary>The prompt can never fit: <paramref name="PromptTokens"/> &gt; <paramref name="MaximumTokens"/>.</summary>
    public sealed record PromptTooLong(int PromptTokens, int MaximumTokens) : Submission;

    /// <summary>The engine is faulted or stopping.</summary>
    public sealed record Unavailable(string Reason) : Submission;
}

/// <summary>A running request, seen from its caller. Disposing it cancels what is still running.</summary>
public sealed class Generation(ChannelReader<GenerationEvent> events, Action cancel) : IDisposable
{
    /// <summary>The request's events; completes after the terminal one.</summary>
    public ChannelReader<GenerationEvent> Events { get; } = events;

    /// <summary>Asks the engine to end the request within one step; harmless when it already ended.</summary>
    public void Cancel() => cancel();

    /// <inheritdoc/>
    public void Dispose() => cancel();
}

/// <summary>How tokens are drawn from the logits. Zero temperature is greedy and ignores everything but the penalties.</summary>
/// <param name="Temperature">Divides the logits; 0 is greedy.</param>
/// <param name="TopK">Number of candidates kept; 0 keeps all.</param>
/// <param name="TopP">Nucleus size, in (0, 1]; 1 keeps all.</param>
/// <param name="MinP">Least probability kept, relative to the best candidate's; 0 keeps all.</param>
/// <param name="RepeatPenalty">Divides positive and multiplies negative logits of recent tokens; 1 is off.</param>
/// <param name="FrequencyPenalty">Subtracted per recent occurrence; 0 is off.</param>
/// <param name="PresencePenalty">Subtracted once for recent tokens; 0 is off.</param>
/// <param name="PenaltyLastN">How many of the latest tokens the penalties look at; 0 turns them off.</param>
/// <param name="Seed">Makes the draw repeatable; null draws a fresh seed.</param>
public sealed record SamplingSettings(
    float Temperature = 0.8f,
    int TopK = 40,
    float TopP = 0.95f,
    float MinP = 0.05f,
    float RepeatPenalty = 1f,
    float FrequencyPenalty = 0f,
    float PresencePenalty = 0f,
    int PenaltyLastN = 64,
    uint? Seed = null)
{
    /// <summary>Always the most probable token.</summary>
    public static SamplingSettings Greedy { get; } = new(Temperature: 0f);
}
