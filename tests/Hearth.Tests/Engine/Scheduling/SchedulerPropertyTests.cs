using CsCheck;
using Hearth.Engine;
using Hearth.Tests.Engine.Decoding;

namespace Hearth.Tests.Engine.Scheduling;

public sealed class SchedulerPropertyTests
{
    private enum Event
    {
        Submit,
        Step,
        Cancel,
        LoseDecoder,
    }

    [Fact]
    public void Any_order_of_events_keeps_the_books_and_ends_every_request_once_with_its_own_answer()
    {
        var limits =
            from sequences in Gen.Int[1, 6]
            from window in Gen.Int[2, 120]
            from cells in Gen.Int[window, window * 4]
            from batch in Gen.Int[sequences, 100]
            from microBatch in Gen.Int[1, 100]
            select (window, cells, sequences, batch, microBatch);
        var events = Gen.Select(
            Gen.Frequency((4, Gen.Const(Event.Submit)), (8, Gen.Const(Event.Step)), (2, Gen.Const(Event.Cancel)), (1, Gen.Const(Event.LoseDecoder))),
            Gen.Int[0, 1000],
            Gen.Int[0, 60]).List[1, 80];

        Gen.Select(limits, events).Sample((sizes, happenings) =>
        {
            var drive = new SchedulerDrive(
                new SchedulerLimits(sizes.window, sizes.cells, sizes.sequences, sizes.batch, sizes.microBatch));
            foreach (var (kind, a, b) in happenings) Apply(drive, kind, a, b);
            drive.RunUntilIdle();
            Assert.Equal(drive.Submitted.Count, drive.Ends.Count);
            foreach (var sequence in drive.Submitted) CheckAnswer(drive, sequence);
        }, iter: 2000);
    }

    private static void Apply(SchedulerDrive drive, Event kind, int a, int b)
    {
        switch (kind)
        {
            case Event.Submit:
                drive.Submit(SchedulerDrive.Prompt(1 + (a % drive.Limits.LongestPrompt(b)), number: a), b);
                break;
            case Event.Step:
                drive.Step();
                break;
            case Event.Cancel when drive.Submitted.Count > 0:
                drive.Cancel(drive.Submitted[a % drive.Submitted.Count]);
                break;
            case Event.LoseDecoder:
                drive.LoseDecoder();
                break;
        }
    }

    private static void CheckAnswer(SchedulerDrive drive, Sequence sequence)
    {
        var room = Math.Min(sequence.MaxTokens, drive.Limits.Window - sequence.Prompt.Length);
        var (tokens, ended) = ScriptedDecoder.Answer(sequence.Prompt.ToArray(), room, SchedulerDrive.VocabularySize);
        if (drive.Ends[sequence] is null or GenerationStop.Cancelled)
        {
            Assert.Equal(tokens.Take(drive.TokensOf(sequence).Count), drive.TokensOf(sequence));
            return;
        }

        Assert.Equal(tokens, drive.TokensOf(sequence));
        var stop = ended ? GenerationStop.EndOfGeneration
            : tokens.Count == sequence.MaxTokens ? GenerationStop.MaxTokens : GenerationStop.WindowFull;
        Assert.Equal(stop, drive.Ends[sequence]);
    }
}
