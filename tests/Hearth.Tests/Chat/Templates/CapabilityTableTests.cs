using System.Text;
using Hearth.Chat.Templates;
using Hearth.Tests.Support;

namespace Hearth.Tests.Chat.Templates;

/// <summary>What probes find out about the templates of real models, one line each, read against the templates by a person.</summary>
public sealed class CapabilityTableTests
{
    [Fact]
    public void Probes_say_the_truth_about_templates_of_real_models()
    {
        string folder = RepositoryPaths.RequireShared("templates");
        StringBuilder table = new();
        foreach (string path in Directory.EnumerateFiles(folder, "*.jinja").Order(StringComparer.Ordinal))
            table.Append(Path.GetFileNameWithoutExtension(path)).Append(": ").AppendJoin(' ', Words(Conversations.Parse(File.ReadAllText(path)))).Append('\n');

        string expected = File.ReadAllText(Path.Combine(RepositoryPaths.Root, "tests", "Hearth.Tests", "Golden", "capabilities.txt"));
        Assert.Equal(expected.ReplaceLineEndings("\n"), table.ToString());
    }

    private static IEnumerable<string?> Words(ChatTemplate template)
    {
        TemplateCapabilities found = template.Capabilities;
        ThinkingCapabilities thinking = found.Thinking;
        string?[] words =
        [
            found.SystemRole ? "system" : "no-system",
            $"later={found.LaterSystem}",
            found.DefaultSystem is null ? null : "default-system",
            found.NeedsSystem ? "needs-system" : null,
            found.NeedsAlternation ? "alternates" : null,
            found.NeedsUserFirst ? "user-first" : null,
            found.PartsOnly == PartRoles.None ? null : $"parts={found.PartsOnly}",
            found.ToolDefinitions ? "definitions" : null,
            found.ToolCalls ? "calls" : null,
            found.ToolResults ? "results" : null,
            found.ToolCalls && !found.ParallelCalls ? "single-calls" : null,
            found.TextBesideCalls ? null : "no-text-beside-calls",
            found.UserAfterResult ? null : "no-user-after-result",
            found.ArgumentsAsText ? "arguments-as-text" : null,
            found.NoContentBesideCalls ? "no-content-beside-calls" : null,
            found.ToolCallIdLength is { } length ? $"id-length={length}" : null,
            thinking.Switch is { } s ? $"switch={s.Variable ?? "system"}:{s.On}/{s.Off}" : null,
            thinking.Switch is null ? null : thinking.OnByDefault switch { true => "on", false => "off", _ => "neither" },
            thinking.EffortVariable is { } effort ? $"effort={effort}" : null,
            thinking.ChangesPrefix ? "changes-prefix" : null,
            thinking.PromptOpens ? "opens" : null,
            thinking.Place is { } place ? $"place={place.Kind}:{place.Name} kept={thinking.Kept}" : null,
            thinking.KeepSwitch is { } keep ? $"keep={keep.Name}:{keep.Value}" : null,
            thinking.ExcludesText ? "excludes-text" : null,
            thinking.Text is { } t ? $"text={string.Join('|', new[] { t.Open, t.Close, t.CloseBeforeCall, t.GapBeforeCall, t.Absent, t.Dropped }.Select(Show))}" : null,
            found.WritesDate ? "date" : null,
            found.Rewrites == HistoryRewrites.None ? null : $"rewrites={found.Rewrites}",
            template.Repairs.Count > 0 ? $"repairs={string.Join(',', template.Repairs.Select(r => r.Name))}" : null,
        ];
        return words.Where(w => w is not null);
    }

    private static string Show(string? text) => text is null ? "-" : text.ReplaceLineEndings("\\n").Replace(' ', '_');
}
