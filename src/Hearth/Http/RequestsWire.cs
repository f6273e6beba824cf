using System.Globalization;
using System.Text.Json.Serialization;
using Hearth.Chat;

namespace Hearth.Http;

// The wire records of /api/requests.

/// <summary>The latest requests, latest first.</summary>
internal sealed record RequestListWire(IReadOnlyList<RequestWire> Requests);

/// <summary>One request. What is not known yet, or does not apply, is null.</summary>
internal sealed record RequestWire(string Id, string Model, string AnsweredBy, string StartedAt, string Outcome)
{
    public int? Status { get; init; }

    public long? ElapsedMs { get; init; }

    public string? Session { get; init; }

    public string? Agent { get; init; }

    public required string Class { get; init; }

    public TokensWire? Tokens { get; init; }

    public PrefixWire? Prefix { get; init; }

    public TimesWire? Times { get; init; }

    public static RequestWire Of(string id, RequestRecord record, RequestReader reader) => new(
        id, record.Model, record.AnsweredBy, record.Started.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
        OutcomeOf(record))
    {
        Status = record.Status,
        ElapsedMs = (long?)record.Elapsed?.TotalMilliseconds,
        Session = reader.NameOf(record.Origin.Session),
        Agent = record.Origin.Agent,
        Class = ClassOf(record.Origin.Class),
        Tokens = record.Usage is { } usage ? TokensWire.Of(usage) : null,
        Prefix = record.Report is { } report ? PrefixWire.Of(report.Prefix, record.Origin.Session, reader) : null,
        Times = record.Report is { } timed ? TimesWire.Of(timed) : null,
    };

    private static string OutcomeOf(RequestRecord record) => record switch
    {
        { Finish: FinishReason.EndOfTurn } => "end_of_turn",
        { Finish: FinishReason.MaxTokens } => "max_tokens",
        { Finish: FinishReason.StopSequence } => "stop_sequence",
        { Finish: FinishReason.ToolCalls } => "tool_calls",
        { Finish: FinishReason.ContextFull } => "context_full",
        { ClientLeft: true } => "client_left",
        { HasFailed: true } => "failed",
        { Status: null } => "running",
        { Status: 500 } => "failed",
        _ => "refused",
    };

    private static string ClassOf(RequestClass requestClass) => requestClass switch
    {
        RequestClass.Main => "main",
        RequestClass.SubAgent => "subagent",
        _ => "background",
    };
}

/// <summary>Token counts: <c>reused + computed = prompt</c>.</summary>
internal sealed record TokensWire(int Prompt, int Reused, int Computed, int Output, int Thinking)
{
    public static TokensWire Of(ChatUsage usage) => new(
        usage.InputTokens + usage.CachedTokens, usage.CachedTokens, usage.InputTokens, usage.OutputTokens, usage.ThinkingTokens);
}

/// <summary>What the prefix cache had: whose work was reused, how long the nearest cached prompt is the same, what differs there.</summary>
internal sealed record PrefixWire(string Source, int Shared, PartingWire? Parting)
{
    public static PrefixWire Of(PrefixUse prefix, string? session, RequestReader reader) => new(
        SourceOf(prefix.Origin), prefix.SharedTokens, prefix.Parting is { } texts ? reader.Show(texts, session) : null);

    private static string SourceOf(PrefixOrigin origin) => origin switch
    {
        PrefixOrigin.SameSession => "same_session",
        PrefixOrigin.OtherSession => "other_session",
        PrefixOrigin.InFlight => "in_flight",
        PrefixOrigin.Saved => "saved",
        _ => "none",
    };
}

/// <summary>How the cached prompt and this one go on; null where the reader may not know.</summary>
internal sealed record PartingWire(string? Cached, string? Own);

/// <summary>Where the time went.</summary>
internal sealed record TimesWire(long QueueMs, long PrefillMs, long DecodeMs)
{
    public static TimesWire Of(AnswerReport report) =>
        new((long)report.Queued.TotalMilliseconds, (long)report.Prefill.TotalMilliseconds, (long)report.Decode.TotalMilliseconds);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(RequestListWire))]
internal sealed partial class RequestsJson : JsonSerializerContext;
