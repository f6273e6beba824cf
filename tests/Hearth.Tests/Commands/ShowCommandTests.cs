using System.Text.Json;
using Hearth.Tests.Models;
using Hearth.Tests.Support;

namespace Hearth.Tests.Commands;

/// <summary>What a model is and can do, told without loading it.</summary>
public sealed class ShowCommandTests
{
    [Fact]
    public async Task A_model_is_shown_in_plain_words()
    {
        using var run = new CommandRun();

        Assert.Equal(0, await run.RunAsync("show", RepositoryPaths.BundledModel));
        Assert.Matches(@"(?m)^architecture +\w+$", run.Out);
        Assert.Matches(@"(?m)^weights +\d+ MB, mostly q8_0$", run.Out);
        Assert.Matches(@"(?m)^vocabulary +4,096 tokens$", run.Out);
        Assert.Matches(@"(?m)^template +the model's own$", run.Out);
        Assert.Matches(@"(?m)^format +hermes$", run.Out);
        Assert.Matches(@"(?m)^tools +definitions, calls and results; several calls at once; arguments as an object$", run.Out);
        Assert.Equal("", run.Error);
    }

    [Fact]
    public async Task A_signal_is_heard_while_a_template_is_probed()
    {
        using var folder = new TemporaryFolder();
        var template = Path.Combine(folder.Path, "slow.jinja");
        await File.WriteAllTextAsync(template, "{% for i in range(5000) %}{% endfor %}{% for m in messages %}{{ m.content }}{% endfor %}", TestContext.Current.CancellationToken);
        using var run = new CommandRun();
        run.Stop.Signal();

        Assert.Equal(130, await run.RunAsync("show", RepositoryPaths.BundledModel, "--chat-template", template));
        Assert.Equal(("", ""), (run.Out, run.Error));
    }

    [Fact]
    public async Task The_bundled_model_is_meant_when_none_is_named()
    {
        using var run = new CommandRun();

        Assert.Equal(0, await run.RunAsync("show"));
        Assert.Matches(@"(?m)^id +spark$", run.Out);
    }

    [Fact]
    public async Task A_person_may_choose_the_format_and_a_wrong_name_is_told_with_the_right_ones()
    {
        using var chosen = new CommandRun();
        using var wrong = new CommandRun();

        Assert.Equal(0, await chosen.RunAsync("show", "--format", "kimi-k2"));
        Assert.Matches(@"(?m)^format +kimi-k2$", chosen.Out);
        Assert.Equal(1, await wrong.RunAsync("show", "--format", "kimi"));
        Assert.Matches(@"^--format expects one of harmony, .*llama4-pythonic, not 'kimi'\.\s*$", wrong.Error);
    }

    [Fact]
    public async Task Programs_get_one_object_with_snake_case_keys()
    {
        using var run = new CommandRun();

        Assert.Equal(0, await run.RunAsync("show", RepositoryPaths.BundledModel, "--json"));
        using JsonDocument json = JsonDocument.Parse(run.Out);
        JsonElement capabilities = json.RootElement.GetProperty("capabilities");
        Assert.Equal("hermes", json.RootElement.GetProperty("format").GetString());
        Assert.Equal(4096, json.RootElement.GetProperty("vocabulary_size").GetInt32());
        Assert.Equal("in_place", capabilities.GetProperty("later_system").GetString());
        Assert.True(capabilities.GetProperty("tool_definitions").GetBoolean());
        Assert.Equal(JsonValueKind.Object, capabilities.GetProperty("thinking").ValueKind);
    }

    [Fact]
    public async Task What_the_template_does_to_history_and_what_was_repaired_are_warnings()
    {
        using var folder = new TemporaryFolder();
        string template = Path.Combine(folder.Path, "t.jinja");
        await File.WriteAllTextAsync(
            template,
            "{% set ns = namespace(last_query_index=0) %}{% if ns.last_query_index > 0 %}{{- raise_exception('No user query found in messages.') }}{% endif %}"
            + "{% for m in messages %}{% if loop.last and tools %}{{ tools | tojson }}{{ strftime_now('%Y') }}{% endif %}<{{ m.role }}>{{ m.content }}"
            + "{% for c in m.tool_calls or [] %}{{ c.function | tojson }}{% endfor %}{% endfor %}",
            TestContext.Current.CancellationToken);
        using var run = new CommandRun();

        Assert.Equal(0, await run.RunAsync("show", "--chat-template", template));
        Assert.Contains("warning: repaired in the template: no-user-query (Qwen3.5 refuses", run.Out, StringComparison.Ordinal);
        Assert.Contains("warning: the template writes the date", run.Out, StringComparison.Ordinal);
        Assert.Contains("warning: rewrites history: moves the tool definitions", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_without_a_template_is_shown_with_the_one_that_is_used()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "old.gguf");
        GgufsOfTests.Write(path, ["<|im_start|>", "<|im_end|>"]);
        using var run = new CommandRun();

        Assert.Equal(0, await run.RunAsync("show", path));
        Assert.Matches(@"(?m)^template +Hearth's chatml$", run.Out);
        Assert.Contains("warning: the model has no chat template: chatml is used", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/no/such.gguf does not exist.", "show", "/no/such.gguf")]
    [InlineData("--chat-template expects a Jinja file or one of chatml, gemma, llama3, mistral, and 'x' is neither.", "show", "--chat-template", "x")]
    public async Task A_mistake_is_one_line_and_exit_code_1(string line, params string[] args)
    {
        using var run = new CommandRun();

        Assert.Equal(1, await run.RunAsync(args));
        Assert.Equal(line + "\n", run.Error);
    }

    [Fact]
    public async Task A_template_that_cannot_be_parsed_is_one_line()
    {
        using var folder = new TemporaryFolder();
        string template = Path.Combine(folder.Path, "t.jinja");
        await File.WriteAllTextAsync(template, "{% if %}", TestContext.Current.CancellationToken);
        using var run = new CommandRun();

        Assert.Equal(1, await run.RunAsync("show", "--chat-template", template));
        Assert.StartsWith("The model's chat template cannot be used: ", run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd('\n').Split('\n'));
    }
}
