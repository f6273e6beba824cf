using Hearth.Commands.Bench.Servers;

namespace Hearth.Commands.Bench.Sessions;

/// <summary>Asks one server and notes, for every request, what it computed and what an ideal cache would have.</summary>
/// <param name="server">The server that is measured.</param>
/// <param name="renderer">Says which tokens a conversation becomes.</param>
/// <param name="answerTokens">Most tokens of an answer.</param>
/// <param name="cancellation">Ends the run.</param>
internal sealed class SessionMeter(MessagesClient server, MessagesClient renderer, int answerTokens, CancellationToken cancellation)
{
    /// <summary>Any message: it makes the renderer show an answer as part of the past.</summary>
    private const string NextMessage = "next";

    private readonly PrefixLedger _ledger = new();
    private readonly List<MeasuredRequest> _requests = [];
    private string _scenario = "";

    public string ServerName => server.Name;

    public IReadOnlyList<MeasuredRequest> Requests => _requests;

    /// <summary>Names what the next requests belong to.</summary>
    public void Enter(string scenario) => _scenario = scenario;

    /// <summary>Says something and hears the answer; the conversation with both.</summary>
    public async Task<Conversation> SayAsync(Conversation conversation, string text, RequestKind kind) =>
        (await SayTogetherAsync([(conversation, text)], kind))[0];

    /// <summary>The same in several conversations at once.</summary>
    public async Task<IReadOnlyList<Conversation>> SayTogetherAsync(IReadOnlyList<(Conversation Past, string Text)> talks, RequestKind kind)
    {
        Conversation[] said = [.. talks.Select(t => t.Past.Say(t.Text))];
        RenderedPrompt[] prompts = new RenderedPrompt[said.Length];
        int[] news = new int[said.Length];
        for (var i = 0; i < said.Length; i++)
        {
            prompts[i] = await RenderAsync(said[i]);
            news[i] = _ledger.Enter(prompts[i].Tokens);
        }

        var replies = await Task.WhenAll(said.Select(c => server.AskAsync(c, answerTokens, cancellation)));
        var heard = new Conversation[said.Length];
        for (var i = 0; i < said.Length; i++)
        {
            var usage = replies[i].Usage;
            _requests.Add(new MeasuredRequest(
                _scenario, kind, usage.Prompt, prompts[i].Tokens.Length, usage.Prefilled, news[i], replies[i].FirstToken));
            heard[i] = said[i].Hear(replies[i].Text);
            _ledger.Add(prompts[i].WithAnswer(await RenderAsync(heard[i].Say(NextMessage)), replies[i].IsComplete));
        }

        return heard;
    }

    private async Task<RenderedPrompt> RenderAsync(Conversation conversation) =>
        await renderer.RenderAsync(conversation, cancellation)
        ?? throw new HttpRequestException($"{renderer.Name}: /api/render is gone.");
}
