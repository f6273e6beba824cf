using Hearth.Chat;
using Hearth.Chat.Templates;
using static Hearth.Tests.Chat.Templates.Conversations;

namespace Hearth.Tests.Chat.Templates;

/// <summary>What a request wants of thinking is said in the words that the template was found to know.</summary>
public sealed class ThinkingSwitchTests
{
    private const string Turns = "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}";

    [Theory]
    [InlineData("[{{ enable_thinking }}]", "enable_thinking", "[True]", "[False]")]
    [InlineData("[{{ thinking }}]", "thinking", "[True]", "[False]")]
    [InlineData("[{{ thinking_mode }}]", "thinking_mode", "[thinking]", "[chat]")]
    [InlineData("{% if thinking_mode == 'on' %}[on]{% else %}[off]{% endif %}", "thinking_mode", "[on]", "[off]")]
    [InlineData("[{{ thinking_budget }}]", "thinking_budget", "[-1]", "[0]")]
    public void The_variable_that_a_template_reads_is_found_and_set(string reading, string variable, string on, string off)
    {
        ChatTemplate template = Parse(Turns + reading);

        Assert.Equal(variable, template.Capabilities.Thinking.Switch?.Variable);
        Assert.Equal("<user>q" + on, Render(template, r => r with { Thinking = ThinkingMode.On }));
        Assert.Equal("<user>q" + off, Render(template, r => r with { Thinking = ThinkingMode.Off }));
    }

    [Fact]
    public void Without_a_wish_nothing_is_set() =>
        Assert.Equal("<user>q[no]", Render(Parse(Turns + "[{{ enable_thinking if enable_thinking is defined else 'no' }}]"), r => r));

    [Fact]
    public void A_budget_reaches_a_template_that_takes_one() =>
        Assert.Equal("<user>q[2048]", Render(Parse(Turns + "[{{ thinking_budget }}]"), r => r with { Thinking = ThinkingMode.On, ThinkingBudget = 2048 }));

    [Fact]
    public void A_template_that_is_switched_in_the_system_prompt_reads_it_there()
    {
        ChatTemplate template = Parse(
            "{% for m in messages %}<{{ m.role }}>{{ m.content | replace('/no_think', '') | replace('/think', '') | trim }}{% endfor %}"
            + "{% if '/no_think' in messages[0].content %}<think></think>{% endif %}");

        Assert.Equal(new ThinkingSwitch(null, "/think", "/no_think"), template.Capabilities.Thinking.Switch);
        Assert.Equal("<system><user>q<think></think>", Render(template, r => r with { Thinking = ThinkingMode.Off }));
        Assert.Equal("<system>s<user>q<think></think>", Render(template, r => r with { Thinking = ThinkingMode.Off, Messages = [Instructions("s"), User("q")] }));
    }

    [Theory]
    [InlineData(ThinkingEffort.Low, "[low]")]
    [InlineData(ThinkingEffort.Medium, "[medium]")]
    [InlineData(ThinkingEffort.High, "[high]")]
    [InlineData(ThinkingEffort.ModelDefault, "[usual]")]
    public void An_effort_is_said_where_the_template_takes_one(ThinkingEffort effort, string expected) =>
        Assert.Equal("<user>q" + expected, Render(Parse(Turns + "[{{ reasoning_effort | default('usual') }}]"), r => r with { Effort = effort }));

    [Fact]
    public void Where_thinking_has_only_an_effort_none_is_the_least() =>
        Assert.Equal("<user>q[low]", Render(Parse(Turns + "[{{ reasoning_effort }}]"), r => r with { Thinking = ThinkingMode.Off, Effort = ThinkingEffort.High }));

    [Theory]
    [InlineData("[{{ enable_thinking }}]" + Turns, true)]
    [InlineData(Turns + "[{{ enable_thinking }}]", false)]
    [InlineData("[{{ reasoning_effort }}]" + Turns, true)]
    public void A_switch_that_changes_the_beginning_of_the_prompt_is_known_to(string template, bool changes) =>
        Assert.Equal(changes, Parse(template).Capabilities.Thinking.ChangesPrefix);

    [Theory]
    [InlineData("{{ m.reasoning_content }}", ThinkingPlaceKind.Key, "reasoning_content")]
    [InlineData("{{ m.reasoning }}", ThinkingPlaceKind.Key, "reasoning")]
    [InlineData("{{ m.thought }}", ThinkingPlaceKind.Key, "thought")]
    [InlineData("{% if m.content is not string %}{{ m.content[0].thinking }}{% endif %}", ThinkingPlaceKind.Part, "thinking")]
    public void The_place_where_a_template_looks_for_thinking_is_found_and_used(string reading, ThinkingPlaceKind kind, string name)
    {
        ChatTemplate template = Parse(
            "{% for m in messages %}<{{ m.role }}>" + reading + "|{{ m.content if m.content is string else m.content[1].text }}{% endfor %}");
        ChatMessage thought = new(ChatRole.Assistant, [new ThinkingContent("hm", ""), new TextContent("b")]);

        Assert.Equal(new ThinkingPlace(kind, name), template.Capabilities.Thinking.Place);
        Assert.Contains("<assistant>hm|b", Render(template, r => r with { Messages = [User("a"), thought, User("c")] }), StringComparison.Ordinal);
    }

    private static string Render(ChatTemplate template, Func<ChatRequest, ChatRequest> change)
    {
        RenderedPrompt rendered = template.Render(change(new ChatRequest("m", [User("q")], 10)), DateTimeOffset.UnixEpoch, TestContext.Current.CancellationToken);
        Assert.Null(rendered.Error);
        return rendered.Text.Text;
    }
}
