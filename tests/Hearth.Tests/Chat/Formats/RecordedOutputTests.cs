using System.Text.Json;
using System.Text.RegularExpressions;
using Hearth.Http;
using Hearth.Tests.Support;

namespace Hearth.Tests.Chat.Formats;

/// <summary>Recorded outputs of real models with the correct parse, whole, cut at the family's markers and in random pieces.</summary>
public sealed class RecordedOutputTests
{
    private const int RandomCuts = 4;

    [Fact]
    public void Every_recorded_output_parses_as_recorded_in_any_pieces()
    {
        string folder = RepositoryPaths.RequireShared("toolcalls");
        List<string> wrong = [];
        int count = 0;
        foreach (string file in Directory.EnumerateFiles(folder, "*.jsonl").Order(StringComparer.Ordinal))
        {
            Family family = new(folder, Path.GetFileNameWithoutExtension(file));
            foreach (string line in File.ReadLines(file))
            {
                using JsonDocument fixture = JsonDocument.Parse(line);
                wrong.AddRange(Differences(family, fixture.RootElement));
                count++;
            }
        }

        Assert.True(count > 200, "The recorded outputs are not there.");
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    private static IEnumerable<string> Differences(Family family, JsonElement fixture)
    {
        string raw = fixture.GetProperty("raw_output").GetString()!;
        ParseRequestWire request = family.Request(fixture);
        List<IReadOnlyList<string>> cuts = [[raw], family.Cut(raw)];
        for (int seed = 0; seed < RandomCuts; seed++)
            cuts.Add([.. ParserHarness.Chunk(raw, Sizes(new Random(seed), raw.Length))]);
        foreach (IReadOnlyList<string> pieces in cuts)
        {
            (ParsedAnswerWire? answer, _) = Parse.Read(request with { Deltas = pieces }, TestContext.Current.CancellationToken);
            if (Difference(fixture, answer!) is { } difference)
                yield return $"{fixture.GetProperty("id")} in {pieces.Count}: {difference}";
        }
    }

    private static IEnumerable<int> Sizes(Random random, int total)
    {
        for (int at = 0; at < total; at++)
            yield return random.Next(1, 9);
    }

    private static string? Difference(JsonElement fixture, ParsedAnswerWire answer)
    {
        if (!fixture.TryGetProperty("expected", out JsonElement expected))
            return answer.ToolCalls.Count == 0 ? null : $"there are calls: {Describe(answer)}";
        string wanted = Describe(
            expected.GetProperty("content").GetString(),
            expected.GetProperty("reasoning_content").GetString(),
            expected.GetProperty("tool_calls").EnumerateArray().Select(c => (c.GetProperty("name").GetString()!, c.GetProperty("arguments").GetRawText())));
        return Describe(answer) == wanted ? null : $"{Describe(answer)} instead of {wanted}";
    }

    private static string Describe(ParsedAnswerWire answer) =>
        Describe(answer.Content, answer.ReasoningContent, answer.ToolCalls.Select(c => (c.Name, c.Arguments)));

    /// <summary>White space around text is not compared: what engines make of it differs by taste.</summary>
    private static string Describe(string? content, string? thinking, IEnumerable<(string Name, string Json)> calls) =>
        $"[{content?.Trim()}] [{thinking?.Trim()}] {string.Join(" ", calls.Select(c => c.Name + Canonical(c.Json)))}";

    private static string Canonical(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return Canonical(document.RootElement);
    }

    private static string Canonical(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "{" + string.Join(",", value.EnumerateObject().OrderBy(p => p.Name, StringComparer.Ordinal).Select(p => $"{p.Name}:{Canonical(p.Value)}")) + "}",
        JsonValueKind.Array => "[" + string.Join(",", value.EnumerateArray().Select(Canonical)) + "]",
        JsonValueKind.Number => value.GetDouble().ToString("R", System.Globalization.CultureInfo.InvariantCulture),
        _ => JsonSerializer.Serialize(value),
    };

    /// <summary>What belongs to all outputs of one family.</summary>
    private sealed class Family
    {
        private readonly string _templates;
        private readonly JsonElement _variants;
        private readonly Dictionary<string, JsonElement> _models;
        private readonly string _markers;

        public Family(string folder, string name)
        {
            _templates = Path.Combine(folder, "..", "templates");
            _variants = Load(Path.Combine(folder, "variants.json"));
            JsonElement family = Load(Path.Combine(folder, $"{name}.family.json"));
            _models = family.GetProperty("reference_models").EnumerateArray().ToDictionary(m => m.GetProperty("repo").GetString()!);
            _markers = "(" + string.Join("|", family.GetProperty("markers").EnumerateArray().Select(m => Regex.Escape(m.GetString()!)).OrderByDescending(m => m.Length)) + ")";
        }

        public IReadOnlyList<string> Cut(string raw) => [.. Regex.Split(raw, _markers).Where(p => p.Length > 0)];

        public ParseRequestWire Request(JsonElement fixture)
        {
            JsonElement model = _models[fixture.GetProperty("models")[0].GetString()!];
            JsonElement variant = _variants.GetProperty(model.GetProperty("variant").GetString()!);
            string? template = Text(variant, "template") is { } file && File.Exists(Path.Combine(_templates, file))
                ? File.ReadAllText(Path.Combine(_templates, file))
                : null;
            return new ParseRequestWire
            {
                ChatTemplate = template,
                Format = template is null ? Text(variant, "format") : null,
                Tools = fixture.GetProperty("tools").Deserialize<List<ParseToolWire>>(JsonSerializerOptions.Web),
                GenerationPrompt = Text(fixture, "generation_prompt") ?? Text(model, "default_generation_prompt"),
                FinishReason = fixture.GetProperty("tags").EnumerateArray().Any(t => t.GetString() == "truncated") ? "length" : "stop",
            };
        }

        private static string? Text(JsonElement element, string name) =>
            element.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

        private static JsonElement Load(string path)
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            return document.RootElement.Clone();
        }
    }
}
