using Hearth.Chat;

namespace Hearth.Http;

/// <summary>
/// What is known of a request besides its body. Its own thread tells it what happens; what it has heard may be read by any thread.
/// </summary>
internal sealed class RequestInfo
{
    private volatile RequestRecord? _record;

    public string Id { get; } = "req_" + Guid.NewGuid().ToString("N");

    /// <summary>Whose key the request carries, see <see cref="Auth.Identity"/>.</summary>
    public string Owner { get; set; } = "";

    /// <summary>Cancelled when the client has left or the server ends: whatever the request costs ends with it.</summary>
    public CancellationToken Stopped { get; set; }

    /// <summary>The server ended the request, not its client and not its answer.</summary>
    public bool IsCutOff { get; set; }

    /// <summary>What was asked of a model and what came of it so far; null when no model was asked.</summary>
    public RequestRecord? Record => _record;

    public static RequestInfo Of(HttpContext context)
    {
        if (context.Features.Get<RequestInfo>() is { } known)
            return known;
        RequestInfo info = new();
        context.Features.Set(info);
        return info;
    }

    /// <summary>A model is asked.</summary>
    public void Begin(ChatRequest request, string answeredBy, DateTimeOffset now) =>
        _record = new RequestRecord(request.Model, answeredBy, request.Origin, now);

    /// <summary>An answer's event came.</summary>
    public void Note(ChatEvent item)
    {
        RequestRecord? record = _record;
        _record = item switch
        {
            AnswerStarted started => record! with { Usage = started.Usage },
            AnswerFinished finished => record! with { Finish = finished.Reason, Usage = finished.Usage, Report = finished.Report },
            AnswerFailed failed => record! with { HasFailed = true, Usage = failed.Report?.Usage ?? record.Usage, Report = failed.Report },
            _ => record,
        };
    }

    /// <summary>The response is over.</summary>
    public void End(int status, bool clientLeft, TimeSpan elapsed)
    {
        if (_record is { } record)
            _record = record with { Status = status, ClientLeft = clientLeft, Elapsed = elapsed };
    }
}

/// <summary>One request to a model, as far as it has come.</summary>
/// <param name="Model">The name the client asked for.</param>
/// <param name="AnsweredBy">The model that answers.</param>
/// <param name="Origin">Who asks.</param>
/// <param name="Started">When the body was read.</param>
internal sealed record RequestRecord(string Model, string AnsweredBy, RequestOrigin Origin, DateTimeOffset Started)
{
    /// <summary>Planned figures from admission on, true ones at the end.</summary>
    public ChatUsage? Usage { get; init; }

    /// <summary>Why the answer ended; null when it has not, or not well.</summary>
    public FinishReason? Finish { get; init; }

    /// <summary>The answer broke off.</summary>
    public bool HasFailed { get; init; }

    /// <summary>Where tokens and time went.</summary>
    public AnswerReport? Report { get; init; }

    /// <summary>The response's status; null while it is being written.</summary>
    public int? Status { get; init; }

    /// <summary>The client hung up before the end.</summary>
    public bool ClientLeft { get; init; }

    /// <summary>From the first byte of the request to the last of the response.</summary>
    public TimeSpan? Elapsed { get; init; }
}
