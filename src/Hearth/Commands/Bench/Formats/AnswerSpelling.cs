using System.Text.Encodings.Web;
using System.Text.Json;
using Hearth.Chat.Formats;

namespace Hearth.Commands.Bench.Formats;

/// <summary>How a format writes an answer's parts, to have answers of any length in every format.</summary>
/// <param name="Text">Visible text.</param>
/// <param name="Thinking">Thinking; null where the format has none.</param>
/// <param name="Call">A call of a tool with arguments that are texts.</param>
internal sealed record AnswerSpelling(
    Func<string, string> Text, Func<string, string>? Thinking, Func<string, IReadOnlyList<KeyValuePair<string, string>>, string> Call)
{
    private static readonly Dictionary<string, AnswerSpelling> All = new()
    {
        ["harmony"] = new(
            text => $"<|start|>assistant<|channel|>final<|message|>{text}<|end|>",
            text => $"<|start|>assistant<|channel|>analysis<|message|>{text}<|end|>",
            (name, arguments) => $"<|start|>assistant<|channel|>commentary to=functions.{name}<|message|>{Json(arguments)}<|call|>"),
        ["kimi-k3"] = new(
            text => $"<|open|>response<|sep|>{text}<|close|>response<|sep|>",
            text => $"<|open|>think<|sep|>{text}<|close|>think<|sep|>",
            (name, arguments) => "<|open|>tools<|sep|>" + Elements(
                arguments,
                $"<|open|>call tool=\"{name}\"<|sep|>",
                key => $"<|open|>argument key=\"{key}\" type=\"string\"<|sep|>",
                "<|close|>argument<|sep|>",
                "<|close|>call<|sep|>") + "<|close|>tools<|sep|>"),
        ["gemma4"] = Thinks(
            "<|channel>thought\n",
            "<channel|>",
            (name, arguments) => $"<|tool_call>call:{name}{{{string.Join(',', arguments.Select(a => $"{a.Key}:<|\"|>{a.Value}<|\"|>"))}}}<tool_call|>"),
        ["seed-oss"] = Thinks(
            "<seed:think>",
            "</seed:think>",
            (name, arguments) => "<seed:tool_call>\n" + Elements(
                arguments, $"<function={name}>\n", key => $"<parameter={key}>", "</parameter>\n", "</function>\n") + "</seed:tool_call>"),
        ["qwen-xml"] = Thinks((name, arguments) => "<tool_call>\n" + Elements(
            arguments, $"<function={name}>\n", key => $"<parameter={key}>\n", "\n</parameter>\n", "</function>\n") + "</tool_call>"),
        ["minimax-m2"] = Thinks((name, arguments) => "<minimax:tool_call>\n" + Elements(
            arguments, $"<invoke name=\"{name}\">\n", key => $"<parameter name=\"{key}\">", "</parameter>\n", "</invoke>\n") + "</minimax:tool_call>"),
        ["deepseek-dsml"] = Thinks((name, arguments) => "<｜DSML｜function_calls>\n" + Elements(
            arguments,
            $"<｜DSML｜invoke name=\"{name}\">\n",
            key => $"<｜DSML｜parameter name=\"{key}\" string=\"true\">",
            "</｜DSML｜parameter>\n",
            "</｜DSML｜invoke>\n") + "</｜DSML｜function_calls>"),
        ["glm"] = Thinks((name, arguments) => Elements(
            arguments, $"<tool_call>{name}\n", key => $"<arg_key>{key}</arg_key>\n<arg_value>", "</arg_value>\n", "</tool_call>")),
        ["kimi-k2"] = Thinks((name, arguments) =>
            $"<|tool_calls_section_begin|><|tool_call_begin|>functions.{name}:0<|tool_call_argument_begin|>{Json(arguments)}<|tool_call_end|><|tool_calls_section_end|>"),
        ["deepseek-v31"] = Thinks((name, arguments) =>
            $"<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>{name}<｜tool▁sep｜>{Json(arguments)}<｜tool▁call▁end｜><｜tool▁calls▁end｜>"),
        ["deepseek-v3"] = Thinks((name, arguments) =>
            $"<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>{name}\n```json\n{Json(arguments)}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>"),
        ["mistral"] = Thinks("[THINK]", "[/THINK]", (name, arguments) => $"[TOOL_CALLS]{name}[ARGS]{Json(arguments)}"),
        ["functionary-v31"] = Thinks((name, arguments) => $"<function={name}>{Json(arguments)}</function>"),
        ["solar"] = Thinks((name, arguments) =>
            $"<|tool_calls|><|tool_call:begin|>id<|tool_call:name|>{name}<|tool_call:args|>{Json(arguments)}<|tool_call:end|>"),
        ["hermes"] = Thinks((name, arguments) => $"<tool_call>\n{Object(name, arguments)}\n</tool_call>"),
        ["nemotron-v2"] = Thinks((name, arguments) => $"<TOOLCALL>[{Object(name, arguments)}]</TOOLCALL>"),
        ["tool-calls-json"] = Thinks((name, arguments) => $"<tool_calls>\n{Object(name, arguments)}\n</tool_calls>"),
        ["granite"] = Thinks((name, arguments) => $"<|tool_call|>[{Object(name, arguments)}]"),
        ["command-r7b"] = Thinks(
            "<|START_THINKING|>",
            "<|END_THINKING|>",
            (name, arguments) => $"<|START_ACTION|>[\n    {{\"tool_call_id\": \"0\", \"tool_name\": \"{name}\", \"parameters\": {Json(arguments)}}}\n]<|END_ACTION|>"),
        ["apertus"] = Thinks(
            "<|inner_prefix|>", "<|inner_suffix|>", (name, arguments) => $"<|tools_prefix|>[{{\"{name}\": {Json(arguments)}}}]<|tools_suffix|>"),
        ["gigachat3"] = Thinks((name, arguments) => $"<|function_call|>{Object(name, arguments)}<|message_sep|>"),
        ["firefunction-v2"] = Thinks((name, arguments) => $"functools[{Object(name, arguments)}]"),
        ["functionary-v32"] = new(text => $">>>all\n{text}", null, (name, arguments) => $">>>{name}\n{Json(arguments)}"),
        ["lfm2"] = Thinks((name, arguments) => $"<|tool_call_start|>[{Python(name, arguments)}]<|tool_call_end|>"),
        ["llama4-pythonic"] = Thinks((name, arguments) => $"\n[{Python(name, arguments)}]"),
        ["llama3-json"] = Thinks((name, arguments) => $"\n{{\"name\": \"{name}\", \"parameters\": {Json(arguments)}}}"),
    };

    /// <summary>How the format writes.</summary>
    public static AnswerSpelling Of(IOutputFormat format) => All[format.Name];

    private static AnswerSpelling Thinks(Func<string, IReadOnlyList<KeyValuePair<string, string>>, string> call) => Thinks("<think>", "</think>", call);

    private static AnswerSpelling Thinks(string open, string close, Func<string, IReadOnlyList<KeyValuePair<string, string>>, string> call) =>
        new(text => text, text => open + text + close, call);

    private static string Elements(
        IReadOnlyList<KeyValuePair<string, string>> arguments, string open, Func<string, string> openValue, string closeValue, string close) =>
        open + string.Concat(arguments.Select(a => openValue(a.Key) + a.Value + closeValue)) + close;

    private static string Object(string name, IReadOnlyList<KeyValuePair<string, string>> arguments) =>
        $"{{\"name\": \"{name}\", \"arguments\": {Json(arguments)}}}";

    private static string Json(IReadOnlyList<KeyValuePair<string, string>> arguments) =>
        $"{{{string.Join(", ", arguments.Select(a => $"\"{a.Key}\": {Quote(a.Value)}"))}}}";

    private static string Python(string name, IReadOnlyList<KeyValuePair<string, string>> arguments) =>
        $"{name}({string.Join(", ", arguments.Select(a => $"{a.Key}={Quote(a.Value)}"))})";

    private static string Quote(string text) => $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
}
