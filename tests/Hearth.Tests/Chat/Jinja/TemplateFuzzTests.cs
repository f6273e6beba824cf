using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Hearth.Chat.Jinja;
using Hearth.Tests.Support;

namespace Hearth.Tests.Chat.Jinja;

/// <summary>Broken and recombined templates with random variables: only words come out, soon, and without eating the memory.</summary>
public sealed class TemplateFuzzTests
{
    /// <summary>Rounds of an ordinary run, which takes some ten seconds.</summary>
    private const int Rounds = 6_000;

    /// <summary>What one rendering may allocate, garbage and the largest text of a single operation included.</summary>
    private const long AllocatedBytes = 256L * 1024 * 1024;

    /// <summary>Far more than the steps take, whatever else the machine does.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly RenderSettings Settings = new(DateTimeOffset.UnixEpoch, new JinjaLimits { Steps = 200_000 });

    private static readonly string[] Snippets =
    [
        "{{", "}}", "{%", "%}", "{#", "#}", "-%}", "{%-", "{{-", "-}}", "{% raw %}", "{% endraw %}", "{% for x in messages %}", "{% endfor %}", "{% if x %}", "{% else %}", "{% endif %}",
        "{% set x = messages %}", "{% set ns = namespace(x=1) %}", "{% macro m(a, b=1) %}", "{% endmacro %}", "{{ m(1) }}", "{% call m() %}", "{% endcall %}", "{% break %}", "{% continue %}",
        "{{ loop.index }}", "{{ loop(x) }}", " recursive ", " if ", " else ", " is ", " not ", " in ", " and ", "(", ")", "[", "]", "{", "}", ",", ".", ":", "|", "~", "+", "-", "*", "**", "/", "//", "%", "==", "<",
        "'", "\"", "\\", "\n", "\r\n", "0", "-1", "1e308", "10 ** 400", "99999999999", "9223372036854775807", "1.5", "none", "true", "[]", "{}", "''", "'%s'", "'{:>9}'", "'\\ud83d'", "[::-1]", "[-99:99]", "[1:]",
        " * 1000000", " * 99999999", "range(999999)", "| list", "| map('upper')", "| sort", "| join", "| tojson(indent=3)", "| int", "| float", "| round(400)", "| truncate(3)", "| wordwrap(1)", "| indent(9)", "| batch(2)",
        "| slice(3)", "| groupby('role')", "| unique", "| dictsort", "| urlencode", "| striptags", "| xmlattr", "| format(1)", "| center(99)", "| replace('', 'xyz')", "| selectattr('role')", ".split()", ".split('')", ".strip()",
        ".items()", ".get('role')", ".format(1, a=2)", ".join(messages)", ".upper()", ".title()", ".zfill(99)", ".expandtabs(99)", ".translate({97: 'x'})", "raise_exception('no')", "strftime_now('%Y')", "cycler(1, 2).next()", "\ud83d", "\ude80", "é", "ß", "\0",
    ];

    [Fact]
    public void No_template_does_worse_than_fail_in_words()
    {
        List<string> sources = Sources();
        foreach (int seed in FuzzRounds.Seeds(Rounds))
        {
            Random random = new(seed);
            string template = Mutated(sources, random);
            JinjaDict variables = RandomVariables(random);
            if (Misbehaviour(template, variables) is { } misbehaviour)
                Assert.Fail($"Round {seed}: {misbehaviour}\nwith {JsonSerializer.Serialize(template)}");
        }
    }

    private static string? Misbehaviour(string template, JinjaDict variables)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        long started = Stopwatch.GetTimestamp();
        try
        {
            OriginString text = JinjaTemplate.Parse(template).Render(variables, Settings);
            if (text.Runs.Sum(r => r.Length) != text.Length)
                return "the origins do not cover the text";
        }
        catch (JinjaException e)
        {
            // Only a template's own refusal may be empty, when what it raises is.
            if (e.Kind.Length == 0 || (e.Message.Length == 0 && !e.IsRaisedByTemplate))
                return "an error without words";
        }
        catch (Exception e)
        {
            return e.ToString();
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
        return allocated > AllocatedBytes ? string.Create(CultureInfo.InvariantCulture, $"{allocated} bytes allocated")
            : elapsed > Patience ? $"{elapsed} taken"
            : null;
    }

    /// <summary>The cases of the golden file, and the templates of real models where there are any.</summary>
    private static List<string> Sources()
    {
        List<string> sources = [];
        foreach (string file in (string[])["cases.json", "random.json"])
        {
            string path = Path.Combine(RepositoryPaths.Root, "tests", "Hearth.Tests", "Golden", "jinja", file);
            using JsonDocument golden = JsonDocument.Parse(File.ReadAllBytes(path));
            sources.AddRange(golden.RootElement.GetProperty("cases").EnumerateArray().Select(c => c.GetProperty("template").GetString()!));
        }

        string folder = Path.Combine(RepositoryPaths.Shared ?? "", "templates");
        if (Directory.Exists(folder))
        {
            // Real templates weigh as much as all the small ones.
            List<string> real = [.. Directory.GetFiles(folder, "*.jinja").Order(StringComparer.Ordinal).Select(File.ReadAllText)];
            int repeats = sources.Count / Math.Max(1, real.Count);
            sources.AddRange(Enumerable.Repeat(real, repeats).SelectMany(r => r));
        }

        return sources;
    }

    private static string Mutated(List<string> sources, Random random)
    {
        string template = sources[random.Next(sources.Count)];
        for (int i = random.Next(1, 8); i > 0; i--)
        {
            int at = random.Next(template.Length + 1);
            int length = random.Next(Math.Min(template.Length - at, 40) + 1);
            string other = sources[random.Next(sources.Count)];
            int from = random.Next(other.Length + 1);
            template = random.Next(6) switch
            {
                0 => template.Remove(at, length),
                1 => template.Insert(at, template.Substring(at, length)),
                2 => template.Insert(at, other.Substring(from, random.Next(Math.Min(other.Length - from, 200) + 1))),
                _ => template.Remove(at, random.Next(2) == 0 ? length : 0).Insert(at, Snippets[random.Next(Snippets.Length)]),
            };
        }

        return template;
    }

    private static JinjaDict RandomVariables(Random random)
    {
        JinjaDict variables = new();
        foreach (string name in (string[])["tools", "x", "s", "l", "d", "a", "add_generation_prompt", "enable_thinking", "bos_token"])
        {
            if (random.Next(3) > 0)
                variables.Set(name, RandomValue(random, 3));
        }

        JinjaList messages = new(Enumerable.Range(0, random.Next(5)).Select(_ => random.Next(8) == 0 ? RandomValue(random, 3) : RandomMessage(random)));
        return variables.Set("messages", messages);
    }

    private static JinjaDict RandomMessage(Random random)
    {
        string[] roles = ["system", "user", "assistant", "tool", "developer", ""];
        JinjaDict message = new JinjaDict().Set("role", OriginString.Untrusted(roles[random.Next(roles.Length)])).Set("content", RandomValue(random, 2));
        if (random.Next(3) == 0)
            message.Set("tool_calls", RandomValue(random, 3));
        return random.Next(3) == 0 ? message.Set("reasoning_content", RandomValue(random, 1)) : message;
    }

    private static object? RandomValue(Random random, int depth) => random.Next(depth > 0 ? 12 : 9) switch
    {
        0 => null,
        1 => random.Next(2) == 0,
        2 => (long)random.Next(-3, 100),
        3 => random.NextInt64(),
        4 => random.NextDouble() * Math.Pow(10, random.Next(-300, 300)),
        5 => OriginString.Empty,
        6 => OriginString.Untrusted(new string([.. Enumerable.Range(0, random.Next(20)).Select(_ => (char)random.Next(0x10000))])),
        7 or 8 => OriginString.Untrusted(Snippets[random.Next(Snippets.Length)]),
        9 or 10 => new JinjaList(Enumerable.Range(0, random.Next(4)).Select(_ => RandomValue(random, depth - 1))),
        _ => Enumerable.Range(0, random.Next(4)).Aggregate(
            new JinjaDict(), (d, _) => d.Set(Snippets[random.Next(Snippets.Length)], RandomValue(random, depth - 1)).Set("function", RandomValue(random, depth - 1))),
    };
}
