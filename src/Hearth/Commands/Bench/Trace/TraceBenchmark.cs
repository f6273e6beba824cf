using System.CommandLine;
using System.Globalization;
using Hearth.Engine.Simulation;

namespace Hearth.Commands.Bench.Trace;

/// <summary>
/// <c>hearth bench trace</c>: recorded sessions of real agents through the real scheduler and prefix cache, without a model. A few sessions
/// run at once, with cells for the sum of their largest requests.
/// </summary>
internal static class TraceBenchmark
{
    private const double MostAmplification = 1.02;
    private const int SequenceIds = 64;

    public static Command Create(Terminal terminal, StopRequests stop)
    {
        var files = new Argument<string[]>("FILES") { Description = "Recorded sessions, gzipped or not", Arity = ArgumentArity.OneOrMore };
        var sessions = BenchOption.Number("--sessions", "Sessions at once", 3);
        var saved = BenchOption.Number("--saved", "Tokens that may be saved outside the cells, as a share of the cells in percent", 100);
        var command = new Command("trace", "Count the tokens that recorded agent sessions would compute twice, without a model") { files, sessions, saved };
        command.SetAction(parsed => Run(terminal, parsed.GetValue(files)!, parsed.GetValue(sessions), parsed.GetValue(saved), stop.Finish));
        return command;
    }

    private static int Run(Terminal terminal, IReadOnlyList<string> paths, int atOnce, int savedPercent, CancellationToken cancellation)
    {
        if (atOnce < 1 || savedPercent < 0)
            return terminal.Fail("--sessions must be at least 1, --saved at least 0.");
        try
        {
            var counts = paths.Select(TraceFile.Read).Chunk(atOnce).SelectMany(group => Play(group, savedPercent, cancellation)).ToList();
            Report(terminal, counts);
            return counts.TrueForAll(c => c.Amplification <= MostAmplification) ? ExitCodes.Success : ExitCodes.Failure;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return terminal.Fail(e.Message);
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Interrupted;
        }
    }

    /// <summary>Plays sessions side by side, each a request at a time, none before it was recorded.</summary>
    internal static IReadOnlyList<TraceCount> Play(IReadOnlyList<TraceFile> group, int savedPercent, CancellationToken cancellation)
    {
        var cells = group.Sum(t => t.Largest);
        using EngineSimulation engine = new(group.Max(t => t.Largest), cells, group.Count, SequenceIds, (int)((long)cells * savedPercent / 100));
        List<TraceSession> sessions = [.. group.Select((trace, i) => new TraceSession(trace, i, engine))];
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            sessions.ForEach(s => s.Advance());
            if (engine.Step())
                continue;
            sessions.ForEach(s => s.Advance());
            if (sessions.Min(s => s.NextDue) is not { } due)
                break;
            engine.WaitUntil(due);
        }

        return [.. sessions.Select(s => s.Count)];
    }

    private static void Report(Terminal terminal, List<TraceCount> counts)
    {
        TextTable table = new("session", "requests", "prompt", "prefilled", "new", "amplification", "last token", "behind new", "not held");
        foreach (var count in counts)
        {
            table.Add(
                count.Name,
                [
                    Number(count.Requests), Number(count.Prompt), Number(count.Prefilled), Number(count.New),
                    TextTable.Cell(count.Amplification, "0.0000"), Number(count.LastTokens), Number(count.BehindNew), Number(count.NotHeld),
                ]);
        }

        terminal.Out.Write(table.ToString());
        terminal.Out.WriteLine("The last three columns say why tokens that were not new were computed.");
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
