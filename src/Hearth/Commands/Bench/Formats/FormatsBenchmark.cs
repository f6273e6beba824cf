using System.CommandLine;
using System.Text.Json;
using Hearth.Chat;
using Hearth.Chat.Formats;

namespace Hearth.Commands.Bench.Formats;

/// <summary>
/// <c>hearth bench formats</c>: what reading an answer costs per token, in every format, for answers of three lengths fed one token at a
/// time. A reader that looks at anything twice has a ratio above one.
/// </summary>
internal static class FormatsBenchmark
{
    private const int CharactersPerToken = 4;
    private const string ToolName = "lookup";
    private const string ParameterName = "text";

    /// <summary>The lengths that are compared, as parts of the longest.</summary>
    private static readonly int[] Parts = [1000, 10, 1];

    /// <summary>What grows in an answer: its name, the tool that is offered, and the answer of that many characters.</summary>
    private static readonly (string Name, string Schema, Func<AnswerSpelling, int, string?> Answer)[] Kinds =
    [
        ("text", "{}", (spelling, length) => spelling.Text(Words(length))),
        ("thinking", "{}", (spelling, length) => spelling.Thinking?.Invoke(Words(length))),
        ("string argument", "{\"properties\": {\"" + ParameterName + "\": {\"type\": \"string\"}}}", (spelling, length) => Call(spelling, ParameterName, Words(length))),
        ("argument of any type", "{}", (spelling, length) => Call(spelling, ParameterName, Words(length))),
        ("many arguments", "{}", (spelling, length) => spelling.Call(
            ToolName, [.. Enumerable.Range(0, Math.Max(1, length / 24)).Select(i => KeyValuePair.Create($"p{i}", "a value"))])),
    ];

    public static Command Create(Terminal terminal, StopRequests stop)
    {
        var only = new Option<string?>("--format") { HelpName = "NAME", Description = "Only this format" };
        var tokens = BenchOption.Number("--tokens", "Tokens of the longest answer; the others have a tenth and a thousandth", 100_000);
        var runs = BenchOption.Number("--runs", "Runs of each answer; the fastest counts", 5);
        var command = new Command("formats", "Measure what reading an answer costs per token, in every format") { only, tokens, runs };
        command.SetAction(parsed =>
        {
            var formats = OutputFormats.All.Where(f => parsed.GetValue(only) is not { } name || f.Name == name).ToList();
            if (formats.Count == 0)
                return terminal.Fail($"--format: there is no format '{parsed.GetValue(only)}'.");
            if (parsed.GetValue(tokens) < Parts[0] || parsed.GetValue(runs) < 1)
                return terminal.Fail($"--tokens must be at least {Parts[0]}, --runs at least 1.");
            return Run(terminal, formats, parsed.GetValue(tokens), parsed.GetValue(runs), stop.Finish);
        });
        return command;
    }

    private static int Run(Terminal terminal, List<IOutputFormat> formats, int tokens, int runs, CancellationToken cancellation)
    {
        int[] lengths = [.. Parts.Select(p => tokens / p)];
        TextTable table = new(["format, what grows", .. lengths.Select(n => $"{n} tokens, ns/token"), "ratio", "bytes/token"]);
        foreach (var format in formats)
        {
            terminal.Error.WriteLine($"{format.Name}: reading");
            foreach (var (name, schema, answer) in Kinds)
            {
                ToolDefinition tool = new(ToolName, "", JsonElement.Parse(schema));
                if (cancellation.IsCancellationRequested)
                    return ExitCodes.Interrupted;
                string?[] answers = [.. lengths.Select(n => answer(AnswerSpelling.Of(format), n * CharactersPerToken))];
                if (answers is [not null, ..])
                    Add(table, $"{format.Name}, {name}", [.. answers.Select(a => Measure(format, tool, a!, lengths[^1], runs, terminal.Time))]);
            }
        }

        terminal.Out.Write(table.ToString());
        terminal.Out.WriteLine("The ratio is of the longest answer to a tenth of it. The bytes are those of the longest.");
        return ExitCodes.Success;
    }

    private static void Add(TextTable table, string name, ReadingCost[] costs) => table.Add(
        name,
        [
            .. costs.Select(c => TextTable.Cell(c.Nanoseconds, "0")),
            TextTable.Cell(costs[^1].Nanoseconds / costs[^2].Nanoseconds, "0.00"),
            TextTable.Cell(costs[^1].Bytes, "0"),
        ]);

    /// <summary>Reads an answer as often as makes up <paramref name="tokens"/>, in each run.</summary>
    private static ReadingCost Measure(IOutputFormat format, ToolDefinition tool, string answer, int tokens, int runs, TimeProvider time)
    {
        string[] pieces = [.. answer.Chunk(CharactersPerToken).Select(c => new string(c))];
        var times = Math.Max(1, tokens / pieces.Length);
        ReadingCost best = new(double.MaxValue, double.MaxValue);
        for (var run = 0; run < runs; run++)
        {
            var start = time.GetTimestamp();
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < times; i++)
                Read(format, tool, pieces);
            var bytes = (double)(GC.GetAllocatedBytesForCurrentThread() - allocated) / times / pieces.Length;
            var nanoseconds = time.GetElapsedTime(start).TotalNanoseconds / times / pieces.Length;
            best = new ReadingCost(Math.Min(best.Nanoseconds, nanoseconds), Math.Min(best.Bytes, bytes));
        }

        return best;
    }

    private static void Read(IOutputFormat format, ToolDefinition tool, string[] pieces)
    {
        var parser = format.CreateParser(new OutputParserSettings([tool], StartsInThinking: false, new HashSet<string>(), () => ""));
        List<ChatEvent> events = [];
        foreach (var piece in pieces)
        {
            parser.Text(piece, events);
            events.Clear();
        }

        parser.Finish(truncated: false, events);
    }

    private static string Call(AnswerSpelling spelling, string key, string value) => spelling.Call(ToolName, [KeyValuePair.Create(key, value)]);

    /// <summary>Lines of words, some with what other formats have to escape.</summary>
    private static string Words(int length)
    {
        const string line = "It reads words, \"quotes\" and <tags> in lines.\n";
        return string.Concat(Enumerable.Repeat(line, (length / line.Length) + 1))[..Math.Max(1, length)];
    }

    /// <summary>What a token costs.</summary>
    private sealed record ReadingCost(double Nanoseconds, double Bytes);
}
