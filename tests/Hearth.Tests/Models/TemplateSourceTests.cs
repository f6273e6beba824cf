using Hearth.Chat.Templates;
using Hearth.Config;
using Hearth.Models;
using Hearth.Tests.Chat.Templates;
using Hearth.Tests.Support;

namespace Hearth.Tests.Models;

/// <summary>The template that a person chose, else the model's own, else the one that its vocabulary suggests.</summary>
public sealed class TemplateSourceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Names => [.. NamedTemplates.Names];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_model_with_a_template_has_its_own()
    {
        TemplateSource source = Choose(Bundled(), null);

        Assert.Equal("the model's own", source.Origin);
        Assert.Contains("<|im_start|>", source.Text, StringComparison.Ordinal);
        Assert.Null(source.Warning);
    }

    [Fact]
    public void A_file_and_a_name_are_chosen_instead()
    {
        string path = Path.Combine(_folder.Path, "mine.jinja");
        File.WriteAllText(path, "{{ messages }}");

        Assert.Equal(new TemplateSource("{{ messages }}", path, null), Choose(Bundled(), path));
        Assert.Equal(new TemplateSource(NamedTemplates.Find("gemma")!.Source, "Hearth's gemma", null), Choose(Bundled(), "Gemma"));
    }

    [Fact]
    public void What_is_neither_a_file_nor_a_name_is_one_sentence_with_the_names() =>
        Assert.Equal(
            "--chat-template expects a Jinja file or one of chatml, gemma, llama3, mistral, and 'qwen' is neither.",
            TemplateSource.Choose(Bundled(), "qwen").Error);

    [Theory]
    [InlineData("chatml", "<|im_start|>", "<|im_end|>")]
    [InlineData("gemma", "<start_of_turn>", "<end_of_turn>")]
    [InlineData("llama3", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>")]
    [InlineData("mistral", "[INST]", "[/INST]")]
    public void A_model_without_a_template_gets_the_one_of_its_vocabulary_with_a_warning(string name, params string[] marks)
    {
        TemplateSource source = Choose(ModelOf(marks), null);

        Assert.Equal(NamedTemplates.Find(name)!.Source, source.Text);
        Assert.Equal($"the model has no chat template: {name} is used, because its vocabulary has {marks[0]} (--chat-template decides)", source.Warning);
    }

    [Fact]
    public void A_vocabulary_that_says_nothing_gets_the_usual_template() =>
        Assert.Contains("chatml is used, because nothing in its vocabulary", Choose(ModelOf("a", "b"), null).Warning, StringComparison.Ordinal);

    [Fact]
    public void Help_names_our_templates() =>
        Assert.EndsWith("one of: " + string.Join(", ", NamedTemplates.Names), SettingTable.Find("chat-template")!.Description, StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Names))]
    public void Our_templates_keep_prefixes_and_need_no_repair(string name)
    {
        ChatTemplate template = Conversations.Parse(NamedTemplates.Find(name)!.Source);

        Assert.Equal(HistoryRewrites.None, template.Capabilities.Rewrites);
        Assert.Empty(template.Repairs);
        Assert.False(template.Capabilities.WritesDate);
        Assert.Equal(name != "gemma", template.Capabilities is { Tools: true, SystemRole: true, TextBesideCalls: true, UserAfterResult: true });
    }

    private static TemplateSource Choose(GgufFile file, string? choice)
    {
        (TemplateSource? source, string? error) = TemplateSource.Choose(file, choice);
        Assert.Null(error);
        return source!;
    }

    private static GgufFile Bundled() => GgufFile.Open(RepositoryPaths.BundledModel).File!;

    private GgufFile ModelOf(params string[] vocabulary)
    {
        string path = Path.Combine(_folder.Path, "model.gguf");
        GgufsOfTests.Write(path, vocabulary);
        (GgufFile? file, string? error) = GgufFile.Open(path);
        Assert.Null(error);
        return file!;
    }
}
