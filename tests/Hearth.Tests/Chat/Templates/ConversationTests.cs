using Hearth.Chat;
using Hearth.Chat.Templates;
using Hearth.Tests.Support;
using static Hearth.Tests.Chat.Templates.Conversations;

namespace Hearth.Tests.Chat.Templates;

/// <summary>Whatever order a conversation comes in, a template gets one that it can write, and its beginning stays as it grows.</summary>
public sealed class ConversationTests
{
    private static readonly ToolDefinition[] Defined = [Tool("read", "Reads."), Tool("write", "Writes.")];

    public static TheoryData<string> Templates => [Plain, WithoutSystem, Strict, Forgetful, Conversations.Tools, ToolsAsText, OneCall, NoUserAfterTool, Thinking];

    /// <summary>Each message may follow each other one.</summary>
    private static ChatMessage[] Odd =>
    [
        Instructions("s"), Assistant("b"), User("a"), Instructions("now"), User("c"), Calls(Call("1", "read"), Call("2", "write")),
        new(ChatRole.User, [new TextContent("wait"), Result("2", "second"), Result("9", "stray")]), Instructions("then"),
        new(ChatRole.User, [Result("1", "late")]), Calls(Call("3", "read", "\"odd\"")), Instructions("between"),
        new(ChatRole.User, [new ToolResultContent("3", [new ToolAddedContent(Tool("more", "Is new."))], IsError: false)]),
        Assistant("d"), Assistant("e"), new(ChatRole.Assistant, [Result("7", "misplaced")]), new(ChatRole.User, []), Instructions(""), Calls(Call("4", "more")), User("f"),
    ];

    [Theory]
    [MemberData(nameof(Templates))]
    public void A_conversation_of_any_order_is_written_with_nothing_lost(string template)
    {
        string prompt = Prompt(template, Defined, Odd);

        string[] said = ["now", "a", "c", "wait", "second", "stray", "then", "late", "odd", "between", "Is new.", "d", "e", "misplaced", "f"];
        Assert.All(said.Where(s => s != "odd" || template != Thinking), text => Assert.Contains(text, prompt, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Templates))]
    public void Every_beginning_of_it_is_written_and_stays_where_it_was(string template)
    {
        TemplateCapabilities capabilities = Parse(template).Capabilities;
        for (int count = 1; count <= Odd.Length; count++)
        {
            var shorter = Conversation.Build(Odd[..count], Defined, capabilities);
            var longer = Conversation.Build(Odd, Defined, capabilities);

            // The last message may still grow, and calls at the end wait for their results; what stands before stays.
            int settled = shorter.Count - 1;
            while (settled > 0 && shorter[settled].Role is "tool" or "system")
                settled--;
            for (int i = 0; i < settled && Odd[count - 1].Role != ChatRole.Assistant; i++)
                Assert.Equal((shorter[i].Role, shorter[i].Content), (longer[i].Role, longer[i].Content));
            Assert.Null(Render(template, Defined, Odd[..count]).Error);
        }
    }

    [Fact]
    public void Odd_conversations_are_written_by_the_templates_of_real_models()
    {
        string folder = RepositoryPaths.RequireShared("templates");
        List<string> refusals = [];
        foreach (string file in Directory.GetFiles(folder, "*.jinja").Order(StringComparer.Ordinal))
        {
            RenderedPrompt rendered = Render(File.ReadAllText(file), Defined, Odd);
            if (rendered.Error is { } error)
                refusals.Add($"{Path.GetFileName(file)}: {error.Message}");
            foreach (string text in (string[])["wait", "second", "stray", "then", "late", "between", "Is new.", "misplaced"])
            {
                if (rendered.Error is null && !rendered.Text.Text.Contains(text, StringComparison.Ordinal))
                    refusals.Add($"{Path.GetFileName(file)}: {text} is lost");
            }
        }

        Assert.Empty(refusals);
    }

    [Fact]
    public void Tools_that_come_and_go_are_callable_while_they_are_there()
    {
        ChatRequest request = new(
            "m",
            [
                User("a"), new(ChatRole.System, [new ToolAddedContent(Tool("more", "")), new ToolRemovedContent("read")]), User("b"),
                Calls(Call("1", "more")), new(ChatRole.User, [new ToolResultContent("1", [new ToolAddedContent(Tool("most", "")), new ToolAddedContent(Tool("write", "again"))], IsError: false)]),
            ],
            10) { Tools = Defined };

        Assert.Equal(["write", "more", "most"], request.CallableTools().Select(t => t.Name));
    }

    [Fact]
    public void A_tool_that_was_removed_is_defined_again_when_it_comes_back()
    {
        ChatMessage[] messages = [User("a"), new(ChatRole.System, [new ToolRemovedContent("read")]), new(ChatRole.System, [new ToolAddedContent(Defined[0])])];

        Assert.EndsWith(
            """<system>[tool no longer available: read]<system>From now on you can also call these tools. Each line is one tool as JSON:"""
            + "\n" + """{"name":"read","description":"Reads.","parameters":{"type":"object","properties":{"path":{"type":"string"}}}}<assistant>""",
            Prompt(Conversations.Tools, Defined, messages),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Conversations.Tools, true, true)]
    [InlineData(OneCall, false, true)]
    [InlineData(NoUserAfterTool, true, false)]
    [InlineData(Plain, true, true)]
    public void What_may_follow_a_call_is_found_out(string template, bool parallelCalls, bool userAfterTool)
    {
        TemplateCapabilities found = Parse(template).Capabilities;

        Assert.Equal((parallelCalls, userAfterTool), (found.ParallelCalls, found.UserAfterTool));
    }
}
