using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Hearth.Chat;
using Hearth.Chat.Formats;
using Hearth.Chat.Jinja;
using Hearth.Chat.Templates;

namespace Hearth.Http;

/// <summary>An answer to parse: the model's template or its format's name, and the answer in pieces.</summary>
internal sealed record ParseRequestWire
{
    public string? ChatTemplate { get; init; }

    public string? Format { get; init; }

    /// <summary>What was offered: it decides which names are calls, and the types of values. Without it, everything that looks like a call is one.</summary>
    public IReadOnlyList<ParseToolWire>? Tools { get; init; }

    public string? GenerationPrompt { get; init; }

    /// <summary>Whether the request asked for thinking. What the prompt opened is what counts, so this is read and not used.</summary>
    public bool? Thinking { get; init; }

    public IReadOnlyList<string>? Deltas { get; init; }

    public string? FinishReason { get; init; }
}

internal sealed record ParseToolWire(string? Type, ParseFunctionWire? Function);

internal sealed record ParseFunctionWire(string? Name, string? Description, JsonElement Parameters);

/// <summary>What an answer says.</summary>
internal sealed record ParsedAnswerWire(
    string Format, string? Content, string? ReasoningContent, IReadOnlyList<ParsedCallWire> ToolCalls, string FinishReason);

/// <summary>A call; the arguments are JSON text.</summary>
internal sealed record ParsedCallWire(string Name, string Arguments);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ParseRequestWire))]
[JsonSerializable(typeof(IReadOnlyList<ParseToolWire>))]
[JsonSerializable(typeof(ParsedAnswerWire))]
internal sealed partial class ParseJson : JsonSerializerContext;

/// <summary><c>POST /api/parse</c>: what a recorded answer of any model says. Markers in its text count as tokens.</summary>
internal static class Parse
{
    private const int MostPieceChars = 64 * 1024;

    public static async Task HandleAsync(HttpContext context)
    {
        (ParseRequestWire? request, ChatError? error) = await JsonBody.ReadAsync(context.Request, ParseJson.Default.ParseRequestWire);
        ParsedAnswerWire? answer = null;
        if (error is null)
            (answer, error) = Read(request!, RequestInfo.Of(context).Stopped);
        if (error is not null)
            await Errors.WriteAsync(context, error);
        else
            await JsonReply.WriteAsync(context, answer!, ParseJson.Default.ParsedAnswerWire);
    }

    /// <summary>Parses an answer, or says what is wrong with the request.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static (ParsedAnswerWire? Answer, ChatError? Error) Read(ParseRequestWire request, CancellationToken cancellation = default)
    {
        (IOutputFormat? format, ChatError? error) = FormatOf(request, cancellation);
        if (format is null)
            return (null, error);
        if (request.Deltas is null)
            return (null, Invalid("deltas", "Field required: the answer's text in pieces"));
        if (request.FinishReason is not (null or "stop" or "length"))
            return (null, Invalid("finish_reason", "Input should be 'stop' or 'length'"));
        if (request.Tools?.All(t => t.Function?.Name is { Length: > 0 }) == false)
            return (null, Invalid("tools", "Each tool needs a function with a name"));
        List<ToolDefinition>? tools = request.Tools?.Select(t => new ToolDefinition(t.Function!.Name!, t.Function.Description ?? "", t.Function.Parameters)).ToList();
        bool isCut = request.FinishReason == "length";
        IReadOnlyList<ChatEvent> events = format.ReadAll(
            request.Deltas.SelectMany(Cut), tools, format.OpensThinking(request.GenerationPrompt), isCut, cancellation);
        return (Fold(format, events, isCut), null);
    }

    /// <summary>Pieces that are parsed in some milliseconds each.</summary>
    private static IEnumerable<string> Cut(string delta)
    {
        int start = 0;
        while (delta.Length - start > MostPieceChars)
        {
            int length = char.IsHighSurrogate(delta[start + MostPieceChars - 1]) ? MostPieceChars - 1 : MostPieceChars;
            yield return delta.Substring(start, length);
            start += length;
        }

        yield return start == 0 ? delta : delta[start..];
    }

    private static ParsedAnswerWire Fold(IOutputFormat format, IReadOnlyList<ChatEvent> events, bool isCut)
    {
        StringBuilder content = new();
        StringBuilder thinking = new();
        StringBuilder arguments = new();
        string name = "";
        List<ParsedCallWire> calls = [];
        foreach (ChatEvent item in events)
        {
            switch (item)
            {
                case TextDelta text:
                    content.Append(text.Text);
                    break;
                case ThinkingDelta thought:
                    thinking.Append(thought.Text);
                    break;
                case ToolCallStarted call:
                    name = call.Name;
                    arguments.Clear();
                    break;
                case ToolCallArguments piece:
                    arguments.Append(piece.Json);
                    break;
                case ToolCallFinished:
                    calls.Add(new ParsedCallWire(name, arguments.ToString()));
                    break;
            }
        }

        return new ParsedAnswerWire(
            format.Name, TextOrNull(content), TextOrNull(thinking), calls, isCut ? "length" : calls.Count > 0 ? "tool_calls" : "stop");
    }

    private static string? TextOrNull(StringBuilder text) => text.Length == 0 ? null : text.ToString();

    private static (IOutputFormat? Format, ChatError? Error) FormatOf(ParseRequestWire request, CancellationToken cancellation)
    {
        if (request.Format is { } name)
        {
            return OutputFormats.Find(name) is { } format
                ? (format, null)
                : (null, Invalid("format", $"There is no format '{name}'. There are: {string.Join(", ", OutputFormats.All.Select(f => f.Name))}"));
        }

        if (request.ChatTemplate is null)
            return (null, Invalid("chat_template", "Either chat_template or format is required"));
        try
        {
            ChatTemplate template = ChatTemplate.Parse(
                request.ChatTemplate, "chat_template", new TemplateTokens("", ""), cancellation: cancellation);
            return (FormatProbe.Find(template, cancellation), null);
        }
        catch (JinjaException e)
        {
            return (null, Invalid("chat_template", e.Describe()));
        }
    }

    private static ChatError Invalid(string field, string message) => new(ChatErrorKind.InvalidRequest, $"{field}: {message}", field);
}
