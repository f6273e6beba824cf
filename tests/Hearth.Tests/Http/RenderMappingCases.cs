using Hearth.Tests.Support;
using static Hearth.Tests.Chat.Templates.Conversations;

namespace Hearth.Tests.Http;

/// <summary>One request and the prompt that becomes of it.</summary>
/// <param name="Row">The row of docs/chat.md that it shows.</param>
/// <param name="Fields">The fields of the body.</param>
/// <param name="Prompt">The whole prompt, or <c>400</c> and the message of the error.</param>
/// <param name="Template">What the model's template is like.</param>
internal sealed record MappingCase(string Row, string Fields, string Prompt, string Template = Tools);

/// <summary>At least one case for each row of the mapping tables.</summary>
internal static class RenderMappingCases
{
    private const string Read = """{"name": "read", "description": "d", "input_schema": {"type": "object"}}""";

    private const string Later = """{"name": "later", "description": "d", "input_schema": {"type": "object"}, "defer_loading": true}""";

    private const string ReadInPrompt =
        """<tools>[{"type": "function", "function": {"name": "read", "description": "d", "parameters": {"type": "object", "properties": {}}}}]</tools>""";

    private const string LaterAdded =
        "From now on you can also call these tools. Each line is one tool as JSON:\n" + """{"name":"later","description":"d","parameters":{"type":"object"}}""";

    private const string Explanation =
        "You can call these tools. Each line is one tool as JSON:\n" + """{"name":"read","description":"d","parameters":{"type":"object"}}"""
        + "\nTo call a tool, write one JSON object with its name and arguments between tags, and nothing after it:\n"
        + "<tool_call>\n{\"name\": \"tool name\", \"arguments\": {}}\n</tool_call>\nThe result comes back between <tool_response> tags.";

    private const string Image = "[image omitted: this model cannot see images]";

    private const string ImageBlock = """{"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AA=="}}""";

    private const string Hi = """{"role": "user", "content": "hi"}""";

    private static string Two => Assistant(Use("a"), Use("b"));

    public static IReadOnlyList<MappingCase> All { get; } = [.. Turns(), .. Texts(), .. Documents(), .. ToolsAndCalls(), .. ToolChanges(), .. Hosted(), .. Limits()];

    private static IEnumerable<MappingCase> Turns() =>
    [
        new("`system`, a string or blocks", """ "system": "be kind", """ + Messages(Hi), "<system>be kind<user>hi<assistant>"),
        new("`system`, a string or blocks", """ "system": [{"type": "text", "text": "be"}, {"type": "text", "text": "kind"}], """ + Messages(Hi), "<system>be\n\nkind<user>hi<assistant>"),
        new("attribution line in `system`",
            """ "system": [{"type": "text", "text": "x-anthropic-billing-header: cc_version=2.1.330.abc"}, {"type": "text", "text": "be kind"}], """ + Messages(Hi),
            "<system>be kind<user>hi<assistant>"),
        new("system message in mid-conversation", Messages(Hi, System("now"), Assistant(Text("yes")), Hi), "<user>hi<system>now<assistant>yes<user>hi<assistant>"),
        new("system message between a call and its result",
            Messages(Hi, Assistant(Use("a")), System("now"), User(Result("a", "1"))), "<user>hi<assistant><call read><tool>1<system>now<assistant>"),
        new("system message between a call and its result",
            Messages(Hi, Assistant(Use("a")), System("now"), Assistant(Text("b"))), "<user>hi<assistant><call read><tool>[no result]<system>now<assistant>b"),
        new("effort-only or empty system message",
            Messages(Hi, """{"role": "system", "content": [], "output_config": {"effort": "low"}}""", Assistant(Text("b")), System(""), Hi), "<user>hi<assistant>b<user>hi<assistant>"),
        new("system message with `clear_at` `next_user_message`", Messages(Hi, Cleared()), "<user>hi<system>just now<assistant>"),
        new("system message with `clear_at` `next_user_message`", Messages(Hi, Cleared(), Assistant(Text("b")), Hi), "<user>hi<assistant>b<user>hi<assistant>"),
        new("system message with `clear_at` `next_user_message`",
            $$""" "tools": [{{Read}}, {{Later}}], """ + Messages(Hi, Cleared(""", {"type": "tool_addition", "tool": {"type": "tool_reference", "name": "later"}}"""), Hi),
            ReadInPrompt + "<user>hi<system>" + LaterAdded + "<user>hi<assistant>"),
        new("neighbours of one role", Messages(Hi, Hi, Assistant(Text("b")), Assistant(Text("c")), Hi), "<user>hi\n\nhi<assistant>b\n\nc<user>hi<assistant>"),
        new("user text between or before results",
            Messages(Hi, Two, User(Text("x"), Result("a", "1"), Text("y"), Result("b", "2"))), "<user>hi<assistant><call read><call read><tool>1<tool>2<user>x\n\ny<assistant>"),
        new("message without content", Messages(User()), "<user><assistant>"),
        new("conversation that begins with an answer", Messages(Assistant(Text("b")), Hi), "<assistant>b<user>hi<assistant>"),
        new("conversation that begins with an answer", Messages(Assistant(Text("b"))), "<user><assistant>b"),
        new("last assistant message of text", Messages(Hi, Assistant(Text("I am \\n"))), "<user>hi<assistant>I am"),
        new("last assistant message of text", Messages(Hi, Assistant(Text("I "), Text("am "))), "<user>hi<assistant>I am"),
    ];

    private static IEnumerable<MappingCase> Texts() =>
    [
        new("`text`", Messages(User("""{"citations": [{"type": "char_location", "cited_text": "c"}], "text": "a", "cache_control": {"type": "ephemeral"}, "type": "text"}""")), "<user>a<assistant>"),
        new("empty `text`", Messages(User(Text(""), Text("a"), Text(""))), "<user>a<assistant>"),
        new("`image`", Messages(User(ImageBlock, Text("what?"))), $"<user>{Image}\n\nwhat?<assistant>"),
        new("`image`", Messages(Hi, Assistant(Use("a")), User(Result("a", $"[{ImageBlock}]", isText: false))), $"<user>hi<assistant><call read><tool>{Image}<assistant>"),
        new("`image`",
            Messages(User($$"""{"type": "document", "source": {"type": "content", "content": [{"type": "text", "text": "a"}, {{ImageBlock}}]} }""")),
            $"<user><document>\na\n\n{Image}\n</document><assistant>"),
        new("`thinking`", Messages(Hi, Assistant("""{"type": "thinking", "thinking": "hm", "signature": "s"}""", Text("b")), Hi), "<user>hi<assistant><think>hm</think>b<user>hi<assistant><think>\n", Thinking),
        new("`thinking`",
            Messages(Hi, Assistant($$"""{"type": "thinking", "thinking": "", "signature": "{{Hearth.Http.Anthropic.ThinkingSignature.Of("kept")}}"}""", Text("b")), Hi),
            "<user>hi<assistant><think>kept</think>b<user>hi<assistant><think>\n", Thinking),
        new("`thinking`", Messages(Hi, Assistant("""{"type": "thinking", "thinking": "hm", "signature": "s"}""", Text("b")), Hi), "<user>hi<assistant>b<user>hi<assistant>"),
        new("`redacted_thinking`, `fallback`, `connector_text`",
            Messages(Hi, Assistant("""{"type": "redacted_thinking", "data": "x"}""", """{"type": "fallback", "from": "a", "to": "b"}""", """{"type": "connector_text", "text": "c"}""", Text("b")), Hi),
            "<user>hi<assistant>b<user>hi<assistant>"),
        new("block in a place where it means nothing", Messages(User(Use("a"))), "<user><tool_call>\n{\"name\":\"read\",\"arguments\":{}}\n</tool_call><assistant>"),
        new("block in a place where it means nothing", Messages(Hi, Assistant(Result("z", "r")), Hi), "<user>hi<assistant>[result of a call that is not in this conversation]\nr<user>hi<assistant>"),
        new("block from the future", Messages(User("""{"type": "hologram", "size": 3, "cache_control": {"type": "ephemeral"}}""")), "<user>[hologram omitted: this model cannot read it]<assistant>"),
        new("block from the future", Messages(User("""{"type": "hologram", "tool": "x", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}""")), "<user>a\n\nb<assistant>"),
        new("`compaction`",
            """ "system": "rules", """ + Messages(Hi, Assistant(Use("a")), User(Result("a", "1")), Assistant("""{"type": "compaction", "content": "so far"}""", Text("b")), Hi),
            "<system>rules<user>[summary of the conversation so far]\nso far<assistant>b<user>hi<assistant>"),
        new("`compaction`", Messages(User("""{"type": "compaction", "content": "old"}""", Text("x")), Assistant(Text("b")), User("""{"type": "compaction", "content": "so far"}""", Text("go on"))),
            "<user>[summary of the conversation so far]\nso far\n\ngo on<assistant>"),
        new("`compaction`", Messages(Hi, Assistant("""{"type": "compaction", "content": null, "encrypted_content": "x"}""", Text("b")), Hi), "<user>hi<assistant>b<user>hi<assistant>"),
        new("`compaction`",
            $$""" "tools": [{{Read}}, {{Later}}], """
            + Messages(Hi, Assistant("""{"type": "compaction", "content": "so far", "tool_changes": [{"type": "tool_addition", "tool": {"type": "tool_reference", "name": "later"}}]}"""), Hi),
            ReadInPrompt + "<user>[summary of the conversation so far]\nso far\n\n" + LaterAdded + "\n\nhi<assistant>"),
    ];

    private static IEnumerable<MappingCase> Documents() =>
    [
        new("`document` of text or content",
            Messages(User("""{"type": "document", "title": "Notes", "context": "of May", "source": {"type": "text", "media_type": "text/plain", "data": "body"}}""")),
            "<user><document>\n<title>Notes</title>\n<context>of May</context>\nbody\n</document><assistant>"),
        new("`document` of text or content", Messages(User("""{"type": "document", "source": {"type": "content", "content": "body"}}""")), "<user><document>\nbody\n</document><assistant>"),
        new("`document` of text or content", Messages(User("""{"type": "document", "source": {"type": "base64", "media_type": "text/plain", "data": "Ym9keQ=="}}""")), "<user><document>\nbody\n</document><assistant>"),
        new("`document` of PDF", Messages(User(Pdf(PdfFiles.WithPages("first line\nsecond", "", "third"), """ "title": "P", """))),
            "<user><document>\n<title>P</title>\n[page 1]\nfirst line\nsecond\n\n[page 2]\n[no text: this model cannot see images]\n\n[page 3]\nthird\n</document><assistant>"),
        new("`document` of PDF that cannot be read", Messages(User(Pdf("AAAA"))), "400 messages.0.content.0.source: The PDF specified was not valid."),
        new("`document` of PDF that cannot be read", Messages(User(Pdf("?"))), "400 messages.0.content.0.source.data: Input should be base64"),
        new("`document` of PDF that cannot be read", Messages(User(Pdf(PdfFiles.Encrypted()))), "400 messages.0.content.0.source: The PDF specified is password protected."),
        new("`document` from a URL", Messages(User("""{"type": "document", "source": {"type": "url", "url": "http://127.0.0.1/x"}}""")),
            "400 messages.0.content.0.source: documents are not fetched from URLs; send the document itself, as base64 or text"),
        new("`document` from elsewhere", Messages(User("""{"type": "document", "title": "F", "source": {"type": "file", "file_id": "file_1"}}""")),
            "<user><document>\n<title>F</title>\n[content omitted: a document's source of type file cannot be read here]\n</document><assistant>"),
        new("`document` from elsewhere", Messages(User("""{"type": "document", "source": {"type": "base64", "media_type": "application/msword", "data": "AAAA"}}""")),
            "<user><document>\n[content omitted: documents of type application/msword cannot be read here]\n</document><assistant>"),
        new("`search_result`",
            Messages(Hi, Assistant(Use("a")), User(Result("a", """[{"type": "search_result", "title": "T", "source": "s://1", "content": [{"type": "text", "text": "found"}], "citations": {"enabled": true}}]""", isText: false))),
            "<user>hi<assistant><call read><tool><search_result>\n<title>T</title>\n<source>s://1</source>\nfound\n</search_result><assistant>"),
    ];

    private static IEnumerable<MappingCase> ToolsAndCalls() =>
    [
        new("tools", $$""" "tools": [{{Read}}], """ + Messages(Hi), ReadInPrompt + "<user>hi<assistant>"),
        new("tools of Anthropic's types", """ "tools": [{"type": "bash_20250124", "name": "bash"}], """ + Messages(Hi),
            """<tools>[{"type": "function", "function": {"name": "bash", "description": "Run a command in a persistent shell, or restart the shell.", "parameters": {"type": "object", "properties": {"command": {"type": "string", "description": "The command to run."}, "restart": {"type": "boolean", "description": "True restarts the shell."}}}}}]</tools><user>hi<assistant>"""),
        new("tools that run elsewhere", """ "tools": [{"type": "advisor_20260301", "name": "advisor", "model": "m"}], """ + Messages(Hi), "<user>hi<assistant>"),
        new("tools that run elsewhere", """ "tools": [{"type": "web_search_20260318", "name": "web_search"}], """ + Messages(Hi),
            "400 tools.0: tool type 'web_search_20260318' runs on Anthropic's servers and is not available here"),
        new("tools with `defer_loading`", $$""" "tools": [{{Later}}, {{Read}}, {"type": "web_search_20260318", "name": "web_search", "defer_loading": true}], """ + Messages(Hi), ReadInPrompt + "<user>hi<assistant>"),
        new("`tool_use`", Messages(Hi, Assistant(Text("look"), Use("a", """{"path": "x", "n": [1, 2]}""")), User(Result("a", "1"))), "<user>hi<assistant>look<call read path=\"x\" n=[1, 2]><tool>1<assistant>"),
        new("`tool_use` with an odd `input`", Messages(Hi, Assistant(Use("a", "\"raw\"")), User(Result("a", "1"))), "<user>hi<assistant><call read input=\"raw\"><tool>1<assistant>"),
        new("`tool_use` with an odd `input`", Messages(Hi, Assistant(Use("a", "null")), User(Result("a", "1"))), "<user>hi<assistant><call read><tool>1<assistant>"),
        new("`tool_use` without a result", Messages(Hi, Two, User(Result("b", "2"), Text("go on"))), "<user>hi<assistant><call read><call read><tool>[no result]<tool>2<user>go on<assistant>"),
        new("`tool_use` without a result", Messages(Hi, Two, User(Text("stop"))), "<user>hi<assistant><call read><call read><tool>[no result]<tool>[no result]<user>stop<assistant>"),
        new("`tool_result`", Messages(Hi, Two, User(Result("b", "2"), Result("a", "1"))), "<user>hi<assistant><call read><call read><tool>1<tool>2<assistant>"),
        new("`tool_result` with `is_error`", Messages(Hi, Assistant(Use("a")), User(Result("a", "gone", error: true))), "<user>hi<assistant><call read><tool>Error: gone<assistant>"),
        new("`tool_result` without content", Messages(Hi, Assistant(Use("a")), User("""{"type": "tool_result", "tool_use_id": "a"}""")), "<user>hi<assistant><call read><tool><assistant>"),
        new("`tool_result` that comes late or twice",
            Messages(Hi, Assistant(Use("a")), User(Result("a", "1"), Result("a", "again", error: true)), Assistant(Text("b")), User(Result("a", "late"), Text("x"))),
            "<user>hi<assistant><call read><tool>1<user>[result of an earlier call of read]\nError: again<assistant>b<user>[result of an earlier call of read]\nlate\n\nx<assistant>"),
        new("`tool_result` without its call", Messages(User(Result("z", "1"), Text("x"))), "<user>[result of a call that is not in this conversation]\n1\n\nx<assistant>"),
    ];

    private static IEnumerable<MappingCase> ToolChanges() =>
    [
        new("`tool_reference`", WithLater(Hi, Assistant(Use("a")), User(Result("a", Reference("later"), isText: false), Text("Tool loaded."))),
            ReadInPrompt + "<user>hi<assistant><call read><tool>" + LaterAdded + "<user>Tool loaded.<assistant>"),
        new("`tool_reference`", WithLater(Hi, Two, User(Result("b", Reference("later"), isText: false), Result("a", Reference("later"), isText: false))),
            ReadInPrompt + "<user>hi<assistant><call read><call read><tool>" + LaterAdded + "<tool>[tool available: later]<assistant>"),
        new("`tool_reference`", WithLater(Hi, Assistant(Use("a")), User(Result("a", Reference("read"), isText: false))),
            ReadInPrompt + "<user>hi<assistant><call read><tool>[tool available: read]<assistant>"),
        new("`tool_reference` to an unknown tool", WithLater(Hi, Assistant(Use("a")), User(Result("a", Reference("gone"), isText: false))),
            "400 messages.2.content.0.content.0.tool_name: Tool reference 'gone' not found in available tools"),
        new("`tool_addition`", WithLater(Hi, Change("addition", """{"type": "tool_reference", "name": "later"}""")), ReadInPrompt + "<user>hi<system>" + LaterAdded + "<assistant>"),
        new("`tool_addition`", WithLater(Hi, Change("addition", """{"type": "tool_definition", "definition": {"name": "new", "description": "n", "input_schema": {}}}""")),
            ReadInPrompt + "<user>hi<system>From now on you can also call these tools. Each line is one tool as JSON:\n" + """{"name":"new","description":"n","parameters":{}}<assistant>"""),
        new("`tool_addition`", WithLater(Hi, Change("addition", """{"type": "tool_reference", "name": "gone"}""")),
            "400 messages.1.content.0.tool.name: Tool reference 'gone' not found in available tools"),
        new("`tool_removal`", WithLater(Hi, Change("removal", """{"type": "tool_reference", "name": "read"}""")), ReadInPrompt + "<user>hi<system>[tool no longer available: read]<assistant>"),
        new("`tool_removal`",
            WithLater(Hi, Change("removal", """{"type": "tool_reference", "name": "read"}""")) + """, "tool_choice": {"type": "tool", "name": "read"}""",
            "400 tool_choice.name: Tool 'read' not found in provided tools"),
        new("`tool_addition`", WithLater(Hi, Change("addition", """{"type": "tool_reference", "name": "later"}""")) + """, "tool_choice": {"type": "tool", "name": "later"}""",
            ReadInPrompt + "<user>hi<system>" + LaterAdded + "<assistant>"),
        new("`tool_addition`, `tool_removal` for MCP servers",
            Messages(Hi, Change("addition", """{"type": "mcp_tool_reference", "server_name": "hub", "name": "x"}"""), Assistant(Text("b")), Hi, Change("removal", """{"type": "mcp_toolset_reference", "server_name": "hub"}""")),
            "<user>hi<system>[tools of server hub added: they cannot be called here]<assistant>b<user>hi<system>[tools of server hub removed: they cannot be called here]<assistant>"),
    ];

    private static IEnumerable<MappingCase> Hosted() =>
    [
        new("`server_tool_use`, `mcp_tool_use`",
            Messages(Hi, Assistant("""{"type": "server_tool_use", "id": "s", "name": "web_search", "input": {"query": "a  b"}}""", """{"type": "mcp_tool_use", "id": "m", "name": "find", "server_name": "hub", "input": {}}"""), Hi),
            "<user>hi<assistant>[called web_search: {\"query\":\"a  b\"}]\n\n[called find of server hub: {}]<user>hi<assistant>"),
        new("`web_search_tool_result` and other hosted results, `mcp_tool_listing`",
            Messages(Hi, Assistant("""{"type": "web_search_tool_result", "tool_use_id": "s", "content": [{"type": "web_search_result", "title": "T", "url": "u://1", "encrypted_content": "xxx", "page_age": null}]}"""), Hi),
            "<user>hi<assistant>[web_search_tool_result]\ntitle: T\nurl: u://1<user>hi<assistant>"),
        new("`web_search_tool_result` and other hosted results, `mcp_tool_listing`",
            Messages(Hi, Assistant("""{"type": "web_fetch_tool_result", "tool_use_id": "s", "content": {"type": "web_fetch_result", "url": "u://1", "content": {"type": "document", "title": "T", "source": {"type": "text", "media_type": "text/plain", "data": "body"}}}}"""), Hi),
            "<user>hi<assistant>[web_fetch_tool_result]\nurl: u://1\ntitle: T\nbody<user>hi<assistant>"),
        new("`web_search_tool_result` and other hosted results, `mcp_tool_listing`",
            Messages(Hi, Assistant("""{"type": "bash_code_execution_tool_result", "tool_use_id": "s", "content": {"type": "bash_code_execution_result", "stdout": "out", "stderr": "", "return_code": 0, "content": [{"type": "bash_code_execution_output", "file_id": "f"}]}}"""), Hi),
            "<user>hi<assistant>[bash_code_execution_tool_result]\nstdout: out\nreturn_code: 0<user>hi<assistant>"),
        new("`web_search_tool_result` and other hosted results, `mcp_tool_listing`",
            Messages(Hi, Assistant("""{"type": "mcp_tool_result", "tool_use_id": "m", "is_error": true, "content": [{"type": "text", "text": "no"}]}""", """{"type": "advisor_tool_result", "tool_use_id": "a", "content": {"type": "advisor_redacted_result", "encrypted_content": "x"}}""", """{"type": "mcp_tool_listing", "content": [{"name": "find"}]}"""), Hi),
            "<user>hi<assistant>[mcp_tool_result: error]\nno\n\n[advisor_tool_result omitted: this model cannot read it]\n\n[mcp_tool_listing]\nname: find<user>hi<assistant>"),
        new("`tool_search_tool_result`",
            WithLater(Hi, Assistant("""{"type": "tool_search_tool_result", "tool_use_id": "s", "content": {"type": "tool_search_tool_search_result", "tool_references": [{"type": "tool_reference", "tool_name": "later"}, {"type": "tool_reference", "tool_name": "gone"}]}}"""), Hi),
            ReadInPrompt + "<user>hi<assistant>" + LaterAdded + "\n\n[tool not available: gone]<user>hi<assistant>"),
        new("`container_upload`", Messages(User("""{"type": "container_upload", "file_id": "f"}""")), "400 messages.0.content.0: container_upload blocks need a container, and there is none here"),
    ];

    private static IEnumerable<MappingCase> Limits() =>
    [
        new("has no system role", """ "system": "be kind", """ + Messages(Hi), "<user><system-reminder>\nbe kind\n</system-reminder>\n\nhi</user><assistant>", WithoutSystem),
        new("needs a system message", Messages(Hi), "<system>You are a helpful assistant.<user>hi<assistant>", NeedsSystem),
        new("needs a system message", """ "system": "be kind", """ + Messages(Hi), "<system>be kind<user>hi<assistant>", NeedsSystem),
        new("has no system role in mid-conversation",
            Messages(Hi, System("now"), Assistant(Text("b")), Hi, System("then")),
            "<user>hi\n\n<system-reminder>\nnow\n</system-reminder></user><assistant>b</assistant><user>hi\n\n<system-reminder>\nthen\n</system-reminder></user><assistant>", Strict),
        new("does not know tools",
            $$""" "tools": [{{Read}}], "system": "be kind", """ + Messages(Hi, Two, User(Result("b", "2", error: true), Result("a", "1"), Text("x"))),
            "<system>be kind\n\n" + Explanation + "</system><user>hi</user><assistant><tool_call>\n{\"name\":\"read\",\"arguments\":{}}\n</tool_call>\n\n<tool_call>\n{\"name\":\"read\",\"arguments\":{}}\n</tool_call></assistant>"
            + "<user><tool_response>\n1\n</tool_response>\n\n<tool_response>\nError: 2\n</tool_response>\n\nx</user><assistant>", Plain),
        new("does not know tools, and they come later",
            $$""" "tools": [{{Read.Replace("{\"name\"", "{\"defer_loading\": true, \"name\"", StringComparison.Ordinal)}}], """ + Messages(Hi, Change("addition", """{"type": "tool_reference", "name": "read"}""")),
            "<user>hi</user><system>" + Explanation + "</system><assistant>", Plain),
        new("wants roles in turn", Messages(Hi, System("now"), Hi, Assistant(Text("b")), System(""), Assistant(Text("c")), Hi),
            "<user>hi\n\n<system-reminder>\nnow\n</system-reminder>\n\nhi</user><assistant>b\n\nc</assistant><user>hi</user><assistant>", Strict),
        new("wants the user to begin", Messages(Assistant(Text("b")), Hi), "<user></user><assistant>b</assistant><user>hi</user><assistant>", Strict),
        new("knows one call per answer", Messages(Hi, Two, User(Result("b", "2"), Result("a", "1"))), "<user>hi<assistant><call a {}><tool>1<assistant><call b {}><tool>2", OneCall),
        new("loses a text beside calls", Messages(Hi, Assistant(Text("so"), Use("a")), User(Result("a", "1"))), "<user>hi<assistant>so<assistant><call a {}><tool>1", NoTextBeside),
        new("refuses the user after a result", Messages(Hi, Assistant(Use("a")), User(Result("a", "1"), Text("go on"))), "<user>hi<assistant><call a {}><tool>1\n\ngo on", NoUserAfterResult),
    ];

    private static string WithLater(params string[] messages) => $$""" "tools": [{{Read}}, {{Later}}], """ + Messages(messages);

    private static string Messages(params string[] messages) => $$""" "messages": [{{string.Join(", ", messages)}}] """;

    private static string User(params string[] blocks) => $$"""{"role": "user", "content": [{{string.Join(", ", blocks)}}]}""";

    private static string Assistant(params string[] blocks) => $$"""{"role": "assistant", "content": [{{string.Join(", ", blocks)}}]}""";

    private static string System(string text) => $$"""{"role": "system", "content": "{{text}}"}""";

    private static string Cleared(string more = "") =>
        $$"""{"role": "system", "clear_at": "next_user_message", "content": [{"type": "text", "text": "{{(more.Length == 0 ? "just now" : "")}}"}{{more}}]}""";

    private static string Change(string kind, string tool) => $$"""{"role": "system", "content": [{"type": "tool_{{kind}}", "tool": {{tool}}}]}""";

    private static string Text(string text) => $$"""{"type": "text", "text": "{{text}}"}""";

    private static string Use(string id, string input = "{}") => $$"""{"type": "tool_use", "id": "{{id}}", "name": "read", "input": {{input}}}""";

    private static string Result(string id, string content, bool isText = true, bool error = false) =>
        $$"""{"type": "tool_result", "tool_use_id": "{{id}}", "is_error": {{(error ? "true" : "false")}}, "content": {{(isText ? $"\"{content}\"" : content)}} }""";

    private static string Reference(string name) => $$"""[{"type": "tool_reference", "tool_name": "{{name}}"}]""";

    private static string Pdf(string data, string fields = "") =>
        $$"""{"type": "document", {{fields}} "source": {"type": "base64", "media_type": "application/pdf", "data": "{{data}}"} }""";
}
