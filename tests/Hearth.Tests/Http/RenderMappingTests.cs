using System.Text.RegularExpressions;
using Hearth.Tests.Repository;
using Hearth.Tests.Support;

namespace Hearth.Tests.Http;

/// <summary>What the model sees of everything a client can send, as docs/chat.md promises it row by row.</summary>
public sealed partial class RenderMappingTests
{
    public static TheoryData<int> Numbers => [.. Enumerable.Range(0, RenderMappingCases.All.Count)];

    [Theory]
    [MemberData(nameof(Numbers))]
    public async Task The_model_sees_what_the_table_says(int number)
    {
        MappingCase item = RenderMappingCases.All[number];
        await using var server = await ServerUnderTest.StartAsync(new TemplateProvider(item.Template));

        var (status, body) = await server.PostForJsonAsync("/api/render", "{" + item.Fields + "}");

        string seen = status == 200 ? body.GetProperty("prompt").GetString()! : $"{status} {body.GetProperty("error").GetProperty("message").GetString()}";
        Assert.Equal($"{item.Row}: {item.Prompt}", $"{item.Row}: {seen}");
    }

    [Fact]
    public void Every_row_of_the_tables_has_a_case_and_every_case_a_row()
    {
        string page = SourceTree.Read("docs/chat.md");
        string section = page[page.IndexOf("## Mapping", StringComparison.Ordinal)..page.IndexOf("## Formats", StringComparison.Ordinal)];
        string[] rows = [.. Rows().Matches(section).Select(m => m.Groups["row"].Value).Where(r => r is not ("From the client" or "The template"))];

        Assert.True(rows.Length > 40, $"Only {rows.Length} rows were found.");
        Assert.Equal(rows.Order(StringComparer.Ordinal), RenderMappingCases.All.Select(c => c.Row).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Messages_and_counts_are_read_as_they_are_rendered()
    {
        MappingCase refused = RenderMappingCases.All.First(c => c.Row == "`container_upload`");
        await using var server = await ServerUnderTest.StartAsync(new TemplateProvider(refused.Template));
        List<string> messages = [];
        foreach (string path in (string[])["/v1/messages", "/v1/messages/count_tokens"])
        {
            var (status, body) = await server.PostForJsonAsync(path, """{"max_tokens": 1, """ + refused.Fields + "}");
            messages.Add($"{status} {body.GetProperty("error").GetProperty("message").GetString()}");
        }

        Assert.Equal([refused.Prompt, refused.Prompt], messages);
    }

    [GeneratedRegex(@"^\| (?<row>(?!-)[^|]+?) \|", RegexOptions.Multiline)]
    private static partial Regex Rows();
}
