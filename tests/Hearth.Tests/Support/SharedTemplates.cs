using Hearth.Chat.Templates;
using Hearth.Llama;

namespace Hearth.Tests.Support;

/// <summary>The templates and vocabularies of the shared material; what is missing skips the test that asks for it.</summary>
internal static class SharedTemplates
{
    private static readonly TemplateTokens Tokens = new("<s>", "</s>");

    /// <summary>Vocabularies by name: the bundled model's and those of the shared material.</summary>
    public static TheoryData<string> Vocabularies => ["spark", "models/SmolLM2-135M-Instruct.Q4_1.gguf", "vocab/ggml-vocab-qwen2.gguf"];

    public static LlamaModel LoadVocabulary(string name) => name == "spark"
        ? NativeLibraryFixture.LoadSpark()
        : NativeLibraryFixture.LoadModel(RepositoryPaths.RequireShared(name), vocabularyOnly: true);

    /// <summary>Every template's source by its name, in order.</summary>
    public static IReadOnlyList<(string Name, string Source)> Sources() =>
    [
        .. Directory.EnumerateFiles(RepositoryPaths.RequireShared("templates"), "*.jinja").Order(StringComparer.Ordinal)
            .Select(path => (Path.GetFileNameWithoutExtension(path), File.ReadAllText(path))),
    ];

    public static ChatTemplate Parse(string source) => ChatTemplate.Parse(source, "shared", Tokens);
}
