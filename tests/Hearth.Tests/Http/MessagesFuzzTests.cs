using System.Text;
using Hearth.Chat;
using Hearth.Chat.Templates;
using Hearth.Commands.Bench.Fuzz;
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

    [Fact]
    public async Task Every_body_becomes_a_prompt_or_an_error_in_words()
    {
        ChatTemplate[] templates = [Spark(), Conversations.Parse(Conversations.Strict), Conversations.Parse(Conversations.ToolsAsText)];
        int prompts = 0;
        foreach (int seed in FuzzRounds.Seeds(Rounds))
        {
            Random random = new(seed);
            string body = random.Next(4) == 0 ? WireWords.Json(random, 5) : BodyText.Mutated(WholeBodies.Messages, random);
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
        context.Features.Set(new BodyBudget());
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
}
