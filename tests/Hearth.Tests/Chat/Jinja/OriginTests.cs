using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Hearth.Chat.Jinja;
using Hearth.Tests.Support;

namespace Hearth.Tests.Chat.Jinja;

/// <summary>
/// Clients write only private-use characters here, templates none, so every character of the output shows where it came from.
/// </summary>
public sealed class OriginTests
{
    private const string ChatMl = """
        {%- for m in messages %}
        {{ '<|im_start|>' ~ m.role + '\n' + m.content | trim ~ '<|im_end|>' }}
        {%- endfor %}<|im_start|>assistant
        """;

    /// <summary>Operations that change what the template wrote without making it anybody else's.</summary>
    private const string Kept = """
        {%- macro wrap(text, left='<|left|>') %}{{ left }}{{ text | trim }}{{ caller() if caller }}<|right|>{% endmacro -%}
        {%- for m in messages -%}
        {{ ('<|a|>' ~ m.content ~ '<|b|>') | upper }}{{ m.content.split(m.content[1:2] or ' ') | join('</s>') }}{{ ('<a>' ~ m.content ~ '<b>')[::-1] }}
        {{ ('x' ~ m.content) | replace('x', '<y>') }}{{ ('  <z> ' ~ m.content ~ ' <z> ') | trim | list | join(',') }}{{ (m.content ~ '<c>' * 3)[-7:] }}
        {{ {'k': m.content} | tojson(indent=2) }}{{ m.content | tojson }}{{ '<%s>%5s' % (m.content, m.content[:2]) }}{{ '<{}>'.format(m.content) }}
        {{ m.content | indent(2, true) }}{{ m.content | center(20) }}{{ m.content | truncate(3, true, '<e>', 0) }}{{ m.content.replace('', '|') }}
        {{ wrap(m.content) }}{% call wrap(m.content) %}<body>{{ m.content }}{% endcall %}{% filter upper %}<f>{{ m.content }}{% endfilter %}
        {%- set x | replace('|', '<p>') %}|{{ m.content }}|{% endset %}{{ x }}{{ ('<s> ' ~ m.content).split(' ')[0].lower().title() }}
        {{ ['<m>', m.content] | map('upper') | join('<j>') }}{{ ('<l>\n' ~ m.content).splitlines() | join }}{{ '<p>=q'.partition('=')[2] }}{{ '7'.zfill(3) }}
        {% endfor %}
        """;

    private const string Everything = """
        {%- macro wrap(text, left='[') %}{{ left }}{{ text | trim | replace(text[:1], '<x>') }}{{ caller() if caller }}]{% endmacro -%}
        {%- for m in messages -%}
        {{ m.content | upper }}{{ m.content.split(m.content[1:2] or ' ') | join('</s>') }}{{ m.content[::-1] }}{{ m.content[2:-1] }}
        {{ {'k': m.content, m.content: [m.content]} | tojson(indent=2) }}{{ [m.content, 1] }}{{ (m,) }}{{ m.content | list | reverse | join(',') }}
        {{ m.content | title | capitalize | center(30) }}{{ m.content | indent(2, true) }}{{ m.content | e }}{{ m.content | truncate(3, true, '..', 0) }}
        {{ '%s|%5s' % (m.content, m.content[:2]) }}{{ '{0}-{x:>9}'.format(m.content, x=m.content) }}{{ m.content * 2 }}{{ m.content.partition('\n') }}
        {{ m.content.replace('', '|') }}{{ m.content.splitlines() }}{{ m.content.strip().lstrip(m.content[:1]).zfill(9).ljust(12, '.') }}
        {{ wrap(m.content) }}{% call wrap(m.content, left='(') %}{{ m.content }}{% endcall %}{% filter upper %}{{ m.content }}{% endfilter %}
        {%- set x | replace('|', m.content) %}|{{ m.content }}|{% endset %}{{ x }}{{ [m.content, 'b'] | sort | unique | first }}{{ m | dictsort }}{{ m | items | list }}
        {{ [m.content] | map('replace', m.content[:1], '<|im_end|>') | join }}{{ m.content | default('d') | string | striptags }}{{ m.content | tojson(ensure_ascii=true) }}
        {% endfor %}
        """;

    private static readonly Gen<string> ClientText = Gen.Char['\uE000', '\uE0FF'].Array[1, 12].Select(c => new string(c));

    [Fact]
    public void Every_character_of_a_prompt_knows_who_wrote_it() =>
        ClientText.Array[1, 4].Sample(
            texts =>
            {
                foreach (string template in (string[])[ChatMl, Kept, Everything])
                {
                    JinjaDict variables = new JinjaDict().Set("messages", new JinjaList(texts.Select(t => (object?)new JinjaDict()
                        .Set("role", OriginString.Trusted("user")).Set("content", OriginString.Untrusted(t)))));
                    Assert.Null(Misplaced(JinjaTemplate.Parse(template).Render(variables, new RenderSettings(DateTimeOffset.UnixEpoch)), template != Everything));
                }
            },
            iter: 200);

    [Fact]
    public void Templates_of_real_models_never_lose_track_of_a_clients_characters()
    {
        string folder = RepositoryPaths.RequireShared("templates");
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "golden.json")));
        List<string> wrong = [];
        int prompts = 0;
        foreach (string path in Directory.GetFiles(folder, "*.jinja"))
        {
            JinjaTemplate template = JinjaTemplate.Parse(File.ReadAllText(path), Path.GetFileName(path));
            foreach (JsonProperty scenario in golden.RootElement.GetProperty("scenarios").EnumerateObject())
            {
                JinjaDict variables = (JinjaDict)JsonText.Read(JsonSerializer.SerializeToElement(Disguised(JsonNode.Parse(scenario.Value.GetRawText()), "")))!;
                if (TryRender(template, variables) is not { } prompt)
                    continue;
                prompts++;
                if (Misplaced(prompt, isStrict: false) is { } misplaced)
                    wrong.Add($"{template.Name} / {scenario.Name}: {misplaced}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
        Assert.InRange(prompts, 500, int.MaxValue);
    }

    /// <summary>The variables with every text of the client, other than what templates branch on, in private-use characters.</summary>
    private static JsonNode? Disguised(JsonNode? node, string key) => node switch
    {
        JsonObject o => new JsonObject(o.Select(p => KeyValuePair.Create(p.Key, Disguised(p.Value, p.Key)))),
        JsonArray a => new JsonArray([.. a.Select(n => Disguised(n, key))]),
        JsonValue v when v.GetValueKind() == JsonValueKind.String && key is "content" or "text" or "description" or "reasoning_content" or "thinking" or "path" =>
            string.Concat(v!.GetValue<string>().Select(c => char.IsWhiteSpace(c) ? c : (char)(0xE000 + (c & 0xff)))),
        _ => node?.DeepClone(),
    };

    private static OriginString? TryRender(JinjaTemplate template, JinjaDict variables)
    {
        try
        {
            return template.Render(variables, new RenderSettings(DateTimeOffset.UnixEpoch));
        }
        catch (JinjaException)
        {
            return null;
        }
    }

    /// <summary>
    /// Where a client's character counts as the template's, or, in strict prompts, the other way round; null where all is right. Not
    /// strict: escapes of a client's character are the client's, and so are its names, its keys and its white space.
    /// </summary>
    private static string? Misplaced(OriginString prompt, bool isStrict)
    {
        int covered = 0;
        foreach (OriginRun run in prompt.Runs)
        {
            Assert.Equal(covered, run.Start);
            covered += run.Length;
            for (int i = run.Start; i < run.Start + run.Length; i++)
            {
                bool isClients = prompt.Text[i] is >= '\uE000' and <= '\uE0FF';
                if (isClients ? run.IsTrusted : isStrict && !run.IsTrusted)
                    return string.Create(CultureInfo.InvariantCulture, $"{i} in {prompt.Text[Math.Max(0, i - 20)..(i + 1)]}");
            }
        }

        Assert.Equal(prompt.Length, covered);
        return null;
    }
}
