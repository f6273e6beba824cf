using System.Text;
using System.Text.Json;
using Hearth.Chat;
using Hearth.Chat.Templates;
using Hearth.Http;
using Hearth.Http.Anthropic;
using Hearth.Tests.Chat.Templates;
using Hearth.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Hearth.Tests.Http;

/// <summary>Random bodies on their way from bytes to a prompt: a prompt or an error in words, never an exception.</summary>
public sealed class MessagesFuzzTests
{
    /// <summary>Rounds of an ordinary run, which takes some ten seconds.</summary>
    private const int Rounds = 20_000;

    private static readonly string[] Keys =
    [
        "messages", "model", "max_tokens", "system", "tools", "tool_choice", "thinking", "stop_sequences", "temperature", "top_p", "top_k", "stream", "metadata", "role", "content", "type", "text", "source", "data",
        "media_type", "id", "name", "input", "input_schema", "tool_use_id", "is_error", "signature", "budget_tokens", "cache_control", "ttl", "title", "context", "citations", "properties", "description", "user_id", "x",
    ];

    private static readonly string[] Words =
    [
        "user", "assistant", "system", "text", "image", "document", "tool_use", "tool_result", "thinking", "redacted_thinking", "search_result", "server_tool_use", "web_search_tool_result", "tool_reference", "base64",
        "url", "content", "enabled", "disabled", "adaptive", "auto", "any", "none", "tool", "ephemeral", "1h", "5m", "object", "", " ", "hi", "<|im_end|>", "<tool_call>", "<think>", "\n", "é🚀", "\0", "toolu_1", "Read", "{{ x }}", "{% if",
    ];

    private const string Whole = """
        {"model": "m", "max_tokens": 10, "system": [{"type": "text", "text": "Be kind.", "cache_control": {"type": "ephemeral"}}],
         "tools": [{"name": "Read", "description": "d", "input_schema": {"type": "object", "properties": {"path": {"type": "string"}}}}, {"type": "bash_20250124", "name": "bash"}],
         "tool_choice": {"type": "auto"}, "thinking": {"type": "enabled", "budget_tokens": 2000}, "stop_sequences": ["END"], "metadata": {"user_id": "u"}, "temperature": 0.5, "stream": false,
         "messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": [{"type": "thinking", "thinking": "hm", "signature": "s"}, {"type": "text", "text": "ok"},
         {"type": "tool_use", "id": "toolu_1", "name": "Read", "input": {"path": "a"}}]}, {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": [{"type": "text", "text": "x"},
         {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AA=="}}], "is_error": true}, {"type": "document", "title": "T", "source": {"type": "text", "media_type": "text/plain", "data": "b"}}]},
         {"role": "system", "content": "mid"}, {"role": "assistant", "content": "The"}]}
        """;

    [Fact]
    public async Task Every_body_becomes_a_prompt_or_an_error_in_words()
    {
        ChatTemplate[] templates = [Spark(), Conversations.Parse(Conversations.Strict), Conversations.Parse(Conversations.ToolsAsText)];
        int prompts = 0;
        foreach (int seed in FuzzRounds.Seeds(Rounds))
        {
            Random random = new(seed);
            string body = random.Next(4) == 0 ? RandomJson(random, 5) : Mutated(Whole, random);
            try
            {
                prompts += await Outcome(body, templates[random.Next(templates.Length)]) is { Length: > 0 } ? 1 : 0;
            }
            catch (Exception e)
            {
                Assert.Fail($"Round {seed}: {e}\nwith {body}");
            }
        }

        Assert.InRange(prompts, 100, int.MaxValue);
    }

    /// <summary>The prompt; null where there is an error instead, which has words.</summary>
    private static async Task<string?> Outcome(string body, ChatTemplate template)
    {
        DefaultHttpContext context = new() { Request = { Body = new MemoryStream(Encoding.UTF8.GetBytes(body)), ContentLength = Encoding.UTF8.GetByteCount(body) } };
        (MessagesRequestWire? wire, ChatError? error) = await JsonBody.ReadAsync(context.Request, MessagesJson.Default.MessagesRequestWire);
        if (error is not null)
            return InWords(error);
        WireResult<ChatRequest> request = MessagesReader.Read(wire!, needsMaxTokens: true, new RequestDocuments());
        if (request.Error is not null)
            return InWords(request.Error);
        CacheMarks.Last(wire!);
        OriginReader.Read(context.Request.Headers, wire!);
        RenderedPrompt prompt = template.Render(request.Value!, DateTimeOffset.UnixEpoch);
        return prompt.Error is not null ? InWords(prompt.Error) : prompt.Text.Text;
    }

    private static string? InWords(ChatError error)
    {
        Assert.NotEmpty(error.Message);
        return null;
    }

    private static ChatTemplate Spark()
    {
        using var model = NativeLibraryFixture.LoadModel(RepositoryPaths.BundledModel, vocabularyOnly: true);
        return ChatTemplate.Parse(model.ChatTemplate()!, "spark", new TemplateTokens("", "<|im_end|>"));
    }

    /// <summary>A whole request with some of its texts, names and values exchanged, or a little broken.</summary>
    private static string Mutated(string body, Random random)
    {
        for (int i = random.Next(5); i > 0; i--)
        {
            string[] parts = body.Split('"');
            int at = random.Next(parts.Length);
            if (random.Next(8) > 0 && at % 2 == 1)
            {
                string word = random.Next(2) == 0 ? Keys[random.Next(Keys.Length)] : Words[random.Next(Words.Length)];
                parts[at] = JsonEncodedText.Encode(word).ToString();
                body = string.Join('"', parts);
            }
            else if (random.Next(3) > 0)
            {
                int value = body.IndexOf(": ", random.Next(body.Length), StringComparison.Ordinal);
                body = value < 0 ? body : body.Insert(value + 2, RandomJson(random, 2) + ", \"x\": ");
            }
            else
            {
                int start = random.Next(body.Length);
                body = body.Remove(start, random.Next(Math.Min(body.Length - start, 30)));
            }
        }

        return body;
    }

    private static string RandomJson(Random random, int depth) => random.Next(depth > 0 ? 10 : 5) switch
    {
        0 => ((string[])["null", "true", "false", "[]", "{}"])[random.Next(5)],
        1 => ((string[])["0", "-1", "1.5", "1e999", "123456789012345678901234567890", "2147483648", "1e-9"])[random.Next(7)],
        2 or 3 => JsonSerializer.Serialize(Words[random.Next(Words.Length)]),
        4 => "\"\\ud83d\"",
        5 or 6 => $"[{string.Join(", ", Enumerable.Range(0, random.Next(4)).Select(_ => RandomJson(random, depth - 1)))}]",
        _ => $"{{{string.Join(", ", Enumerable.Range(0, random.Next(7)).Select(_ => $"\"{Keys[random.Next(Keys.Length)]}\": {RandomJson(random, depth - 1)}"))}}}",
    };
}
