using Hearth.Chat.Formats.Reading;

namespace Hearth.Chat.Formats;

/// <summary>
/// Every format, in the order in which a template's own writing is tried on them: a format that takes what another writes stands behind
/// it. A new family is an entry here, or a class where none of the dialects fits.
/// </summary>
public static class OutputFormats
{
    /// <summary>
    /// What Hearth's own tool description asks for, and where nothing is known. Phi-4-mini, whose template does not show tools, may
    /// write the tokens that it was trained on whatever it is asked for.
    /// </summary>
    public static IOutputFormat Default { get; } = new MarkedFormat("hermes", ToolCall);

    /// <summary>Text that any format reads within some milliseconds. Where it is cut makes no difference to what it says.</summary>
    private const int CharsBetweenLooks = 16 * 1024;

    /// <summary>All formats.</summary>
    public static IReadOnlyList<IOutputFormat> All { get; } =
    [
        new HarmonyFormat(),
        new KimiXmlFormat(),
        new GemmaFormat(),
        new MarkedFormat("seed-oss", new XmlDialect(
            ["<seed:tool_call>"], ["</seed:tool_call>"], ["<function="], ["</function>"], ["<parameter="], ["</parameter>"])
        {
            Thinking = new ThinkingMarkers(("<seed:think>", "</seed:think>")),
        }),
        new MarkedFormat("qwen-xml", new XmlDialect(
            ["<tool_call>"], ["</tool_call>"], ["<function="], ["</function>"], ["<parameter="], ["</parameter>"])
        {
            HasValuesOnLines = true,
            AllowsBareInvoke = true,
        }),
        new MarkedFormat("minimax-m2", new XmlDialect(
            ["<minimax:tool_call>"], ["</minimax:tool_call>"], ["<invoke name=\""], ["</invoke>"], ["<parameter name=\""], ["</parameter>"])
        {
            QuotesNames = true,
            AllowsBareInvoke = true,
        }),
        new MarkedFormat("deepseek-dsml", Dsml),
        new MarkedFormat("glm", GlmParser.AllMarkers, ThinkingMarkers.Think, settings => new GlmParser(settings)),
        new MarkedFormat("kimi-k2", new HeaderDialect(
            ["<|tool_calls_section_begin|>"],
            ["<|tool_calls_section_end|>"],
            "<|tool_call_begin|>",
            "<|tool_call_end|>",
            ["<|tool_call_argument_begin|>"],
            KimiName)
        {
            KeepsSpace = true,
        }),
        DeepSeek("deepseek-v31", NameBeforeArguments),
        DeepSeek("deepseek-v3", header => header is ["function", var name] ? Word(name) : NameBeforeArguments(header)),
        new MarkedFormat("mistral", new HeaderDialect([], [], "[TOOL_CALLS]", null, ["[CALL_ID]", "[ARGS]"], header => header[0].Trim())
        {
            Thinking = new ThinkingMarkers(("[THINK]", "[/THINK]"), ("<think>", "</think>")),
            AllowsList = true,
        }),
        new MarkedFormat("functionary-v31", new HeaderDialect([], [], "<function=", "</function>", [], FunctionName)),
        new MarkedFormat("solar", new HeaderDialect(
            ["<|tool_calls|>"],
            [],
            "<|tool_call:begin|>",
            "<|tool_call:end|>",
            ["<|tool_call:name|>", "<|tool_call:args|>"],
            header => header is [_, var name, ""] ? name.Trim() : null)),
        Default,
        new MarkedFormat("nemotron-v2", new JsonDialect(["<TOOLCALL>"], ["</TOOLCALL>"])),
        new MarkedFormat("tool-calls-json", new JsonDialect(["<tool_calls>"], ["</tool_calls>"])),
        new MarkedFormat("granite", ToolCall with { Hidden = ["<response>", "</response>"] }),
        new MarkedFormat("command-r7b", new JsonDialect(["<|START_ACTION|>"], ["<|END_ACTION|>"])
        {
            Thinking = new ThinkingMarkers(("<|START_THINKING|>", "<|END_THINKING|>")),
            Hidden = ["<|START_RESPONSE|>", "<|END_RESPONSE|>"],
        }),
        new MarkedFormat("apertus", new JsonDialect(["<|tools_prefix|>"], ["<|tools_suffix|>"])
        {
            NamesAreKeys = true,
            Thinking = new ThinkingMarkers(("<|inner_prefix|>", "<|inner_suffix|>")),
        }),
        new MarkedFormat("gigachat3", new JsonDialect(["<|function_call|>"], ["<|message_sep|>"])),
        new MarkedFormat("firefunction-v2", new JsonDialect(["functools", "<|tool_call|>"], ["<|/tool_call|>"])),
        new MarkedFormat("functionary-v32", FunctionaryParser.AllMarkers, new ThinkingMarkers(), settings => new FunctionaryParser(settings)),
        Python("lfm2", "<|tool_call_start|>", "<|tool_call_end|>", allowsBare: false),
        new MarkedFormat("llama3-json", new JsonDialect(["<|python_tag|>"], ["<|eom_id|>"]) { AllowsBareCalls = true, KeepsSpace = true }),
        Python("llama4-pythonic", "<|python_start|>", "<|python_end|>", allowsBare: true),
    ];

    private static JsonDialect ToolCall => new(["<tool_call>", "<|tool_call|>"], ["</tool_call>", "<|/tool_call|>"]);

    /// <summary>V4.1 writes a space behind the token.</summary>
    private static XmlDialect Dsml => new(
        ["<｜DSML｜function_calls>", "<｜DSML｜tool_calls>", "<｜DSML｜ calls>"],
        ["</｜DSML｜function_calls>", "</｜DSML｜tool_calls>", "</｜DSML｜ calls>"],
        ["<｜DSML｜invoke name=\"", "<｜DSML｜ invoke name=\""],
        ["</｜DSML｜invoke>", "</｜DSML｜ invoke>"],
        ["<｜DSML｜parameter name=\"", "<｜DSML｜ parameter name=\""],
        ["</｜DSML｜parameter>", "</｜DSML｜ parameter>"])
    {
        QuotesNames = true,
        AllowsBareInvoke = true,
        InlineToken = "｜DSML｜",
    };

    /// <summary>The format of that name, or null.</summary>
    public static IOutputFormat? Find(string? name) => All.FirstOrDefault(f => f.Name == name);

    /// <summary>What a whole answer says, given in pieces; markers in its text count as tokens, and calls have no ids.</summary>
    public static IReadOnlyList<ChatEvent> ReadAll(
        this IOutputFormat format,
        IEnumerable<string> pieces,
        IReadOnlyList<ToolDefinition>? tools,
        bool startsInThinking = false,
        bool truncated = false,
        CancellationToken cancellation = default)
    {
        IOutputParser parser = format.CreateParser(new OutputParserSettings(tools, startsInThinking, new HashSet<string>(), () => ""));
        List<ChatEvent> events = [];
        foreach (string piece in pieces)
        {
            for (int at = 0; at < piece.Length;)
            {
                cancellation.ThrowIfCancellationRequested();
                int end = Math.Min(at + CharsBetweenLooks, piece.Length);
                if (end < piece.Length && char.IsHighSurrogate(piece[end - 1]))
                    end++;
                parser.Text(piece[at..end], events);
                at = end;
            }
        }

        parser.Finish(truncated, events);
        return events;
    }

    private static MarkedFormat DeepSeek(string name, Func<IReadOnlyList<string>, string?> nameOf) => new(name, new HeaderDialect(
        ["<｜tool▁calls▁begin｜>"], ["<｜tool▁calls▁end｜>"], "<｜tool▁call▁begin｜>", "<｜tool▁call▁end｜>", ["<｜tool▁sep｜>"], nameOf)
    {
        KeepsSpace = true,
    });

    private static MarkedFormat Python(string name, string open, string close, bool allowsBare)
    {
        string[] markers = [open, close, .. ThinkingMarkers.Think.All];
        return new MarkedFormat(name, markers, ThinkingMarkers.Think, settings => new PythonParser(settings, markers, open, close, allowsBare));
    }

    /// <summary>A name and nothing behind it but the fence that may stand around its arguments.</summary>
    private static string? NameBeforeArguments(IReadOnlyList<string> header) =>
        header is [var name, var rest] && (string.IsNullOrWhiteSpace(rest) || rest.TrimStart().StartsWith("```", StringComparison.Ordinal)) ? Word(name) : null;

    /// <summary>What stands before a line end or a fence.</summary>
    private static string Word(string text) => text.Trim().Split('\n', '`')[0].Trim();

    private static string? FunctionName(IReadOnlyList<string> header) =>
        header is [[.. var name, '>']] && !name.Any(char.IsWhiteSpace) ? name : null;

    /// <summary><c>functions.NAME:INDEX</c>; either end may be missing.</summary>
    private static string? KimiName(IReadOnlyList<string> header)
    {
        if (header is not [var id, _])
            return null;
        ReadOnlySpan<char> name = id.AsSpan().Trim();
        if (name.StartsWith("functions."))
            name = name["functions.".Length..];
        int index = name.LastIndexOf(':');
        return (index > 0 ? name[..index] : name).ToString();
    }
}
