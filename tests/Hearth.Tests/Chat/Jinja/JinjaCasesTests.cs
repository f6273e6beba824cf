using System.Globalization;
using System.Text.Json;
using Hearth.Chat.Jinja;
using Hearth.Tests.Support;

namespace Hearth.Tests.Chat.Jinja;

/// <summary>Small templates over the whole language, written and random; Golden/jinja/generate.py wrote down what Jinja2 makes of them.</summary>
public sealed class JinjaCasesTests
{
    /// <summary>What a case expects whose error is not worded: Jinja2 lets Python's own errors through, which nobody's template relies on.</summary>
    private const string AnyError = "!";

    [Theory]
    [InlineData("cases.json")]
    [InlineData("random.json")]
    public void Every_case_renders_or_fails_as_jinja2_does(string file)
    {
        string path = Path.Combine(RepositoryPaths.Root, "tests", "Hearth.Tests", "Golden", "jinja", file);
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllBytes(path));
        DateTimeOffset now = DateTimeOffset.Parse(
            golden.RootElement.GetProperty("now").GetString()!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        List<string> differences = [];
        foreach (JsonElement item in golden.RootElement.GetProperty("cases").EnumerateArray())
        {
            string template = item.GetProperty("template").GetString()!;
            string expected = Expected(item);
            JsonElement variables = (item.TryGetProperty("variables", out _) ? item : golden.RootElement).GetProperty("variables");
            string actual = Render(template, variables, now);
            if (actual != expected && !(expected == AnyError && actual.StartsWith('!')))
                differences.Add($"{item.GetProperty("name")}: {template}\n  expected {Show(expected)}\n  got      {Show(actual)}");
        }

        Assert.True(differences.Count == 0, $"{differences.Count} differ:\n{string.Join("\n", differences.Take(100))}");
    }

    private static string Expected(JsonElement item) => item.TryGetProperty("text", out JsonElement text)
        ? "= " + text.GetString()
        : !item.TryGetProperty("message", out _) ? AnyError
        : Error(item.GetProperty("error").GetString()!, item.GetProperty("message").GetString()!);

    private static string Render(string template, JsonElement variables, DateTimeOffset now)
    {
        try
        {
            return "= " + JinjaTemplate.Parse(template).Render((JinjaDict)JsonText.Read(variables)!, new RenderSettings(now)).Text;
        }
        catch (JinjaException e)
        {
            return Error(e.Kind, e.Message);
        }
    }

    /// <summary>
    /// Syntax errors are worded by the parser at hand, and Jinja2 finds some of the rest when it compiles, which never happens here; all
    /// others are what a template's author reads in Python.
    /// </summary>
    private static string Error(string kind, string message) =>
        kind.EndsWith("SyntaxError", StringComparison.Ordinal) ? "! TemplateSyntaxError"
        : kind.StartsWith("Template", StringComparison.Ordinal) && kind != "TemplateError" ? "! TemplateRuntimeError or TemplateAssertionError"
        : $"! {kind}: {message}";

    private static string Show(string text) => JsonSerializer.Serialize(text);
}
