using System.Text.Json;

namespace Hearth.Commands.Bench.Fuzz;

/// <summary>The vocabulary of hostile bodies: names and values that the wire knows, and a few that no one expects.</summary>
internal static class WireWords
{
    private static readonly string[] Keys =
    [
        "messages", "model", "max_tokens", "system", "tools", "tool_choice", "thinking", "stop_sequences", "temperature", "top_p", "top_k", "stream", "metadata", "role", "content", "type", "text", "source", "data",
        "media_type", "id", "name", "input", "input_schema", "tool_use_id", "is_error", "signature", "budget_tokens", "cache_control", "ttl", "title", "context", "citations", "properties", "description", "user_id", "x",
        "chat_template", "variables", "now", "format", "deltas", "finish_reason", "generation_prompt", "required", "enum", "$ref",
    ];

    private static readonly string[] Values =
    [
        "user", "assistant", "system", "text", "image", "document", "tool_use", "tool_result", "thinking", "redacted_thinking", "search_result", "server_tool_use", "web_search_tool_result", "tool_reference", "base64",
        "url", "content", "enabled", "disabled", "adaptive", "auto", "any", "none", "tool", "ephemeral", "1h", "5m", "object", "", " ", "hi", "<|im_end|>", "<tool_call>", "<think>", "\n", "é🚀", "\0", "toolu_1", "Read", "{{ x }}", "{% if",
        "\u202egnp.exe", "\ufeff", "\uffff", "a\u0300\u0301\u0302", "\u200d\u200d", "../../etc/passwd", "hermes", "length", "#/$defs/a",
    ];

    private static readonly string[] Numbers = ["0", "-1", "1.5", "1e999", "123456789012345678901234567890", "2147483648", "1e-9", "-0.0"];

    public static string Key(Random random) => Keys[random.Next(Keys.Length)];

    public static string Value(Random random) => Values[random.Next(Values.Length)];

    /// <summary>Any JSON, nested at most <paramref name="depth"/> deep.</summary>
    public static string Json(Random random, int depth) => random.Next(depth > 0 ? 10 : 5) switch
    {
        0 => ((string[])["null", "true", "false", "[]", "{}"])[random.Next(5)],
        1 => Numbers[random.Next(Numbers.Length)],
        2 or 3 => JsonSerializer.Serialize(Value(random), FuzzJson.Default.String),
        4 => "\"\\ud83d\"",
        5 or 6 => $"[{string.Join(", ", Enumerable.Range(0, random.Next(4)).Select(_ => Json(random, depth - 1)))}]",
        _ => $"{{{string.Join(", ", Enumerable.Range(0, random.Next(7)).Select(_ => $"\"{Key(random)}\": {Json(random, depth - 1)}"))}}}",
    };
}
