using System.Text.Json;
using CsCheck;
using Hearth.Chat;
using Hearth.Chat.Templates;
using Hearth.Engine;
using Hearth.Llama;
using Hearth.Tests.Support;

namespace Hearth.Tests.Providers;

/// <summary>What is remembered from one request to the next changes no prompt: each is the tokens of a full render and a full tokenisation.</summary>
public sealed class IncrementalPromptTests
{
    private static readonly Gen<string> Text = Gen.OneOf("Hello", " there", "é🚀", "\n\n", "<|im_end|>", "<tool_call>", "日本", "{\"a\": 1}", "x = 1;\n")
        .Array[1, 5].Select(string.Concat);

    /// <summary>What a client does to its conversation: grow, edit, rewind, other tools.</summary>
    private static readonly Gen<(int Kind, int At, string Text)> Move = Gen.Select(Gen.Int[0, 6], Gen.Int[0, 99], Text);

    public static TheoryData<string> Vocabularies => SharedTemplates.Vocabularies;

    [Theory]
    [MemberData(nameof(Vocabularies))]
    public void Growing_edited_and_rewound_conversations_have_the_tokens_of_a_full_render(string vocabulary)
    {
        var sources = SharedTemplates.Sources();
        using LlamaModel model = SharedTemplates.LoadVocabulary(vocabulary);
        Tokenizer tokenizer = new(model.Vocab);
        SampledRuns warmRuns = new(tokenizer);
        var prompts = 0;
        foreach (var (name, source) in sources)
        {
            var warm = SharedTemplates.Parse(source);
            Move.Array[1, 10].Sample(moves =>
            {
                var fresh = SharedTemplates.Parse(source);
                List<ChatMessage> messages = [];
                ToolDefinition[] tools = [Tool("first")];
                foreach (var (kind, at, text) in moves)
                {
                    tools = Apply(messages, tools, kind, at, text);
                    ChatRequest request = new("m", [.. messages], 10) { Tools = tools };
                    if (Encode(fresh, tokenizer.Encode, request) is not { } full)
                        continue;
                    Assert.True(full.SequenceEqual(Encode(warm, runs => warmRuns.Encode(runs).Tokens, request) ?? []), name);
                    Interlocked.Increment(ref prompts);
                }
            }, iter: 3);
        }

        Assert.True(prompts > 100, "Hardly any template renders these conversations.");
    }

    private static ToolDefinition[] Apply(List<ChatMessage> messages, ToolDefinition[] tools, int kind, int at, string text)
    {
        switch (kind)
        {
            case 0 when messages.Count > 2:
                messages.RemoveRange(at % (messages.Count / 2) * 2, messages.Count - (at % (messages.Count / 2) * 2));
                break;
            case 1 when messages.Count > 0:
                messages[at % messages.Count] = ChatMessage.OfText(messages[at % messages.Count].Role, text);
                break;
            case 2:
                tools = at % 2 == 0 ? [Tool(text), .. tools.Skip(1)] : [.. tools, Tool(text)];
                break;
            default:
                break;
        }

        if (messages is not [.., { Role: ChatRole.User }])
            messages.Add(ChatMessage.OfText(ChatRole.User, text));
        else if (kind > 2)
            messages.AddRange([ChatMessage.OfText(ChatRole.Assistant, text + "!"), ChatMessage.OfText(ChatRole.User, text)]);
        return tools;
    }

    private static ToolDefinition Tool(string text) =>
        new("lookup" + text.Length, text, JsonSerializer.SerializeToElement(new { type = "object", properties = new { key = new { description = text } } }));

    private static int[]? Encode(ChatTemplate template, Func<TextRun[], int[]> encode, ChatRequest request)
    {
        RenderedPrompt rendered = template.Render(request, DateTimeOffset.UnixEpoch);
        return rendered.Error is not null
            ? null
            : encode([.. rendered.Text.Runs.Select(r => new TextRun(rendered.Text.Text.AsMemory(r.Start, r.Length), r.IsTrusted))]);
    }
}
