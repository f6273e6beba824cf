using Hearth.Chat;
using Hearth.Chat.Templates;
using static Hearth.Tests.Chat.Templates.Conversations;

namespace Hearth.Tests.Chat.Templates;

/// <summary>What a template would refuse or lose is given to it in a way that it takes.</summary>
public sealed class ConversationFitTests
{
    private const string ShortIds = ToolList + "{% for m in messages %}{% if m.tool_call_id and m.tool_call_id | length != 9 %}{{ raise_exception('9') }}{% endif %}"
        + "<{{ m.role }}>{{ m.content }}" + CallList + "{{ m.tool_call_id }}{% endfor %}";

    private const string Lists = "{% for m in messages %}<{{ m.role }}>{% for p in m.content %}{% if p.type == 'text' %}{{ p.text }}{% endif %}{% endfor %}{% endfor %}";

    private static readonly ToolDefinition[] Known = [Tool("look", "looks")];

    [Fact]
    public void Several_calls_are_written_one_after_the_other_each_with_its_result()
    {
        ChatMessage[] messages =
        [
            User("q"), new(ChatRole.Assistant, [new TextContent("so"), Call("1", "look"), Call("2", "look")]),
            new(ChatRole.User, [Result("1", "one"), Result("2", "two")]),
        ];

        Assert.False(Parse(OneCall).Capabilities.ParallelCalls);
        Assert.EndsWith("<assistant>so<call 1 {}><tool>one<assistant><call 2 {}><tool>two", Prompt(OneCall, Known, messages), StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_beside_calls_that_the_template_would_lose_stands_before_them()
    {
        ChatMessage[] messages = [User("q"), new(ChatRole.Assistant, [new TextContent("so"), Call("1", "look")]), new(ChatRole.User, [Result("1", "one")])];

        Assert.False(Parse(NoTextBeside).Capabilities.TextBesideCalls);
        Assert.EndsWith("<user>q<assistant>so<assistant><call 1 {}><tool>one", Prompt(NoTextBeside, Known, messages), StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_user_says_after_a_result_stands_at_its_end_where_nothing_may_follow_it()
    {
        ChatMessage[] messages = [User("q"), Calls(Call("1", "look")), new(ChatRole.User, [Result("1", "one"), new TextContent("go on")])];

        Assert.False(Parse(NoUserAfterResult).Capabilities.UserAfterResult);
        Assert.EndsWith("<tool>one\n\ngo on", Prompt(NoUserAfterResult, Known, messages), StringComparison.Ordinal);
    }

    [Fact]
    public void Ids_are_made_as_long_as_the_template_wants_them_and_the_same_each_time()
    {
        ChatMessage[] messages = [User("q"), Calls(Call("toolu_0123456789", "look")), new(ChatRole.User, [Result("toolu_0123456789", "one")])];
        string prompt = Prompt(ShortIds, Known, messages);
        string id = prompt[(prompt.LastIndexOf("one", StringComparison.Ordinal) + 3)..];

        Assert.Equal(9, Parse(ShortIds).Capabilities.ToolCallIdLength);
        Assert.Matches("^[a-z0-9]{9}$", id);
        Assert.Contains($"<call {id} ", prompt, StringComparison.Ordinal);
        Assert.Equal(prompt, Prompt(ShortIds, Known, messages));
    }

    [Fact]
    public void Content_is_a_list_of_parts_for_the_roles_whose_text_is_lost_otherwise()
    {
        Assert.Equal(PartRoles.System | PartRoles.User | PartRoles.Assistant | PartRoles.Tool, Parse(Lists).Capabilities.PartsOnly);
        Assert.Equal("<system>s<user>a<assistant>b<user>c", Prompt(Lists, Instructions("s"), User("a"), Assistant("b"), User("c")));
        Assert.Equal(PartRoles.None, Parse(Plain).Capabilities.PartsOnly);
    }

    [Fact]
    public void Where_the_user_must_begin_a_conversation_that_does_not_gets_an_empty_beginning()
    {
        ChatMessage[] messages = [Instructions("s"), Assistant("b"), User("c"), Assistant("d"), Instructions("later"), Assistant("e"), User("f")];

        Assert.True(Parse(Strict).Capabilities is { NeedsUserFirst: true, NeedsAlternation: true });
        Assert.StartsWith("<system>s</system><user></user><assistant>b</assistant><user>c</user>", Prompt(Strict, messages), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_answers_in_a_row_are_one_where_roles_must_alternate() =>
        Assert.Equal("<user>a</user><assistant>b\n\nc</assistant><user>d</user><assistant>", Prompt(Strict, User("a"), Assistant("b"), Assistant("c"), User("d")));

    [Fact]
    public void A_date_and_a_system_prompt_of_the_templates_own_are_found()
    {
        const string Own = "{% if messages[0].role != 'system' %}<system>You are the model of this test.</system>{% endif %}";

        Assert.Equal("You are the model of this test.", Parse(Own + Plain).Capabilities.DefaultSystem?.Replace("<system>", "").Replace("</system>", ""));
        Assert.Null(Parse(Plain).Capabilities.DefaultSystem);
        Assert.True(Parse("{{ strftime_now('%Y') }}" + Plain).Capabilities.WritesDate);
        Assert.False(Parse(Plain).Capabilities.WritesDate);
    }

    [Theory]
    [InlineData("{% for m in messages %}{% if loop.last and tools %}{{ tools | tojson }}{% endif %}<{{ m.role }}>{{ m.content }}" + CallList + "{% endfor %}", HistoryRewrites.ToolDefinitions)]
    [InlineData("{% for m in messages %}{% if m.role != 'system' %}{% if loop.last and messages[0].role == 'system' %}{{ messages[0].content }}{% endif %}<{{ m.role }}>{{ m.content }}{% endif %}{% endfor %}", HistoryRewrites.System)]
    [InlineData("{% for m in messages %}<{{ m.role }} {{ loop.revindex }}>{{ m.content }}{% endfor %}", HistoryRewrites.Messages)]
    [InlineData("{% for m in messages %}<{{ m.role }}>{{ m.content | trim }}{% endfor %}", HistoryRewrites.WhiteSpace)]
    [InlineData(Plain, HistoryRewrites.None)]
    public void What_a_template_rewrites_is_found(string template, HistoryRewrites expected) => Assert.Equal(expected, Parse(template).Capabilities.Rewrites);
}
