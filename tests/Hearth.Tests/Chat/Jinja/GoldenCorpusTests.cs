using System.Globalization;
using System.Text.Json;
using Hearth.Chat.Jinja;
using Hearth.Tests.Support;

namespace Hearth.Tests.Chat.Jinja;

/// <summary>Templates of real models, rendered by real Jinja2 as transformers sets it up.</summary>
public sealed class GoldenCorpusTests
{
    [Fact]
    public void Every_template_renders_every_scenario_as_jinja2_does()
    {
        string folder = RepositoryPaths.RequireShared("templates");
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "golden.json")));
        List<string> differences = [];
        foreach (JsonProperty template in golden.RootElement.GetProperty("golden").EnumerateObject())
        {
            JinjaTemplate parsed = JinjaTemplate.Parse(File.ReadAllText(Path.Combine(folder, template.Name)), template.Name);
            foreach (JsonProperty scenario in template.Value.EnumerateObject())
            {
                string actual = Render(parsed, golden.RootElement, scenario.Name);
                string expected = scenario.Value.TryGetProperty("text", out JsonElement text) ? text.GetString()! : "! " + scenario.Value.GetProperty("error").GetString();
                if (actual != expected)
                    differences.Add($"{template.Name} / {scenario.Name}: {Describe(expected, actual)}");
            }
        }

        Assert.True(differences.Count == 0, $"{differences.Count} differ:\n{string.Join("\n", differences.Take(40))}");
    }

    private static string Render(JinjaTemplate template, JsonElement golden, string scenario)
    {
        JinjaDict variables = (JinjaDict)JsonText.Read(golden.GetProperty("scenarios").GetProperty(scenario))!;
        foreach (string token in new[] { "bos_token", "eos_token", "unk_token", "pad_token" })
            variables.Set(token, OriginString.Trusted(golden.GetProperty(token).GetString()!));
        DateTimeOffset now = DateTimeOffset.Parse(
            golden.GetProperty("strftime_now").GetString()!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        try
        {
            return template.Render(variables, new RenderSettings(now)).Text;
        }
        catch (JinjaException e)
        {
            return $"! {e.Kind}: {e.Message}";
        }
    }

    private static string Describe(string expected, string actual)
    {
        int at = expected.AsSpan().CommonPrefixLength(actual);
        return $"at {at}: expected {Excerpt(expected, at)} got {Excerpt(actual, at)}";
    }

    private static string Excerpt(string text, int at) =>
        JsonSerializer.Serialize(text.Substring(Math.Max(0, at - 20), Math.Min(100, text.Length - Math.Max(0, at - 20))));
}
