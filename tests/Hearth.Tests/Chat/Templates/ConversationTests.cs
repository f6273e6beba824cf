using Hearth.Chat;
using Hearth.Chat.Templates;
using Hearth.Tests.Support;
using static Hearth.Tests.Chat.Templates.Conversations;

namespace Hearth.Tests.Chat.Templates;

/// <summary>Whatever order a conversation comes in, a template gets one that it can write, and its beginning stays as it grows.</summary>
public sealed class ConversationTests
{
    private static readonly ToolDefinition[] Defined = [Tool("read", "Reads."), Tool("write", "Writes.")];

    public static TheoryData<string> Templates => [Plain, WithoutSystem, Strict, Forgetful, Conversations.Tools, ToolsAsText, Thinking];

    /// <summary>Each message may follow each other one.</summary>
    private static ChatMessage[] Odd =>
    [
        Instructions("s"), Assistant("bravo"), User("alpha"), Instructions("now"), User("charlie"), Calls(Call("call00001", "read"), Call("call00002", "write")),
        new(ChatRole.User, [new TextContent("wait"), Result("call00002", "second"), Result("call00009", "stray")]), Instructions("then"),
        new(ChatRole.User, [Result("call00001", "late")]), Calls(Call("call00003", "read", "\"odd\"")), Instructions("between"),
        new(ChatRole.User, [new ToolResultContent("call00003", [new ToolAddedContent(Tool("more", "Is new."))], IsError: false)]),
        Assistant("delta"), Assistant("echo"), new(ChatRole.Assistant, [Result("call00007", "misplaced")]), new(ChatRole.User, []), Instructions(""), Calls(Call("call00004", "more")), User("foxtrot"),
    ];

    [Theory]
    [MemberData(nameof(Templates))]
    public void A_conversation_of_any_order_is_written_with_nothing_lost(string template)
    {
        string prompt = Prompt(template, Defined, Odd);

        string[] said =
        [
            "bravo", "alpha", "now", "charlie", "wait", "second", "stray", "then", "late", "odd", "between", "Is new.", "delta", "echo", "misplaced", "foxtrot",
        ];
        Assert.All(said, text => Assert.Contains(text, prompt, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Templates))]
    public void Every_beginning_of_it_is_written_and_stays_where_it_was(string template)
    {
        TemplateCapabilities capabilities = Parse(template).Capabilities;
        IReadOnlyList<TemplateMessage> whole = Conversation.Build(Odd, Defined, capabilities);
        for (int count = 1; count <= Odd.Length; count++)
        {
            // The last message may still grow, and calls at the end of a conversation still wait for their results.
            IReadOnlyList<TemplateMessage> beginning = Conversation.Build(Odd[..count], Defined, capabilities);
            int settled = beginning.ToList().FindLastIndex(beginning.Count - 1, m => m.Role is "user" or "assistant");
            Assert.Equal(
                beginning.Take(settled).Select(m => (m.Role, m.Content)), whole.Take(settled).Select(m => (m.Role, m.Content)));
            Assert.Null(Render(template, Defined, Odd[..count]).Error);
        }
    }

    /// <summary>Where a template cannot write even the plain kind of conversation with tools, that is not about the order.</summary>
    [Fact]
    public void Odd_conversations_are_written_by_the_templates_of_real_models()
    {
        ChatMessage[] plain = [User("a"), Calls(Call("call00001", "read")), new(ChatRole.User, [Result("call00001", "r")]), User("b"), Assistant("c"), User("d")];
        string folder = RepositoryPaths.RequireShared("templates");
        List<string> refusals = [];
        int judged = 0;
        foreach (string file in Directory.GetFiles(folder, "*.jinja").Order(StringComparer.Ordinal))
        {
            string template = File.ReadAllText(file);
            if (Render(template, Defined, plain).Error is not null)
                continue;
            judged++;
            RenderedPrompt rendered = Render(template, Defined, Odd);
            if (rendered.Error is { } error)
                refusals.Add($"{Path.GetFileName(file)}: {error.Message}");
            foreach (string text in (string[])["alpha", "wait", "second", "stray", "then", "late", "between", "Is new.", "misplaced", "foxtrot"])
            {
                if (rendered.Error is null && !rendered.Text.Text.Contains(text, StringComparison.Ordinal))
                    refusals.Add($"{Path.GetFileName(file)}: {text} is lost");
            }
        }

        Assert.True(refusals.Count == 0, string.Join('\n', refusals));
        Assert.True(judged > 40, $"Only {judged} templates were judged.");
    }

    [Fact]
    public void A_template_that_writes_one_call_per_answer_gets_an_answer_for_each()
    {
        string folder = RepositoryPaths.RequireShared("templates");
        foreach (string name in (string[])["meta-llama-Llama-3.3-70B-Instruct", "openai-gpt-oss-120b"])
        {
            RenderedPrompt rendered = Render(File.ReadAllText(Path.Combine(folder, name + ".jinja")), Defined,
            [
                User("a"), Calls(Call("call00001", "read"), Call("call00002", "write")),
                new(ChatRole.User, [new ToolResultContent("call00002", [new TextContent("second")], false), new ToolResultContent("call00001", [new TextContent("first")], false)]),
            ]);

            Assert.Null(rendered.Error);
            int first = rendered.Text.Text.IndexOf("first", StringComparison.Ordinal);
            int call = rendered.Text.Text.LastIndexOf("write", StringComparison.Ordinal);
            int second = rendered.Text.Text.IndexOf("second", StringComparison.Ordinal);
            Assert.True(first >= 0 && first < call && call < second, $"{name}: {rendered.Text.Text}");
        }
    }

    [Fact]
    public void Tools_that_come_and_go_are_callable_while_they_are_there()
    {
        ChatRequest request = new(
            "m",
            [
                User("a"), new(ChatRole.System, [new ToolAddedContent(Tool("more", "")), new ToolRemovedContent("read")]), User("b"),
                Calls(Call("call00001", "more")), new(ChatRole.User, [new ToolResultContent("call00001", [new ToolAddedContent(Tool("most", "")), new ToolAddedContent(Tool("write", "again"))], IsError: false)]),
            ],
            10)
        { Tools = Defined };

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
}
