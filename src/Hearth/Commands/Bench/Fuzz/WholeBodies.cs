namespace Hearth.Commands.Bench.Fuzz;

/// <summary>Bodies that are right, with every kind of field in them; what is wrong grows out of these.</summary>
internal static class WholeBodies
{
    /// <summary>For the Messages API and whatever takes its bodies.</summary>
    public const string Messages = """
        {"model": "m", "max_tokens": 3, "system": [{"type": "text", "text": "Be kind.", "cache_control": {"type": "ephemeral"}}],
         "tools": [{"name": "Read", "description": "d", "input_schema": {"type": "object", "properties": {"path": {"type": "string"}}}}, {"type": "bash_20250124", "name": "bash"}],
         "tool_choice": {"type": "auto"}, "thinking": {"type": "enabled", "budget_tokens": 2000}, "stop_sequences": ["END"], "metadata": {"user_id": "u"}, "temperature": 0.5, "stream": false,
         "messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": [{"type": "thinking", "thinking": "hm", "signature": "s"}, {"type": "text", "text": "ok"},
         {"type": "tool_use", "id": "toolu_1", "name": "Read", "input": {"path": "a"}}]}, {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": [{"type": "text", "text": "x"},
         {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AA=="}}], "is_error": true}, {"type": "document", "title": "T", "source": {"type": "text", "media_type": "text/plain", "data": "b"}}]},
         {"role": "system", "content": "mid"}, {"role": "assistant", "content": "The"}]}
        """;

    /// <summary>The same, streamed and without what models refuse.</summary>
    public const string Streamed = """
        {"model": "m", "max_tokens": 3, "system": "Be kind.", "temperature": 0.5, "top_k": 20, "top_p": 0.9, "stream": true, "metadata": {"user_id": "u"}, "stop_sequences": ["END"],
         "tools": [{"name": "Read", "description": "d", "input_schema": {"type": "object", "properties": {"path": {"type": "string", "enum": ["a", "b"]}}, "required": ["path"]}}],
         "messages": [{"role": "user", "content": [{"type": "text", "text": "hi", "cache_control": {"type": "ephemeral", "ttl": "1h"}}]}]}
        """;

    /// <summary>For a template of one's own.</summary>
    public const string Template = """
        {"chat_template": "{% for m in messages %}<|{{ m.role }}|>{{ m.content | trim }}{% endfor %}{{ tools | tojson }}", "now": "2026-07-04T09:05:03",
         "variables": {"messages": [{"role": "user", "content": "hi"}], "tools": [{"name": "Read"}], "add_generation_prompt": true}}
        """;

    /// <summary>For reading an answer.</summary>
    public const string Parse = """
        {"format": "hermes", "deltas": ["<tool_call>{\"name\": \"Read\", ", "\"arguments\": {\"path\": \"a\"}}</tool_call>", "done"], "finish_reason": "stop", "generation_prompt": "",
         "tools": [{"type": "function", "function": {"name": "Read", "description": "d", "parameters": {"type": "object", "properties": {"path": {"type": "string"}}}}}]}
        """;

    /// <summary>Streamed, whole, counted, rendered, rendered by a template, parsed.</summary>
    public static IReadOnlyList<(string Path, string Body)> All { get; } =
    [
        ("/v1/messages", Streamed), ("/v1/messages", Streamed), ("/v1/messages", Messages), ("/v1/messages", Messages),
        ("/v1/messages/count_tokens", Messages), ("/api/render", Streamed), ("/api/render", Template), ("/api/parse", Parse),
    ];
}
