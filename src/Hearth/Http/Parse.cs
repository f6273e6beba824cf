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

[JsonSourceGenerationOptions(MaxDepth = JsonDepth.MostOfBody, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ParseRequestWire))]
[JsonSerializable(typeof(IReadOnlyList<ParseToolWire>))]
[JsonSerializable(typeof(ParsedAnswerWire))]
internal sealed partial class ParseJson : JsonSerializerContext;

/// <summary><c>POST /api/parse</c>: what a recorded answer of any model says. Markers in its text count as tokens.</summary>
internal static class Parse
{
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
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was cancelled.</exception>
    public static (ParsedAnswerWire? Answer, ChatError? Error) Read(ParseRequestWire request, CancellationToken cancellation)
    {
        (IOutputFormat? format, ChatError? error) = FormatOf(request, cancellation);
        if (format is null)
            return (null, error);
        if (request.Deltas is null)
            return (null, Invalid("deltas", "Field required: the answer's text in pieces"));
        if (request.FinishReason is not (null or "stop" or "length"))
            return (null, Invalid("finish_reason", "Input should be 'stop' or 'length'"));
        int missing = request.Deltas.ToList().IndexOf(null!);
        if (missing >= 0)
            return (null, Invalid($"deltas.{missing}", "Input should be a valid string"));
        (List<ToolDefinition>? tools, error) = ToolsOf(request.Tools);
        if (error is not null)
            return (null, error);
        bool isCut = request.FinishReason == "length";
        IReadOnlyList<ChatEvent> events = format.ReadAll(
            request.Deltas, tools, format.OpensThinking(request.GenerationPrompt), isCut, cancellation);
        return (Fold(format, events, isCut), null);
    }

    private static (List<ToolDefinition>? Tools, ChatError? Error) ToolsOf(IReadOnlyList<ParseToolWire>? wires)
    {
        if (wires is null)
            return (null, null);
        List<ToolDefinition> tools = [];
        foreach (ParseToolWire? wire in wires)
        {
            string path = $"tools.{tools.Count}";
            if (wire is null)
                return (null, Invalid(path, "Field required"));
            if (wire.Function?.Name is not { Length: > 0 } name)
                return (null, Invalid(path + ".function.name", "Field required"));
            tools.Add(new ToolDefinition(name, wire.Function.Description ?? "", wire.Function.Parameters));
        }

        return (tools, null);
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
            return (FormatProbe.Find(
                ChatTemplate.Parse(request.ChatTemplate, "chat_template", new TemplateTokens("", ""), cancellation: cancellation), cancellation), null);
        }
        catch (JinjaException e)
        {
            return (null, Invalid("chat_template", e.Describe()));
        }
    }

    private static ChatError Invalid(string field, string message) => new(ChatErrorKind.InvalidRequest, $"{field}: {message}", field);
}
