using System.Text.Json;

namespace Hearth.Chat.Templates;

/// <summary>
/// The list in <c>repairs.json</c>: faults in the text of templates. What a template merely does differently is found by
/// <see cref="TemplateProbe"/>, and needs no repair.
/// </summary>
internal static class TemplateRepairs
{
    public static IReadOnlyList<TemplateRepair> All { get; } =
        JsonSerializer.Deserialize(EmbeddedText.Read("repairs.json"), TemplateRepairJson.Default.IReadOnlyListTemplateRepair)!;

    /// <summary>The repaired source and what was repaired in it.</summary>
    public static (string Source, IReadOnlyList<TemplateRepair> Applied) Apply(string source)
    {
        List<TemplateRepair> applied = [];
        foreach (TemplateRepair repair in All)
        {
            if (!repair.When.All(w => source.Contains(w, StringComparison.Ordinal)))
                continue;
            string repaired = repair.Replace.Aggregate(source, (text, r) => text.Replace(r.Find, r.With, StringComparison.Ordinal));
            if (repaired == source)
                continue;
            source = repaired;
            applied.Add(repair);
        }

        return (source, applied);
    }
}
