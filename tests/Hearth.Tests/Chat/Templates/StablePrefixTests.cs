using Hearth.Chat;
using Hearth.Chat.Templates;
using Hearth.Tests.Support;
using static Hearth.Tests.Chat.Templates.Conversations;

namespace Hearth.Tests.Chat.Templates;

/// <summary>A growing conversation keeps what was already written, or the template's capabilities say that it does not.</summary>
public sealed class StablePrefixTests
{
    /// <summary>Thinking is written for the turn being worked on and dropped when the user speaks again, as Qwen3's template does.</summary>
    private const string Dropping = """
        {%- set ns = namespace(last=-1) %}
        {%- for m in messages %}{%- if m.role == 'user' %}{%- set ns.last = loop.index0 %}{%- endif %}{%- endfor %}
        {%- if tools %}{{- tools | tojson }}{%- endif %}
        {%- for m in messages %}
            {{- '<' ~ m.role ~ '>' }}
            {%- set content = m.content.split('</think>')[-1].lstrip('\n') if m.role == 'assistant' else m.content %}
            {%- if m.role == 'assistant' and loop.index0 > ns.last %}{{- '<think>\n' ~ (m.reasoning_content or '') ~ '\n</think>\n\n' }}{%- endif %}
            {{- content }}
            {%- for c in m.tool_calls or [] %}
                {{- '\n' if content or not loop.first else '' }}{{- '<call>' ~ c.function.name ~ c.function.arguments | tojson }}
            {%- endfor %}
            {{- '</' ~ m.role ~ '>' }}
        {%- endfor %}
        {%- if add_generation_prompt %}{{- '<assistant>' }}{%- endif %}
        """;

    private static readonly ToolDefinition[] Known = [Tool("look", "looks")];

    private static readonly ChatMessage[] Agent =
    [
        Instructions("hearthsystem"),
        User("hearthfirst"),
        Turn("thinking of one", "", Call("1", "look")),
        Results("1", "hearthresultone"),
        Turn("thinking of two", "words beside", Call("2", "look")),
        Results("2", "hearthresulttwo"),
        Turn(null, "", Call("3", "look")),
        Results("3", "hearthresultthree"),
        Turn("thinking of three", "an answer"),
        User("hearthsecond"),
        Turn("thinking of four", "", Call("4", "look")),
        Results("4", "hearthresultfour"),
        Turn("thinking of five", "another answer"),
        User("heartharththird"),
    ];

    [Theory]
    [InlineData(KeepThinking.Auto)]
    [InlineData(KeepThinking.Always)]
    [InlineData(KeepThinking.Template)]
    public void Templates_of_real_models_keep_the_prefix_or_say_that_they_do_not(KeepThinking keep)
    {
        string folder = RepositoryPaths.RequireShared("templates");
        List<string> broken = [];
        foreach (string path in Directory.EnumerateFiles(folder, "*.jinja"))
        {
            ChatTemplate template = Parse(File.ReadAllText(path), keep);
            if ((template.Capabilities.Rewrites & ~HistoryRewrites.WhiteSpace) == HistoryRewrites.None && Break(template) is { } difference)
                broken.Add($"{Path.GetFileName(path)}: {difference}");
        }

        Assert.Empty(broken);
    }

    [Fact]
    public void A_template_that_drops_old_thinking_says_so()
    {
        ChatTemplate template = Parse(Dropping, KeepThinking.Template);

        Assert.Equal(KeptThinking.SinceUser, template.Capabilities.Thinking.Kept);
        Assert.Equal(HistoryRewrites.Thinking, template.Capabilities.Rewrites);
        Assert.NotNull(Break(template));
    }

    [Fact]
    public void Kept_thinking_stays_word_for_word_where_the_template_would_drop_it()
    {
        ChatTemplate template = Parse(Dropping, KeepThinking.Always);
        string prompt = Render(template, Agent);

        Assert.Equal(HistoryRewrites.None, template.Capabilities.Rewrites);
        Assert.Null(Break(template));
        Assert.Contains("<assistant><think>\nthinking of one\n</think>\n\n<call>look", prompt, StringComparison.Ordinal);
        Assert.Contains("<assistant><think>\nthinking of two\n</think>\n\nwords beside\n<call>look", prompt, StringComparison.Ordinal);
        Assert.Contains("<assistant><think>\n\n</think>\n\n<call>look", prompt, StringComparison.Ordinal);
    }

    [Fact]
    public void The_marks_of_kept_thinking_are_the_templates_and_the_thinking_is_not()
    {
        RenderedPrompt rendered = Parse(Dropping, KeepThinking.Always).Render(Request(Agent), DateTimeOffset.UnixEpoch, TestContext.Current.CancellationToken);
        int mark = rendered.Text.Text.IndexOf("<think>", StringComparison.Ordinal);
        int thought = rendered.Text.Text.IndexOf("thinking of one", StringComparison.Ordinal);

        Assert.True(rendered.Text.Runs.Single(r => r.Start <= mark && mark < r.Start + r.Length).IsTrusted);
        Assert.False(rendered.Text.Runs.Single(r => r.Start <= thought && thought < r.Start + r.Length).IsTrusted);
    }

    [Fact]
    public void A_text_with_the_placeholders_character_is_not_mistaken_for_one()
    {
        ChatMessage[] messages = [User("a \uFDD00\uFDD1 b"), Turn("thought", "answer"), User("next")];

        string prompt = Render(Parse(Dropping, KeepThinking.Always), messages);

        Assert.Contains("a \uFDD00\uFDD1 b", prompt, StringComparison.Ordinal);
        Assert.DoesNotContain("thought", prompt, StringComparison.Ordinal);
    }

    [Fact]
    public void By_default_thinking_stays_only_where_the_template_has_a_switch_for_it()
    {
        string switched = Dropping.Replace("loop.index0 > ns.last", "(preserve_thinking or loop.index0 > ns.last)", StringComparison.Ordinal);

        Assert.False(Parse(Dropping).KeepsAllThinking);
        Assert.True(Parse(switched).KeepsAllThinking);
        Assert.Equal(HistoryRewrites.None, Parse(switched).Capabilities.Rewrites);
        Assert.Contains("thinking of one", Render(Parse(switched), Agent), StringComparison.Ordinal);
        Assert.DoesNotContain("thinking of one", Render(Parse(switched, KeepThinking.Template), Agent), StringComparison.Ordinal);
    }

    /// <summary>Where a prompt parts from the one before it within what was said, or null.</summary>
    private static string? Break(ChatTemplate template)
    {
        string before = "";
        string said = "";
        for (int count = 1; count <= Agent.Length; count++)
        {
            if (Agent[count - 1].Role != ChatRole.User)
                continue;
            string prompt = Render(template, Agent[..count]);
            int settled = said.Length == 0 ? 0 : before.LastIndexOf(said, StringComparison.Ordinal) + said.Length;
            int shared = prompt.AsSpan().CommonPrefixLength(before);
            if (shared < settled)
                return $"message {count}: shares {shared} of {settled}: '{before.Substring(shared, Math.Min(60, before.Length - shared))}'";
            before = prompt;
            said = Agent[count - 1].Content[0] switch { TextContent text => text.Text, ToolResultContent result => ((TextContent)result.Content[0]).Text, _ => "" };
        }

        return null;
    }

    private static string Render(ChatTemplate template, ChatMessage[] messages)
    {
        RenderedPrompt rendered = template.Render(Request(messages), DateTimeOffset.UnixEpoch, TestContext.Current.CancellationToken);
        Assert.Null(rendered.Error);
        return rendered.Text.Text;
    }

    private static ChatRequest Request(ChatMessage[] messages) => new("m", messages, 10) { Tools = Known, Thinking = ThinkingMode.On };

    private static ChatMessage Turn(string? thought, string text, params ToolCallContent[] calls)
    {
        List<ChatContent> content = [];
        if (thought is not null)
            content.Add(new ThinkingContent(thought, ""));
        if (text.Length > 0)
            content.Add(new TextContent(text));
        return new ChatMessage(ChatRole.Assistant, [.. content, .. calls]);
    }

    private static ChatMessage Results(string id, string text) => new(ChatRole.User, [Result(id, text)]);
}
