using Hearth.Chat;
using Hearth.Telemetry;

namespace Hearth.Http;

/// <summary>
/// What is known of a request besides its body. Its own thread tells it what happens; what it has heard may be read by any thread.
/// </summary>
internal sealed class RequestInfo
{
    /// <summary>The header that has the id, in every answer of ours.</summary>
    public const string IdHeader = "request-id";

    private volatile RequestRecord? _record;

    public string Id { get; } = NewId();

    /// <summary>Whose key the request carries, see <see cref="Auth.Identity"/>.</summary>
    public string Owner { get; set; } = "";

    /// <summary>Cancelled when the client has left or the server ends: whatever the request costs ends with it.</summary>
    public CancellationToken Stopped { get; set; }

    /// <summary>The server ended the request, not its client and not its answer.</summary>
    public bool IsCutOff { get; set; }

    /// <summary>What was asked of a model and what came of it so far; null when no model was asked.</summary>
    public RequestRecord? Record => _record;

    public static string NewId() => "req_" + Guid.NewGuid().ToString("N");

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
        _record = new RequestRecord(Excerpt.Of(request.Model, RequestRecord.LongestModel), answeredBy, request.Origin, now);

    /// <summary>An answer's event came.</summary>
    public void Note(ChatEvent item)
    {
        RequestRecord? record = _record;
        _record = item switch
        {
            AnswerStarted started => record! with { Usage = started.Usage },
            AnswerFinished finished => record! with { Finish = finished.Reason, Usage = finished.Usage, Report = Short(finished.Report) },
            AnswerFailed failed => record! with { HasFailed = true, Usage = failed.Report?.Usage ?? record.Usage, Report = Short(failed.Report) },
            _ => record,
        };
    }

    private static AnswerReport? Short(AnswerReport? report) => report?.Prefix.Parting is { } texts
        ? report with { Prefix = report.Prefix with { Parting = texts with { Cached = Short(texts.Cached), Own = Short(texts.Own) } } }
        : report;

    private static string Short(string text) => Excerpt.Of(text, RequestRecord.LongestText);

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
    /// <summary>Longest name of a model that is kept, the API's own limit.</summary>
    public const int LongestModel = 256;

    /// <summary>Longest text of a prompt that is kept: more than a person reads to recognise the place.</summary>
    public const int LongestText = 1024;

    /// <summary>Objects and numbers of a record.</summary>
    private const int FixedBytes = 512;

    /// <summary>About what the record costs.</summary>
    public int Bytes => FixedBytes + sizeof(char) * (Model.Length + AnsweredBy.Length + (Origin.Session?.Length ?? 0) + (Origin.Agent?.Length ?? 0)
        + (Report?.Prefix.Parting is { } texts ? texts.Cached.Length + texts.Own.Length : 0));

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
