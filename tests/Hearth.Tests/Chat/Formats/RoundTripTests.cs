using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Hearth.Chat;
using Hearth.Chat.Formats;
using Hearth.Chat.Templates;
using Hearth.Tests.Support;

namespace Hearth.Tests.Chat.Formats;

/// <summary>A call that a template renders into history, read back by the format that was found for the template, is the same call.</summary>
public sealed class RoundTripTests
{
    private const string Question = "hearthquestion";
    private const string Result = "hearthresult";
    private const int CallsPerTemplate = 60;

    private static readonly Gen<string> Text = Gen.OneOf(
        Gen.String[Gen.Char.AlphaNumeric, 0, 6],
        Gen.OneOf("", " ", "\n", "line\nline\n", "  padded ", "\"", "\\", "'", "{", "}", "[1, 2]", "{\"a\": 1}", "null", "true", "5", "é🚀", "日本", "<b>", "&amp;", "\t", "a=b", "`", "C:\\x", "%s", "{{x}}"))
        .Array[0, 4].Select(parts => string.Concat(parts));

    [Fact]
    public void A_rendered_call_reads_back_as_the_same_call()
    {
        string folder = RepositoryPaths.RequireShared("templates");
        List<string> wrong = [];
        int count = 0;
        foreach (string file in Directory.EnumerateFiles(folder, "*.jinja").Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileNameWithoutExtension(file);
            ChatTemplate template = ChatTemplate.Parse(File.ReadAllText(file), name, new TemplateTokens("<s>", "</s>"), cancellation: TestContext.Current.CancellationToken);
            if (!template.Capabilities.Tools)
                continue;
            count++;
            string? difference = FirstDifference(template, FormatProbe.Find(template, TestContext.Current.CancellationToken));
            if (difference is not null)
                wrong.Add($"{name}: {difference}");
        }

        Assert.True(count > 30, "There are few templates.");
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    private static string? FirstDifference(ChatTemplate template, IOutputFormat format)
    {
        try
        {
            Arguments(format).Sample(
                arguments =>
                {
                    ToolDefinition tool = Tool(arguments);
                    string text = Render(template, tool, arguments) ?? throw new InvalidOperationException($"does not render {arguments}");
                    IReadOnlyList<ChatEvent> events = format.ReadAll([text], [tool]);
                    string json = string.Concat(events.OfType<ToolCallArguments>().Select(a => a.Json));
                    bool isSame = events.OfType<ToolCallStarted>().Count() == 1 && events.OfType<ToolCallFinished>().Count() == 1
                        && JsonElement.DeepEquals(JsonDocument.Parse(json).RootElement, arguments);
                    if (!isSame)
                        throw new InvalidOperationException($"{arguments} became {json} by {format.Name} of {text}");
                },
                iter: CallsPerTemplate, threads: 1, seed: "0000KsUu5iY0");
            return null;
        }
        catch (CsCheckException e)
        {
            return e.InnerException?.Message ?? e.Message;
        }
    }

    private static string? Render(ChatTemplate template, ToolDefinition tool, JsonElement arguments)
    {
        ChatMessage question = ChatMessage.OfText(ChatRole.User, Question);
        string? text = template.RenderHistory(
            [
                question,
                new ChatMessage(ChatRole.Assistant, [new ToolCallContent("call00001", tool.Name, arguments)]),
                new ChatMessage(ChatRole.User, [new ToolResultContent("call00001", [new TextContent(Result)], IsError: false)]),
            ],
            [tool],
            template.Capabilities);
        if (text is null || template.RenderHistory([question], [tool], template.Capabilities) is not { } before)
            return null;
        int start = text.StartsWith(before, StringComparison.Ordinal) ? before.Length : text.LastIndexOf(Question, StringComparison.Ordinal) + Question.Length;
        int end = text.LastIndexOf(Result, StringComparison.Ordinal);
        return text[start..(end < start ? text.Length : end)];
    }

    private static Gen<JsonElement> Arguments(IOutputFormat format)
    {
        Gen<string> text = Gen.Select(Text, Gen.OneOf("", Marker(format)), Text).Select((a, marker, b) => a + marker + b);
        Gen<JsonNode?> scalar = Gen.OneOf(
            text.Select(t => (JsonNode?)JsonValue.Create(t)),
            Gen.Long.Select(n => (JsonNode?)JsonValue.Create(n)),
            Gen.Int[-9, 9].Select(n => (JsonNode?)JsonValue.Create(n + 0.5)),
            Gen.Bool.Select(b => (JsonNode?)JsonValue.Create(b)),
            Gen.Const((JsonNode?)null));
        Gen<string> key = Gen.String[Gen.Char.AlphaNumeric, 1, 5];
        Gen<JsonNode?> nested = Gen.OneOf(
            scalar.Array[0, 3].Select(items => (JsonNode?)new JsonArray([.. items.Select(i => i?.DeepClone())])),
            Gen.Select(key, scalar).Array[0, 3].Select(items => (JsonNode?)Object(items)));
        return Gen.Select(key, Gen.OneOf(scalar, nested)).Array[0, 4].Select(items => Element(Object(items)));
    }

    /// <summary>A marker that the format can carry in a text: where values are bare text, those that end one cannot be.</summary>
    private static string Marker(IOutputFormat format) => format.Name switch
    {
        "gemma4" => "<|channel>",
        _ => format.Markers[0],
    };

    private static JsonObject Object(IEnumerable<(string Key, JsonNode? Value)> items)
    {
        JsonObject result = [];
        foreach ((string key, JsonNode? value) in items)
            result[key] = value?.DeepClone();
        return result;
    }

    private static ToolDefinition Tool(JsonElement arguments)
    {
        JsonObject properties = [];
        foreach (JsonProperty argument in arguments.EnumerateObject())
        {
            properties[argument.Name] = new JsonObject
            {
                ["type"] = argument.Value.ValueKind switch
                {
                    JsonValueKind.String => "string",
                    JsonValueKind.Number => "number",
                    JsonValueKind.True or JsonValueKind.False => "boolean",
                    JsonValueKind.Array => "array",
                    JsonValueKind.Null => "null",
                    _ => "object",
                },
                ["description"] = "a parameter",
            };
        }

        return new ToolDefinition("hearthlookup", "Looks up", Element(new JsonObject { ["type"] = "object", ["properties"] = properties, ["required"] = new JsonArray() }));
    }

    private static JsonElement Element(JsonNode node)
    {
        using JsonDocument document = JsonDocument.Parse(node.ToJsonString());
        return document.RootElement.Clone();
    }
}
