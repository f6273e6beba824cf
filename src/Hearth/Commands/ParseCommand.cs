using System.Buffers;
using System.CommandLine;
using System.Text;
using System.Text.Json;
using Hearth.Chat;
using Hearth.Http;

namespace Hearth.Commands;

/// <summary><c>hearth parse</c>: what a recorded answer says, as <c>POST /api/parse</c> does, from files.</summary>
internal static class ParseCommand
{
    public static IReadOnlyList<string> Examples { get; } =
    [
        "hearth parse answer.txt --template model.jinja                    the format is found from the template",
        "hearth parse answer.txt --format glm --tools tools.json           values get the types of the tools' schemas",
    ];

    public static Command Create(Terminal terminal, StopRequests stop)
    {
        var answer = new Argument<string>("answer") { Description = "File with the answer's text; - reads standard input" };
        var format = new Option<string?>("--format") { HelpName = "NAME", Description = "The answer's format" };
        var template = new Option<string?>("--template") { HelpName = "FILE", Description = "The model's chat template, which shows the format" };
        var tools = new Option<string?>("--tools") { HelpName = "FILE", Description = "The tools that were offered, a JSON list of OpenAI function tools; without it, everything that looks like a call is shown as one" };
        var prompt = new Option<string?>("--generation-prompt") { HelpName = "TEXT", Description = "How the prompt ended, where it opened thinking" };
        var truncated = new Option<bool>("--truncated") { Description = "The answer was cut by a token limit" };
        var command = new Command("parse", "Show what a recorded answer says: text, thinking and tool calls, as JSON")
        {
            answer, format, template, tools, prompt, truncated,
        };
        command.SetAction(async (parsed, _) =>
        {
            try
            {
                var file = parsed.GetValue(answer)!;
                var text = file == "-" ? await terminal.In.ReadToEndAsync(stop.Finish) : await File.ReadAllTextAsync(file, stop.Finish);
                var toolsFile = parsed.GetValue(tools);
                var templateFile = parsed.GetValue(template);
                return Run(terminal, stop, new ParseRequestWire
                {
                    ChatTemplate = templateFile is null ? null : await File.ReadAllTextAsync(templateFile, stop.Finish),
                    Format = parsed.GetValue(format),
                    Tools = toolsFile is null ? null : JsonSerializer.Deserialize(await File.ReadAllTextAsync(toolsFile, stop.Finish), ParseJson.Default.IReadOnlyListParseToolWire),
                    GenerationPrompt = parsed.GetValue(prompt),
                    Deltas = [text],
                    FinishReason = parsed.GetValue(truncated) ? "length" : "stop",
                });
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return terminal.Fail(e.Message);
            }
            catch (OperationCanceledException) when (stop.Finish.IsCancellationRequested)
            {
                return ExitCodes.Interrupted;
            }
            catch (JsonException e)
            {
                return terminal.Fail($"--tools: the file is no JSON list of tools: {e.Message}");
            }
        });
        return command;
    }

    private static int Run(Terminal terminal, StopRequests stop, ParseRequestWire request)
    {
        (ParsedAnswerWire? answer, ChatError? error) = Parse.Read(request, stop.Finish);
        if (error is not null)
            return terminal.Fail(error.Message);
        ArrayBufferWriter<byte> json = new();
        JsonReply.Write(json, answer!, ParseJson.Default.ParsedAnswerWire);
        terminal.Out.WriteLine(Encoding.UTF8.GetString(json.WrittenSpan));
        return 0;
    }
}
