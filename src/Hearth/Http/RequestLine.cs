using Hearth.Chat;

namespace Hearth.Http;

/// <summary>A request's numbers as part of a log line. Numbers only: what a prompt says is not for logs.</summary>
internal static class RequestLine
{
    /// <summary>For example <c>1200+34 tokens in, 50 out, reused 1200 (same session), queue 0 ms, prefill 90 ms, decode 800 ms</c>; empty when nothing is known.</summary>
    public static string Describe(RequestRecord record)
    {
        if (record.Usage is not { } usage)
            return "";
        string counts = $"{usage.CachedTokens}+{usage.InputTokens} tokens in, {usage.OutputTokens} out";
        return record.Report is { } report
            ? $"{counts}, reused {usage.CachedTokens}{Origin(report.Prefix.Origin)}{Parting(report.Prefix, usage)}, queue {Milliseconds(report.Queued)} ms, "
                + $"prefill {Milliseconds(report.Prefill)} ms, decode {Milliseconds(report.Decode)} ms"
            : counts;
    }

    private static string Origin(PrefixOrigin origin) => origin switch
    {
        PrefixOrigin.SameSession => " (same session)",
        PrefixOrigin.OtherSession => " (other session)",
        PrefixOrigin.InFlight => " (in flight)",
        PrefixOrigin.Saved => " (saved)",
        _ => "",
    };

    private static string Parting(PrefixUse prefix, ChatUsage usage) => prefix switch
    {
        { Parting: not null } => $", parted at {prefix.SharedTokens}",
        _ when prefix.SharedTokens > usage.CachedTokens => $", shared {prefix.SharedTokens}",
        _ => "",
    };

    private static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;
}
