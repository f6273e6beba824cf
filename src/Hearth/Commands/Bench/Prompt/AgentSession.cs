using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Hearth.Commands.Bench.Prompt;

/// <summary>
/// What a coding agent sends: a long system prompt, tools, and turns of one call and its result each. The same session with more turns
/// begins with the bytes that it has with fewer, up to the end of its messages.
/// </summary>
/// <param name="Name">Sessions of other names share nothing but the tools.</param>
/// <param name="Texts">Where the words come from.</param>
/// <param name="Tools">Tools offered.</param>
internal sealed record AgentSession(string Name, PseudoText Texts, int Tools)
{
    private const int SystemTokens = 1500;
    private const int AnswerWords = 15;
    private const int ResultLines = 6;
    private const int LineWords = 5;

    /// <summary>The body of a request after so many turns.</summary>
    public byte[] Body(int turns)
    {
        ArrayBufferWriter<byte> body = new();
        using (Utf8JsonWriter json = new(body))
        {
            json.WriteStartObject();
            json.WriteString("model", "default");
            json.WriteNumber("max_tokens", 1);
            json.WriteString("system", Texts.Tokens($"{Name} system", SystemTokens));
            json.WriteStartArray("messages");
            WriteText(json, "user", Texts.Words($"{Name} task", AnswerWords));
            for (var turn = 0; turn < turns; turn++)
                WriteTurn(json, turn);
            json.WriteEndArray();
            AgentTools.Write(json, Texts, Tools);
            json.WriteEndObject();
        }

        return body.WrittenSpan.ToArray();
    }

    private void WriteTurn(Utf8JsonWriter json, int turn)
    {
        var text = Texts.Words($"{Name} answer {turn}", AnswerWords);
        if (Tools == 0)
        {
            WriteText(json, "assistant", text);
            WriteText(json, "user", Result(turn));
            return;
        }

        json.WriteStartObject();
        json.WriteString("role", "assistant");
        json.WriteStartArray("content");
        WriteBlock(json, "text", block => block.WriteString("text", text));
        WriteBlock(json, "tool_use", block =>
        {
            block.WriteString("id", $"toolu_{turn:000000}");
            block.WriteString("name", AgentTools.Name(turn % Tools));
            block.WriteStartObject("input");
            block.WriteString("path", $"src/{Texts.Words($"{Name} path {turn}", 1)}cs");
            block.WriteNumber("limit", 100 + turn);
            block.WriteEndObject();
        });
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteStartObject();
        json.WriteString("role", "user");
        json.WriteStartArray("content");
        WriteBlock(json, "tool_result", block =>
        {
            block.WriteString("tool_use_id", $"toolu_{turn:000000}");
            block.WriteString("content", Result(turn));
        });
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Numbered lines of something like a program.</summary>
    private string Result(int turn)
    {
        StringBuilder text = new();
        for (var line = 0; line < ResultLines; line++)
            text.Append($"{line + 1,6}\t    if (\"{Texts.Words($"{Name} line {turn} {line}", LineWords)}\" != x[{line}]) {{ return <b>{turn}</b>; }}\n");
        return text.ToString();
    }

    private static void WriteText(Utf8JsonWriter json, string role, string text)
    {
        json.WriteStartObject();
        json.WriteString("role", role);
        json.WriteString("content", text);
        json.WriteEndObject();
    }

    private static void WriteBlock(Utf8JsonWriter json, string type, Action<Utf8JsonWriter> body)
    {
        json.WriteStartObject();
        json.WriteString("type", type);
        body(json);
        json.WriteEndObject();
    }
}
