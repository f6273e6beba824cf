namespace Hearth.Commands.Bench.Storm;

/// <summary>How far a client lets its request come.</summary>
internal enum HangUpMoment
{
    /// <summary>It leaves in the middle of its own headers.</summary>
    HalfHead,

    /// <summary>It leaves in the middle of its own body.</summary>
    HalfBody,

    /// <summary>It leaves as soon as it has sent everything, or a moment later: before the answer's headers, mostly.</summary>
    BeforeHeaders,

    /// <summary>It leaves with the first bytes of the answer.</summary>
    InHeaders,

    /// <summary>It leaves some time after the first bytes.</summary>
    AfterHeaders,

    /// <summary>It cancels in the middle of the answer, which it reads until then.</summary>
    MidStream,
}

/// <summary>One client that leaves.</summary>
/// <param name="Moment">When.</param>
/// <param name="Words">Its prompt's length.</param>
/// <param name="IsStreamed">Whether it asks for a stream.</param>
/// <param name="BreaksOff">Whether the connection is broken off (RST) rather than ended (FIN).</param>
/// <param name="Patience">How long it stays once the moment has come.</param>
internal sealed record HangUp(HangUpMoment Moment, int Words, bool IsStreamed, bool BreaksOff, TimeSpan Patience)
{
    /// <summary>Most leave before they hear anything: that is when a request changes hands most often.</summary>
    private static readonly HangUpMoment[] Moments =
    [
        HangUpMoment.HalfHead, HangUpMoment.HalfBody, HangUpMoment.BeforeHeaders, HangUpMoment.BeforeHeaders, HangUpMoment.BeforeHeaders,
        HangUpMoment.InHeaders, HangUpMoment.AfterHeaders, HangUpMoment.MidStream,
    ];

    private const int SoonMs = 50;
    private const int LaterMs = 600;

    /// <summary>The same clients for the same seed.</summary>
    public static IReadOnlyList<HangUp> Plan(int seed, int count, int mostWords)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => One(random, mostWords))];
    }

    private static HangUp One(Random random, int mostWords)
    {
        var moment = Moments[random.Next(Moments.Length)];
        var mostMs = moment is HangUpMoment.AfterHeaders or HangUpMoment.MidStream or HangUpMoment.HalfBody ? LaterMs : SoonMs;
        return new HangUp(
            moment, random.Next(StormPlan.LeastWords, mostWords + 1), random.Next(3) > 0, random.Next(2) == 0,
            TimeSpan.FromMilliseconds(moment == HangUpMoment.InHeaders ? 0 : random.Next(mostMs)));
    }
}
