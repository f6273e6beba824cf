using CsCheck;
using Hearth.Engine;
using Hearth.Engine.Cache;
using Hearth.Engine.Cache.Disk;
using Hearth.Tests.Engine.Decoding;

namespace Hearth.Tests.Engine.Scheduling;

public sealed class SchedulerPropertyTests
{
    private enum Event
    {
        Submit,
        Continue,
        Step,
        Abandon,
        Interrupt,
        Cancel,
        LoseDecoder,
        Tidy,
        Wait,
        Disk,
        SlowDisk,
        LoseFile,
        Restart,
    }

    private static Gen<SchedulerLimits> AllLimits =>
        from running in Gen.Int[1, 5]
        from parked in Gen.Int[0, 4]
        from window in Gen.Int[2, 400]
        from cells in Gen.Int[window, window * 3]
        from batch in Gen.Int[running, 200]
        from microBatch in Gen.Int[1, 150]
        from memory in Gen.Enum<MemoryKind>()
        from saved in Gen.OneOf(Gen.Const(0L), Gen.Const(3000L), Gen.Const(1_000_000L))
        from disk in Gen.OneOf(Gen.Const(0L), Gen.Const(4000L), Gen.Const(1_000_000L))
        from idleShare in Gen.OneOf(Gen.Const(0d), Gen.Const(0.5), Gen.Const(double.PositiveInfinity))
        select new SchedulerLimits(window, cells, running, batch, microBatch)
        {
            SequenceIds = running + parked,
            Memory = memory,
            SavedBytes = saved,
            DiskBytes = disk,
            IdleShare = idleShare,
            TicksPerSecond = 100,
            StepTargetTicks = 20,
        };

    // The scripted decoder refuses what a real cache could not do, and its tokens are right only if the history was; so whatever is
    // forked, dropped, saved, restored, paused or shared, every answer must be the one that a cold run gives.
    [Fact]
    public void Any_order_of_events_keeps_the_books_and_ends_every_request_once_with_the_answer_of_a_cold_run()
    {
        var events = Gen.Select(
            Gen.Frequency(
                (4, Gen.Const(Event.Submit)), (3, Gen.Const(Event.Continue)), (9, Gen.Const(Event.Step)), (2, Gen.Const(Event.Cancel)),
                (2, Gen.Const(Event.Abandon)), (1, Gen.Const(Event.Interrupt)),
                (1, Gen.Const(Event.LoseDecoder)), (1, Gen.Const(Event.Tidy)), (1, Gen.Const(Event.Wait)),
                (4, Gen.Const(Event.Disk)), (1, Gen.Const(Event.SlowDisk)), (1, Gen.Const(Event.LoseFile)), (1, Gen.Const(Event.Restart))),
            Gen.Int[0, 1000],
            Gen.Int[0, 60]).List[1, 60];

        var interrupted = new int[Enum.GetValues<MemoryKind>().Length];
        Gen.Select(AllLimits, events).Sample((limits, happenings) =>
        {
            var drive = new SchedulerDrive(limits) { StepTicks = plan => 1 + (plan.Tokens.Length / 3) };
            foreach (var (kind, a, b) in happenings) Apply(drive, kind, a, b);

            drive.RunUntilIdle();
            Assert.Equal(drive.Submitted.Count, drive.Ends.Count);
            foreach (var sequence in drive.Submitted) CheckAnswer(drive, sequence);
            drive.Close();
            Interlocked.Add(ref interrupted[(int)limits.Memory], drive.Interrupted);
        }, iter: 3000);

        // Of memory that nobody compared with a cold run yet, nothing is known, so its steps run to their end.
        Assert.All([MemoryKind.Full, MemoryKind.SlidingWindow, MemoryKind.Recurrent], kind => Assert.True(interrupted[(int)kind] > 0, $"{kind}: no step was interrupted"));
        Assert.Equal(0, interrupted[(int)MemoryKind.Unknown]);
    }

    private static void Apply(SchedulerDrive drive, Event kind, int a, int b)
    {
        switch (kind)
        {
            case Event.Submit:
                Submit(drive, [.. SchedulerDrive.Prompt(400, number: a % 3).Take(1 + (a * 7 % 390)), .. SchedulerDrive.Prompt(b % 9, number: a)], b);
                break;
            case Event.Continue when drive.Submitted.Count > 0:
                var earlier = drive.Submitted[a % drive.Submitted.Count];
                Submit(drive, [.. earlier.Prompt, .. drive.TokensOf(earlier), 0, .. SchedulerDrive.Prompt(1 + (a % 20), number: b)], b);
                break;
            case Event.Step:
                drive.Step();
                break;
            case Event.Abandon:
                // Their callers leave while the step is computed: everyone's, or all but one's.
                drive.Decoder.InterruptAfter = tokens => a % (tokens + 1);
                drive.Step(plan =>
                {
                    foreach (var entry in plan.Entries[(b % 3 == 0 ? 1 : 0)..]) drive.Scheduler.Holder(entry.SequenceId).Abandon();
                });
                break;
            case Event.Interrupt:
                (drive.IsStopped, drive.Decoder.InterruptAfter) = (true, tokens => a % (tokens + 1));
                drive.Step();
                drive.IsStopped = false;
                break;
            case Event.Cancel when drive.Submitted.Count > 0:
                drive.Cancel(drive.Submitted[a % drive.Submitted.Count]);
                break;
            case Event.LoseDecoder:
                drive.LoseDecoder();
                break;
            case Event.Tidy:
                drive.Tidy();
                break;
            case Event.Disk:
                (drive.Disk.FailsToWrite, drive.Disk.LosesFiles) = (b % 7 == 0, b % 11 == 0);
                drive.Disk.Answer(drive.Scheduler, drive.Now, most: 1 + (a % 5));
                break;
            case Event.SlowDisk:
                // Instant when told to, slow, or dead for most commands.
                drive.Disk.Takes = (b % 4) switch
                {
                    0 => null,
                    1 => command => command is DiskCommand.Read && a % 3 == 0 ? long.MaxValue : 1,
                    2 => _ => a,
                    _ => _ => long.MaxValue,
                };
                break;
            case Event.LoseFile:
                drive.Disk.LoseOne(drive.Scheduler, drive.Now);
                break;
            case Event.Restart:
                drive.Restart();
                break;
            case Event.Wait:
                drive.Now += 40 * drive.Limits.TicksPerSecond;
                break;
        }
    }

    private static void Submit(SchedulerDrive drive, int[] prompt, int maxTokens)
    {
        var fits = prompt.Take(drive.Limits.LongestPrompt(maxTokens)).ToArray();
        drive.Submit(fits, maxTokens, (RequestPriority)(fits.Length % 3), $"session {fits.Length % 4}");
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
