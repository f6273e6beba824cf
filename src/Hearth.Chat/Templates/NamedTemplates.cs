namespace Hearth.Chat.Templates;

/// <summary>A template of ours for models that have none: its name, and tokens of the vocabulary that such models have.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Marks">Tokens by which a vocabulary is recognised.</param>
public sealed record NamedTemplate(string Name, IReadOnlyList<string> Marks)
{
    /// <summary>The Jinja source.</summary>
    public string Source => EmbeddedText.Read(Name + ".jinja");
}

/// <summary>The templates in <c>Named/</c>, written for Hearth: each is the plain form of a family of models.</summary>
public static class NamedTemplates
{
    /// <summary>Used where nothing in a vocabulary is recognised: most models without a template were trained on it.</summary>
    private const string Usual = "chatml";

    /// <summary>All of them; of those that fit a vocabulary, the first is meant.</summary>
    public static IReadOnlyList<NamedTemplate> All { get; } =
    [
        new(Usual, ["<|im_start|>", "<|im_end|>"]),
        new("gemma", ["<start_of_turn>", "<end_of_turn>"]),
        new("llama3", ["<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"]),
        new("mistral", ["[INST]", "[/INST]"]),
    ];

    /// <summary>Their names.</summary>
    public static IEnumerable<string> Names => All.Select(t => t.Name);

    /// <summary>The template with this name, or null.</summary>
    public static NamedTemplate? Find(string name) => All.FirstOrDefault(t => string.Equals(t.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The template that a vocabulary was most likely trained on, and whether anything in it says so.</summary>
    public static (NamedTemplate Template, bool IsRecognised) Infer(IReadOnlySet<string> vocabulary) =>
        All.FirstOrDefault(t => t.Marks.All(vocabulary.Contains)) is { } known ? (known, true) : (Find(Usual)!, false);
}
