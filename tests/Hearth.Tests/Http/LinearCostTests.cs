using System.Text;
using Hearth.Chat;
using Hearth.Chat.Formats;
using Hearth.Chat.Templates;
using Hearth.Engine;
using Hearth.Http;
using Hearth.Http.Anthropic;
using Hearth.Llama;
using Hearth.Providers;
using Hearth.Tests.Chat.Templates;
using Hearth.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Hearth.Tests.Http;

/// <summary>
/// A body that is twice as large costs twice as much on its way from bytes to tokens, whatever of it is larger. Each dimension is doubled
/// four times, which tells what grows with the square from a full cache or a busy machine: bytes exactly, and time as far as clocks go.
/// </summary>
public sealed class LinearCostTests
{
    private const int Doublings = 4;

    /// <summary>Most that one doubling may cost: twice, and something for larger numbers and colder caches.</summary>
    private const double MostPerDoubling = 2.3;

    /// <summary>Tries until the least time of each size fits; work that grows with the square never does.</summary>
    private const int Tries = 5;

    /// <summary>Most time that a body takes at once, of what it takes in parts; work that grows with the square takes sixteen of it.</summary>
    private const int MostAtOnce = 6;

    private static readonly TimeSpan Coarse = TimeSpan.FromMilliseconds(50);

    private static readonly Dictionary<string, (int Least, Func<int, string> Body)> Dimensions = new()
    {
        ["messages of one role"] = (2_000, n => Messages(Repeat(n, _ => User("\"h\"")))),
        ["answers of one role"] = (1_000, n => Messages(Repeat(n, _ => Assistant("\"h\"")))),
        ["answers parted by empty instructions"] = (500, n => Messages(Repeat(n, _ => Assistant("\"h\"") + ", " + Message("system", "\"\"")))),
        ["alternating messages"] = (300, n => Messages(Repeat(n, _ => User("\"h\"") + ", " + Assistant("\"i\"")))),
        ["questions and instructions in turn"] = (300, n => Messages(Repeat(n, _ => User("\"h\"") + ", " + Message("system", "\"i\"")))),
        ["instructions, then answers"] = (300, n => Messages(Repeat(n, _ => Message("system", "\"i\"")), Repeat(n, _ => Assistant("\"h\"") + ", " + User("\"i\"")))),
        ["summaries"] = (500, n => Messages(Repeat(n, i => Assistant($$"""[{"type": "compaction", "content": "s{{i}}"}]""") + ", " + User("\"h\"")))),
        ["blocks"] = (1_000, n => Messages(User(List(n, _ => """{"type": "text", "text": "h"}""")))),
        ["text"] = (20_000, n => Messages(User('"' + string.Concat(Enumerable.Repeat("word ", n)) + '"'))),
        ["one long word"] = (20_000, n => Messages(User('"' + new string('a', n) + '"'))),
        ["escapes in a text"] = (20_000, n => Messages(User('"' + string.Concat(Enumerable.Repeat("\\u00e9\\n", n)) + '"'))),
        ["beginnings of special tokens"] = (20_000, n => Messages(User('"' + string.Concat(Enumerable.Repeat("<|im_", n)) + '"'))),
        ["blocks of the system prompt"] = (1_000, n => $$"""{"system": {{List(n, _ => """{"type": "text", "text": "h"}""")}}, "messages": [{{User("\"h\"")}}]}"""),
        ["calls and their results"] = (200, n => Tools(1) + Messages(
            User("\"h\""),
            Assistant(List(n, i => $$"""{"type": "tool_use", "id": "c{{i}}", "name": "t0", "input": {"a": 1} }""")),
            User(List(n, i => $$"""{"type": "tool_result", "tool_use_id": "c{{n - i - 1}}", "content": "r"}""")))[1..]),
        ["calls of one id"] = (200, n => Tools(1) + Messages(
            User("\"h\""),
            Assistant(List(n, _ => """{"type": "tool_use", "id": "c", "name": "t0", "input": {}}""")),
            User(List(n, _ => """{"type": "tool_result", "tool_use_id": "c", "content": "r"}""")))[1..]),
        ["results that answer no call"] = (500, n => Messages(User(List(n, i => $$"""{"type": "tool_result", "tool_use_id": "c{{i}}", "content": "r"}""")))),
        ["blocks of a result"] = (500, n => Messages(User($$"""[{"type": "tool_result", "tool_use_id": "c", "content": {{List(n, _ => """{"type": "text", "text": "h"}""")}}}]"""))),
        ["thinking"] = (200, n => Messages(Repeat(n, i => User("\"h\"") + ", " + Assistant($$"""[{"type": "thinking", "thinking": "t{{i}}", "signature": ""}, {"type": "text", "text": "i"}]""")))),
        ["tools"] = (100, n => Tools(n) + Messages(User("\"h\""))[1..]),
        ["tools that are named later"] = (200, n => Tools(n) + Messages(
            User("\"h\""), Message("system", List(n, i => $$"""{"type": "tool_removal", "tool": {"type": "tool_reference", "name": "t{{i}}"} }""")),
            Message("system", List(n, i => $$"""{"type": "tool_addition", "tool": {"type": "tool_reference", "name": "t{{i}}"} }""")))[1..]),
        ["properties of a schema"] = (500, n => Tool($$"""{"type": "object", "properties": { {{Repeat(n, i => $"\"p{i}\": {{\"type\": \"string\"}}")}} }, "required": ["p0"] }""")),
        ["values of an enumeration"] = (2_000, n => Tool($$"""{"type": "object", "properties": {"p": {"enum": {{List(n, i => $"\"e{i}\"")}}} } }""")),
        ["keys of a call's input"] = (1_000, n => Messages(User("\"h\""), Assistant($$"""[{"type": "tool_use", "id": "c", "name": "t", "input": { {{Repeat(n, i => $"\"k{i}\": {i}")}} } }]"""))),
        ["one key many times"] = (2_000, n => Messages(User("\"h\""), Assistant($$"""[{"type": "tool_use", "id": "c", "name": "t", "input": { {{Repeat(n, i => $"\"k\": {i}")}} } }]"""))),
        ["a list in a call's input"] = (2_000, n => Messages(User("\"h\""), Assistant($$"""[{"type": "tool_use", "id": "c", "name": "t", "input": {"l": {{List(n, i => $"{i}.5")}}} }]"""))),
        ["depth"] = (3, n => Messages(User("\"h\""), Assistant(List(300, _ =>
            $$"""{"type": "tool_use", "id": "c", "name": "t", "input": {"d": {{new string('[', n)}}{{new string(']', n)}}} }""")))),
        ["names of fields that nobody knows"] = (5_000, n => $$"""{ {{Repeat(n, i => $"\"x{i}\": [{i}]")}}, """ + Messages(User("\"h\""))[1..]),
        ["attributes of a block"] = (2_000, n => Messages(User($$"""[{"type": "text", "text": "h", {{Repeat(n, i => $"\"x{i}\": {{}}")}}}]"""))),
        ["a block of a hosted tool"] = (2_000, n => Messages(Assistant($$"""[{"type": "web_search_tool_result", "tool_use_id": "s", "content": {{List(n, i => $$"""{"type": "web_search_result", "title": "t{{i}}"}""")}}}]"""))),
        ["stop sequences"] = (50, n => $$"""{"stop_sequences": {{List(n, i => $"\"s{i}\"")}}, """ + Messages(User("\"h\""))[1..]),
        ["documents"] = (200, n => Messages(User(List(n, _ => """{"type": "document", "title": "T", "source": {"type": "text", "media_type": "text/plain", "data": "d"}}""")))),
    };

    public static TheoryData<string> Names => [.. Dimensions.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void What_is_twice_as_large_costs_twice_as_much(string dimension)
    {
        (int least, Func<int, string> body) = Dimensions[dimension];
        byte[] small = Encoding.UTF8.GetBytes(body(least));
        byte[] large = Encoding.UTF8.GetBytes(body(least << Doublings));
        using LlamaModel model = NativeLibraryFixture.LoadModel(RepositoryPaths.BundledModel, vocabularyOnly: true);
        Tokenizer tokenizer = new(model.Vocab);
        double most = Math.Pow(MostPerDoubling, Doublings);
        foreach (string template in (string[])[model.ChatTemplate()!, Conversations.Strict, Conversations.OneCall, Conversations.Thinking])
        {
            ChatTemplate parsed = Conversations.Parse(template, KeepThinking.Always);
            Prepare(large, parsed, tokenizer);
            Prepare(small, parsed, tokenizer);
            // A template remembers tools, so what each body costs at first is seen with one that has not rendered it.
            (ChatTemplate first, ChatTemplate second) = (Conversations.Parse(template, KeepThinking.Always), Conversations.Parse(template, KeepThinking.Always));
            ThreadCost less = ThreadCost.Of(() => Prepare(small, first, tokenizer));
            ThreadCost more = ThreadCost.Of(() => Prepare(large, second, tokenizer));
            Assert.InRange(more.Bytes, 0, (long)(less.Bytes * most));
            TimeSpan many = more.Time;
            TimeSpan few = TimeSpan.Zero;
            for (int i = 0; i < Tries && IsMore(many, few); i++)
            {
                few = Larger(few, ThreadCost.Of(() => PrepareOften(small, parsed, tokenizer)).Time);
                many = Least(many, ThreadCost.Of(() => Prepare(large, parsed, tokenizer)).Time);
            }

            Assert.False(IsMore(many, few), $"{few.TotalMilliseconds:0.00} ms in parts are {many.TotalMilliseconds:0.00} ms at once with {template}");
        }
    }

    /// <summary>From bytes to tokens, as an answer begins; with nothing remembered of earlier ones.</summary>
    private static void Prepare(byte[] body, ChatTemplate template, Tokenizer tokenizer)
    {
        (MessagesRequestWire? wire, ChatError? error) = JsonBody.Parse(body, MessagesJson.Default.MessagesRequestWire);
        Assert.Null(error);
        WireResult<ChatRequest> request = MessagesReader.Read(wire!, needsMaxTokens: false, new RequestDocuments());
        Assert.Null(request.Error);
        CacheMarks.Last(wire!);
        OriginReader.Read(new HeaderDictionary(), wire!);
        RenderedPrompt prompt = template.Render(new SampledCalls().Restore(request.Value!), DateTimeOffset.UnixEpoch, TestContext.Current.CancellationToken);
        Assert.Null(prompt.Error);
        Assert.NotEmpty(new SampledRuns(tokenizer).Encode(PreparedPrompt.Runs(prompt.Text)).Tokens);
        Assert.NotNull(request.Value!.CallableTools());
        Assert.Null(new StopSequences(request.Value.StopSequences).Matched);
    }

    /// <summary>As much of the small body as the large one has.</summary>
    private static void PrepareOften(byte[] small, ChatTemplate template, Tokenizer tokenizer)
    {
        for (int i = 0; i < 1 << Doublings; i++)
            Prepare(small, template, tokenizer);
    }

    /// <summary>The clock of a thread may be coarse, so short times tell nothing.</summary>
    private static bool IsMore(TimeSpan many, TimeSpan few) => many > Coarse && many > few * MostAtOnce;

    private static TimeSpan Larger(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private static TimeSpan Least(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static string Messages(params string[] messages) => $$"""{"messages": [{{string.Join(", ", messages)}}]}""";

    private static string User(string content) => Message("user", content);

    private static string Assistant(string content) => Message("assistant", content);

    private static string Message(string role, string content) => $$"""{"role": "{{role}}", "content": {{content}}}""";

    private static string Tools(int count) => $$"""{"tools": {{List(count, i => $$"""{"name": "t{{i}}", "description": "d", "input_schema": {"type": "object", "properties": {} } }""")}}, """;

    private static string Tool(string schema) => $$"""{"tools": [{"name": "t", "description": "d{{schema.Length}}", "input_schema": {{schema}}}], """ + Messages(User("\"h\""))[1..];

    private static string List(int count, Func<int, string> item) => $"[{Repeat(count, item)}]";

    private static string Repeat(int count, Func<int, string> item) => string.Join(", ", Enumerable.Range(0, count).Select(item));
}
