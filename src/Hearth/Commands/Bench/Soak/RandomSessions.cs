using Hearth.Commands.Bench.Servers;

namespace Hearth.Commands.Bench.Soak;

/// <summary>Clients that hold conversations without end: they begin, go on, rewind, and now and then hang up.</summary>
internal sealed class RandomSessions(MessagesClient server, PseudoText texts, int window, int clients)
{
    private const int SystemPrompts = 3;
    private const int SystemTokens = 200;
    private const int MostTextTokens = 120;
    private const int MostAnswerTokens = 24;
    private const int MostMessages = 12;
    private const int MostPatienceMs = 400;
    private int _done;
    private int _hungUp;

    public int Done => Volatile.Read(ref _done);

    public int HungUp => Volatile.Read(ref _hungUp);

    /// <summary>Runs until cancelled; a request that fails ends it.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var all = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAll(Enumerable.Range(0, clients).Select(async client =>
        {
            try
            {
                await ClientAsync(client, all.Token);
            }
            catch
            {
                await all.CancelAsync();
                throw;
            }
        }));
    }

    private async Task ClientAsync(int client, CancellationToken cancellation)
    {
        Random random = new(texts.Seed + client);
        Conversation? past = null;
        for (var i = 0; !cancellation.IsCancellationRequested; i++)
        {
            past = Next(past, random, $"client {client} session {i}");
            var said = past.Say(texts.Tokens($"client {client} message {i}", random.Next(1, Scaled(MostTextTokens) + 1)));
            past = await AskAsync(said, random, cancellation) is { } answer ? said.Hear(answer) : past;
        }
    }

    /// <summary>The same conversation, an earlier point of it, or a new one with one of a few system prompts.</summary>
    private Conversation Next(Conversation? past, Random random, string session)
    {
        if (past is null || past.Messages.Count >= MostMessages || random.Next(6) == 0)
            return Conversation.Begin(texts.Tokens($"system {random.Next(SystemPrompts)}", Scaled(SystemTokens)), session);
        return random.Next(5) == 0 ? past with { Messages = [.. past.Messages.Take(past.Messages.Count / 4 * 2)] } : past;
    }

    /// <summary>The answer, or null after hanging up.</summary>
    private async Task<string?> AskAsync(Conversation said, Random random, CancellationToken cancellation)
    {
        using var hangUp = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (random.Next(8) == 0)
            hangUp.CancelAfter(random.Next(MostPatienceMs));
        try
        {
            var reply = await server.AskAsync(said, random.Next(1, MostAnswerTokens + 1), hangUp.Token);
            Interlocked.Increment(ref _done);
            return reply.Text;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException && hangUp.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            Interlocked.Increment(ref _hungUp);
            return null;
        }
    }

    /// <summary>Smaller where the whole conversation would not fit the window.</summary>
    private int Scaled(int tokens)
    {
        const int Longest = SystemTokens + (MostMessages / 2 * (MostTextTokens + MostAnswerTokens + 20));
        return window >= 2 * Longest ? tokens : Math.Max(1, tokens * window / (2 * Longest));
    }
}
