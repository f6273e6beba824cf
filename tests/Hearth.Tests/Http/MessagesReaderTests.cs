using System.Text.Json;
using Hearth.Chat;
using Hearth.Http.Anthropic;

namespace Hearth.Tests.Http;

/// <summary>What becomes of a request's content: in order, nothing lost.</summary>
public sealed class MessagesReaderTests
{
    [Fact]
    public void System_texts_stand_first_and_the_billing_line_is_dropped()
    {
        var request = Read("""
            "system": [{"type": "text", "text": "x-anthropic-billing-header: cc=1"}, {"type": "text", "text": "Be kind."}],
            "messages": [{"role": "user", "content": "hi"}]
            """);

        Assert.Equal([(ChatRole.System, "Be kind."), (ChatRole.User, "hi")], request.Messages.Select(m => (m.Role, Texts(m))));
    }

    [Fact]
    public void A_prompt_below_the_billing_line_stays()
    {
        var request = Read("""
            "system": "x-anthropic-billing-header: cc_version=2.1.330.abc\nBe kind.", "messages": [{"role": "user", "content": "hi"}]
            """);

        Assert.Equal("Be kind.", Texts(request.Messages[0]));
    }

    [Fact]
    public void System_messages_in_the_middle_keep_their_place()
    {
        var request = Read("""
            "messages": [{"role": "user", "content": "a"}, {"role": "system", "content": "b"}, {"role": "user", "content": "c"}]
            """);

        Assert.Equal([ChatRole.User, ChatRole.System, ChatRole.User], request.Messages.Select(m => m.Role));
    }

    [Fact]
    public void Neighbours_of_one_role_are_one_message()
    {
        var request = Read("""
            "messages": [{"role": "user", "content": "a"}, {"role": "user", "content": [{"type": "text", "text": "b"}]}]
            """);

        Assert.Equal("a|b", string.Join('|', Assert.Single(request.Messages).Content.OfType<TextContent>().Select(t => t.Text)));
    }

    [Fact]
    public void Calls_results_and_thinking_keep_what_they_carry()
    {
        var request = Read($$"""
            "messages": [
              {"role": "assistant", "content": [
                {"type": "thinking", "thinking": "", "signature": "{{ThinkingSignature.Of("hidden")}}"},
                {"type": "tool_use", "id": "t1", "name": "Read", "input": {"b": 1, "a": [2]} } ]},
              {"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": "t1", "is_error": true, "content": [{"type": "text", "text": "no such file"}]},
                {"type": "text", "text": "try again"}]}]
            """);

        Assert.Equal("hidden", Assert.IsType<ThinkingContent>(request.Messages[0].Content[0]).Text);
        var call = Assert.IsType<ToolCallContent>(request.Messages[0].Content[1]);
        Assert.Equal(("t1", "Read", """{"b": 1, "a": [2]}"""), (call.Id, call.Name, call.Arguments.GetRawText()));
        var result = Assert.IsType<ToolResultContent>(request.Messages[1].Content[0]);
        Assert.Equal(("t1", true), (result.CallId, result.IsError));
        Assert.Equal(new TextContent("no such file"), Assert.Single(result.Content));
        Assert.Equal("try again", Assert.IsType<TextContent>(request.Messages[1].Content[1]).Text);
    }

    [Fact]
    public void Tools_with_a_type_get_a_schema_and_deferred_ones_stay_out()
    {
        var request = Read("""
            "tools": [{"type": "bash_20250124", "name": "bash"}, {"name": "Later", "defer_loading": true, "input_schema": {}},
                      {"type": "custom", "name": "Mine", "description": "d", "input_schema": {"type": "object"}}],
            "tool_choice": {"type": "any", "disable_parallel_tool_use": true}, "messages": [{"role": "user", "content": "x"}]
            """);

        Assert.Equal(["bash", "Mine"], request.Tools.Select(t => t.Name));
        Assert.True(request.Tools[0].InputSchema.GetProperty("properties").TryGetProperty("command", out _));
        Assert.Equal(new ToolChoice(ToolChoiceKind.Any, AllowParallel: false), request.ToolChoice);
    }

    [Theory]
    [InlineData("low", ThinkingEffort.Low)]
    [InlineData("medium", ThinkingEffort.Medium)]
    [InlineData("high", ThinkingEffort.High)]
    [InlineData("xhigh", ThinkingEffort.High)]
    [InlineData("max", ThinkingEffort.High)]
    [InlineData("unheard-of", ThinkingEffort.ModelDefault)]
    public void Effort_and_budget_are_read(string effort, ThinkingEffort expected)
    {
        var request = Read($$"""
            "thinking": {"type": "enabled", "budget_tokens": 2048}, "output_config": {"effort": "{{effort}}"}, "messages": [{"role": "user", "content": "hi"}]
            """);

        Assert.Equal((expected, 2048), (request.Effort, request.ThinkingBudget));
    }

    [Theory]
    [InlineData("enabled", ThinkingMode.On)]
    [InlineData("adaptive", ThinkingMode.On)]
    [InlineData("disabled", ThinkingMode.Off)]
    public void Thinking_is_read(string type, ThinkingMode mode) =>
        Assert.Equal(mode, Read($$"""
            "thinking": {"type": "{{type}}", "budget_tokens": 1024}, "messages": [{"role": "user", "content": "x"}]
            """).Thinking);

    [Fact]
    public void Sampling_and_stops_are_read_and_unknown_fields_are_not()
    {
        var request = Read("""
            "temperature": 0.5, "top_p": 0.9, "top_k": 3, "stop_sequences": ["END"], "betas": ["x"], "from_the_future": {"a": [1]},
            "messages": [{"role": "user", "content": "x", "extra": true}]
            """);

        Assert.Equal(new SamplingWishes(0.5f, 0.9f, 3), request.Sampling);
        Assert.Equal(["END"], request.StopSequences);
    }

    [Theory]
    [InlineData("\"tools\": [null]", "tools.0: Field required")]
    [InlineData("\"stop_sequences\": [\"a\", null]", "stop_sequences.1: Input should be a valid string")]
    public void Nothing_where_something_belongs_is_an_error_in_words(string field, string message) =>
        Assert.Equal(message, ReadResult($$"""{{field}}, "messages": [{"role": "user", "content": "x"}]""").Error?.Message);

    private static ChatRequest Read(string fields)
    {
        var result = ReadResult(fields);
        Assert.Null(result.Error);
        return result.Value!;
    }

    private static WireResult<ChatRequest> ReadResult(string fields)
    {
        var wire = JsonSerializer.Deserialize($$"""{"max_tokens": 10, {{fields}} }""", MessagesJson.Default.MessagesRequestWire)!;
        return MessagesReader.Read(wire, needsMaxTokens: true, new RequestDocuments());
    }

    private static string Texts(ChatMessage message) => string.Join("\n\n", message.Content.OfType<TextContent>().Select(t => t.Text));
}
