using Hearth.Chat;
using Hearth.Chat.Formats;

namespace Hearth.Tests.Chat.Formats;

/// <summary>A marker that is a token of the vocabulary counts as that token only; one that is none counts as the characters it is.</summary>
public sealed class MarkerTokenTests
{
    private const string Dsml = "｜DSML｜";

    public static TheoryData<string, string> Markers =>
        new(from format in OutputFormats.All from marker in format.Markers select (format.Name, marker));

    [Theory]
    [MemberData(nameof(Markers))]
    public void A_marker_that_is_a_token_is_text_where_its_characters_are_written(string name, string marker)
    {
        string output = $"all\n.a {marker} b";
        IOutputParser parser = OutputFormats.Find(name)!.CreateParser(
            new OutputParserSettings([ParserHarness.Tool("f")], StartsInThinking: false, new HashSet<string> { marker }, () => "id"));

        Assert.Equal([new TextDelta(name == "functionary-v32" ? output[4..] : output)], Read(parser, [(output, false)]));
    }

    [Fact]
    public void A_token_that_is_a_part_of_markers_makes_them_only_as_that_token()
    {
        string output = Invoke(Dsml);
        (string, bool)[] asTokens = [.. output.Split(Dsml).SelectMany((text, i) => i == 0 ? [(text, false)] : new[] { (Dsml, true), (text, false) })];

        Assert.Equal([new TextDelta(output)], Read(DsmlParser(Dsml), [(output, false)]));
        Assert.Equal("f", Assert.Single(Read(DsmlParser(Dsml), asTokens).OfType<ToolCallStarted>()).Name);
        Assert.Equal("f", Assert.Single(Read(DsmlParser(), [(output, false)]).OfType<ToolCallStarted>()).Name);
    }

    [Fact]
    public void A_token_that_is_a_part_of_markers_is_shown_as_itself_elsewhere()
    {
        Assert.Equal([new TextDelta($"the {Dsml} token")], Read(DsmlParser(Dsml), [("the ", false), (Dsml, true), (" token", false)]));
        Assert.Equal(
            $"{{\"a\": \"</{Dsml}parameter> {Dsml}\"}}",
            string.Concat(Read(DsmlParser(Dsml), Spelled($"</{Dsml}parameter> ", (Dsml, true))).OfType<ToolCallArguments>().Select(a => a.Json)));
    }

    private static string Invoke(string token) =>
        $"<{token}function_calls>\n<{token}invoke name=\"f\">\n<{token}parameter name=\"a\" string=\"true\">v</{token}parameter>\n</{token}invoke>\n</{token}function_calls>";

    /// <summary>A call in tokens with a value that holds the marker's characters, and the token alone.</summary>
    private static IEnumerable<(string, bool)> Spelled(string value, (string, bool) token)
    {
        (string, bool) t = (Dsml, true);
        return
        [
            ("<", false), t, ("function_calls>\n<", false), t, ("invoke name=\"f\">\n<", false), t, ("parameter name=\"a\" string=\"true\">" + value, false),
            token, ("</", false), t, ("parameter>\n</", false), t, ("invoke>\n</", false), t, ("function_calls>", false),
        ];
    }

    private static IOutputParser DsmlParser(params string[] tokens) => OutputFormats.Find("deepseek-dsml")!.CreateParser(
        new OutputParserSettings([ParserHarness.Tool("f")], StartsInThinking: false, tokens.ToHashSet(), () => "id"));

    private static List<ChatEvent> Read(IOutputParser parser, IEnumerable<(string Text, bool IsToken)> pieces)
    {
        List<ChatEvent> events = [];
        foreach ((string text, bool isToken) in pieces)
        {
            if (isToken)
                parser.Special(text, events);
            else
                parser.Text(text, events);
        }

        parser.Finish(truncated: false, events);
        return ParserHarness.Merge(events);
    }
}
