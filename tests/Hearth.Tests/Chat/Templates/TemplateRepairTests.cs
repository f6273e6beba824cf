using Hearth.Chat;
using Hearth.Chat.Jinja;
using Hearth.Chat.Templates;
using Hearth.Tests.Support;
using static Hearth.Tests.Chat.Templates.Conversations;

namespace Hearth.Tests.Chat.Templates;

/// <summary>Each repair takes away a fault that its template has without it.</summary>
public sealed class TemplateRepairTests
{
    private const string QueryMissing = """
        {%- set ns = namespace(last_query_index=9, found=false) %}
        {%- for m in messages %}{%- if m.role == 'user' and not m.content.startswith('<tool_response>') %}{%- set ns.found = true %}{%- endif %}{%- endfor %}
        {%- if not ns.found %}
            {{- raise_exception('No user query found in messages.') }}
        {%- endif %}
        {%- for m in messages %}[{{ m.role }} {{ loop.index0 > ns.last_query_index }}]{%- endfor %}
        """;

    private const string Queue = """
        {%- set tool_response_queue = namespace(ids=[]) -%}
        {%- for formatted_id in ['a', 'b'] -%}
        {%- set _ = tool_response_queue.ids.append(formatted_id) -%}
        {%- endfor -%}
        {%- for m in messages -%}
        {%- set tool_call_id = tool_response_queue.ids.pop(0) -%}
        [{{ tool_call_id }}]
        {%- endfor -%}
        """;

    private const string LastAnswer = """
        {%- set ns = namespace(last_non_tool_call_assistant_msg=-1) -%}
        {%- for idx in range(messages|length-1, -1, -1) -%}
            {%- if messages[idx]['role'] == 'assistant' -%}
                {%- set ns.last_non_tool_call_assistant_msg = idx -%}
            {%- endif -%}
        {%- endfor -%}
        last {{ ns.last_non_tool_call_assistant_msg }}
        """;

    private const string LastResult = """
        {%- for message in messages %}{%- if loop.previtem and loop.previtem.role != "tool" %}({%- endif %}
                {{- '<tool_response>' }}
                {%- if not loop.last %}
                    {{- '
        </tool_response>
        ' }}
                {%- else %}
                    {{- '
        </tool_response>' }}
                {%- endif %}
        {%- endfor %}
        """;

    private const string OwnVariables = """
        {%- set s = "Tools: " -%}
        {%- set s = s + functions -%}
        {%- set s = s + ' Today is ' + datetime + '.' -%}
        {{ s }}
        """;

    private const string PythonTypes = """
        {%- macro json_to_python_type(json_spec) %}
        {%- if {"string": "str"}[json_spec.type] is defined %}
            {{- {"string": "str"}[json_spec.type] }}
        {%- elif json_spec.type == "array" %}
            {{- "list[" +  json_to_python_type(json_spec|items) + "]"}}
        {%- elif json_spec.type is iterable %}
            {%- for t in json_spec.type %}{{- json_to_python_type({"type": t}) ~ "," }}{%- endfor %}
        {%- else %}
            {{- "Any" }}
        {%- endif %}
        {%- endmacro %}
        {%- for spec in [{"type": "string"}, {"anyOf": []}, {"type": "array"}, {"type": ["string", "null"]}, true] %}[{{ json_to_python_type(spec) }}]{%- endfor %}
        """;

    [Theory]
    [InlineData("no-user-query", QueryMissing, "[user True]")]
    [InlineData("kimi-id-queue", Queue, "[a]")]
    [InlineData("kimi-last-answer", LastAnswer, "last 3")]
    [InlineData("hermes-last-result", LastResult, "<tool_response>\n</tool_response>\n")]
    [InlineData("firefunction-variables", OwnVariables, "Tools: [] Today is January 01 1970.")]
    [InlineData("python-types", PythonTypes, "[str][Any][list[Any]][str,Any,][Any]")]
    public void A_repair_takes_away_a_fault_that_is_there_without_it(string name, string template, string expected)
    {
        string source = template.ReplaceLineEndings("\n");
        (string repaired, IReadOnlyList<TemplateRepair> applied) = TemplateRepairs.Apply(source);

        Assert.Equal([name], applied.Select(r => r.Name));
        Assert.NotEqual(expected, Outcome(name, source));
        Assert.Equal(expected, Outcome(name, repaired));
    }

    [Fact]
    public void Every_repair_has_a_name_of_its_own_a_reason_and_a_test()
    {
        string[] tested = [.. typeof(TemplateRepairTests).GetMethod(nameof(A_repair_takes_away_a_fault_that_is_there_without_it))!
            .GetCustomAttributes(typeof(InlineDataAttribute), false).Cast<InlineDataAttribute>().Select(d => (string)d.Data[0]!)];

        Assert.Equal(TemplateRepairs.All.Select(r => r.Name).Order(), tested.Order());
        Assert.All(TemplateRepairs.All, r => Assert.EndsWith(".", r.Why, StringComparison.Ordinal));
    }

    [Fact]
    public void A_template_without_known_faults_stays_as_it_is()
    {
        (string source, IReadOnlyList<TemplateRepair> applied) = TemplateRepairs.Apply(Plain);

        Assert.Same(Plain, source);
        Assert.Empty(applied);
    }

    [Fact]
    public void Schemas_that_clients_send_are_accepted_by_every_template_of_a_real_model_that_knows_tools()
    {
        string[] schemas =
        [
            """{"type":"object"}""", "{}", """{"type":"object","properties":{"a":{"type":["string","null"]}}}""",
            """{"type":"object","properties":{"a":{"anyOf":[{"type":"string"},{"type":"null"}]}}}""", """{"type":"object","properties":{"a":{}}}""",
            """{"type":"object","properties":{"a":{"type":"array"},"b":{"type":"object"},"c":{"enum":[1,2]}}}""",
        ];
        string folder = RepositoryPaths.RequireShared("templates");
        List<string> refused = [];
        foreach (string path in Directory.EnumerateFiles(folder, "*.jinja"))
        {
            ChatTemplate template = Parse(File.ReadAllText(path));
            foreach (string schema in schemas)
            {
                ChatRequest request = new("m", [User("q")], 1) { Tools = [Tool("f", "does it", schema)] };
                if (template.Render(request, DateTimeOffset.UnixEpoch, TestContext.Current.CancellationToken).Error is { } error)
                    refused.Add($"{Path.GetFileName(path)} {schema}: {error.Message}");
            }
        }

        Assert.Empty(refused);
    }

    /// <summary>What a template makes of a conversation that shows its fault, or the error.</summary>
    private static string Outcome(string name, string source)
    {
        string[] roles = name == "kimi-last-answer" ? ["user", "assistant", "user", "assistant"] : name == "hermes-last-result" ? ["tool"] : ["user"];
        JinjaList messages = new(roles.Select(r => (object?)new JinjaDict().Set("role", OriginString.Trusted(r)).Set("content", OriginString.Trusted("<tool_response>"))));
        try
        {
            return JinjaTemplate.Parse(source).Render(new JinjaDict().Set("messages", messages), new RenderSettings(DateTimeOffset.UnixEpoch)).Text;
        }
        catch (JinjaException e)
        {
            return e.Message;
        }
    }
}
