using System.Text.Json;
using Hearth.Chat;
using Hearth.Engine;
using Hearth.Engine.Cache.Disk;
using Hearth.Providers;
using Hearth.Tests.Support;

namespace Hearth.Tests.Providers;

/// <summary>An answer that comes back as history is what was sampled, not what the template would write for it.</summary>
public sealed class AnswerReplayTests : IDisposable
{
    private const string Thinker = "{% for m in messages %}<|im_start|>{{ m.role }}\n{% if m.reasoning_content %}<think>\n{{ m.reasoning_content | trim }}\n</think>\n\n{% endif %}{{ m.content }}<|im_end|>\n{% endfor %}"
        + "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

    private static readonly string[] OddCall =
        ["Looking.", "<tool_call>", "{ ", "\"name\" : ", "\"look\"", ", \"arguments\" :{\"b\":1, \"a\":  \"\\u00e9\"}", "}", "</tool_call>"];

    private static readonly ChatMessage Question = ChatMessage.OfText(ChatRole.User, "Where is it?");

    private readonly TemporaryFolder _folder = new();

    private DiskCacheSettings Disk => new(_folder.Path, 7, "spark", 1 << 20);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_call_is_the_tokens_that_were_sampled()
    {
        await using ScriptedModel model = new(OddCall);
        ChatRequest first = Request(Question);
        ChatMessage answer = await AnswerAsync(model, first);

        int[] history = (await model.PromptAsync(Request(Question, answer, Reply(answer, "here")))).ToArray();

        Assert.Equal(["Looking.", "look"], answer.Content.Select(c => c is ToolCallContent call ? call.Name : ((TextContent)c).Text));
        int[] sampled = await SampledAsync(model, first, OddCall);
        Assert.Equal(sampled, history[..sampled.Length]);
        Assert.Contains("here<|im_end|>", model.Local.Tokenizer.Spell(history), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_later_turn_goes_on_from_the_tokens_of_the_one_before()
    {
        await using ScriptedModel model = new(OddCall);
        List<ChatMessage> messages = [Question];
        int[] before = [];
        for (int turn = 0; turn < 4; turn++)
        {
            ChatRequest request = Request([.. messages]);
            Assert.Equal(before, (await model.PromptAsync(request)).Take(before.Length));
            before = await SampledAsync(model, request, OddCall);
            ChatMessage answer = await AnswerAsync(model, request);
            messages.AddRange(answer, Reply(answer, "more"));
        }
    }

    [Theory]
    [InlineData("""{"a": "é", "b": 1}""")]
    [InlineData("""{"b": 1.0, "a": "\u00e9"}""")]
    public async Task A_call_that_a_client_wrote_anew_is_still_what_was_sampled(string arguments)
    {
        await using ScriptedModel model = new(OddCall);
        ChatRequest first = Request(Question);
        ChatMessage answer = await AnswerAsync(model, first);
        ToolCallContent call = answer.Content.OfType<ToolCallContent>().Single();
        ChatMessage anew = answer with { Content = [answer.Content[0], call with { Arguments = Json(arguments) }] };
        int[] sampled = await SampledAsync(model, first, OddCall);

        Assert.Equal(sampled, (await model.PromptAsync(Request(Question, anew, Reply(answer, "here")))).Take(sampled.Length));
    }

    [Theory]
    [InlineData("b", "2")]
    [InlineData("c", "1")]
    public async Task What_a_client_changed_is_what_it_sent(string key, string value)
    {
        await using ScriptedModel model = new(OddCall);
        ChatMessage answer = await AnswerAsync(model, Request(Question));
        ToolCallContent call = answer.Content.OfType<ToolCallContent>().Single();
        ChatMessage changed = answer with { Content = [answer.Content[0], call with { Arguments = Json($"{{\"{key}\": {value}}}") }] };
        ChatRequest request = Request(Question, changed, Reply(answer, "here"));
        await using ScriptedModel fresh = new(OddCall);

        Assert.Equal((await fresh.PromptAsync(request)), (await model.PromptAsync(request)));
    }

    [Fact]
    public async Task Another_conversation_with_the_same_answer_is_its_own()
    {
        await using ScriptedModel model = new(OddCall);
        ChatMessage answer = await AnswerAsync(model, Request(Question));
        ChatRequest request = Request(ChatMessage.OfText(ChatRole.User, "What is it?"), answer, Reply(answer, "here"));
        await using ScriptedModel fresh = new(OddCall);

        Assert.Equal((await fresh.PromptAsync(request)), (await model.PromptAsync(request)));
    }

    [Fact]
    public async Task Thinking_that_the_template_keeps_is_the_tokens_that_were_sampled()
    {
        string[] thought = ["<think>", " odd", "  spaces \n", "</think>", "Yes."];
        await using ScriptedModel model = new(thought, template: Thinker);
        ChatRequest first = Request(Question) with { Tools = [] };
        ChatMessage answer = await AnswerAsync(model, first);
        int[] sampled = await SampledAsync(model, first, thought);

        int[] history = (await model.PromptAsync(Request(Question, answer, Question) with { Tools = [] })).ToArray();

        Assert.IsType<ThinkingContent>(answer.Content[0]);
        Assert.Equal(sampled, history[..sampled.Length]);
    }

    [Fact]
    public async Task Thinking_that_the_template_drops_stays_dropped()
    {
        string[] thought = ["<think>", " odd", "</think>", "Yes."];
        await using ScriptedModel model = new(thought, template: Thinker.Replace("m.reasoning_content %}", "false %}", StringComparison.Ordinal));
        ChatMessage answer = await AnswerAsync(model, Request(Question) with { Tools = [] });

        PromptPreview history = await model.Provider.PreviewAsync(Request(Question, answer, Question) with { Tools = [] }, TestContext.Current.CancellationToken);

        Assert.DoesNotContain("odd", model.Local.Tokenizer.Spell(history.Tokens.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_restart_remembers_and_a_purge_forgets()
    {
        ChatMessage answer;
        ChatRequest next;
        int[] before;
        await using (ScriptedModel model = new(OddCall, disk: Disk))
        {
            answer = await AnswerAsync(model, Request(Question));
            next = Request(Question, answer, Reply(answer, "here"));
            before = (await model.PromptAsync(next)).ToArray();
        }

        await using (ScriptedModel restarted = new(OddCall, disk: Disk))
            Assert.Equal(before, (await restarted.PromptAsync(next)));

        Assert.Equal(1, Assert.Single(SegmentArchive.List(_folder.Path)).Count);
        SegmentArchive.Purge(_folder.Path, null, null, TimeProvider.System);
        await using ScriptedModel purged = new(OddCall, disk: Disk);
        await using ScriptedModel fresh = new(OddCall);
        Assert.NotEqual(before, (await purged.PromptAsync(next)));
        Assert.Equal((await fresh.PromptAsync(next)), (await purged.PromptAsync(next)));
    }

    private static ChatRequest Request(params ChatMessage[] messages) => new("spark", messages, 100)
    {
        Tools = [new ToolDefinition("look", "Looks", Json("""{"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "integer"}}}"""))],
    };

    private static ChatMessage Reply(ChatMessage answer, string result) =>
        new(ChatRole.User, [new ToolResultContent(answer.Content.OfType<ToolCallContent>().Single().Id, [new TextContent(result)], IsError: false)]);

    private static async Task<int[]> SampledAsync(ScriptedModel model, ChatRequest request, string[] pieces) =>
        [.. (await model.PromptAsync(request)), .. pieces.SelectMany(p => model.Local.Tokenizer.Encode([new TextRun(p, true)])), model.Local.Tokenizer.SpecialTokens["<|im_end|>"]];

    private static async Task<ChatMessage> AnswerAsync(ScriptedModel model, ChatRequest request)
    {
        AnswerContents contents = new();
        await using ChatAnswer answer = await model.Provider.AnswerAsync(request, TestContext.Current.CancellationToken);
        await foreach (ChatEvent item in answer.Events)
            contents.Add(item);
        return contents.Message;
    }

    private static JsonElement Json(string text)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
